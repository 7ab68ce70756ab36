#pragma once

#include "plugins/http2/http2.h"
#include "tests/unit/plugins/http2/frames.h"
#include "tests/unit/plugins/samples.h"

namespace netpulse::test {

template <>
struct Samples<Http2> {
  static std::vector<Sample> conversations() {
    const ByteVector settings = http2_frame(4, 0, 0, hex_bytes("0003 00000064 0004 0000ffff"));
    const ByteVector acknowledged = http2_frame(4, 1, 0, {});
    const ByteVector window = http2_frame(8, 0, 0, hex_bytes("00010000"));
    // RFC 7541 appendices C.4 and C.6, the latter without their Date.
    const ByteVector requests =
        concat({http2_frame(1, 5, 1, hex_bytes("8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff")),
                http2_frame(1, 5, 3, hex_bytes("8286 84be 5886 a8eb 1064 9cbf")),
                http2_frame(1, 4, 5, hex_bytes("8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf")),
                http2_frame(0, 1, 5, text_bytes("some data"))});
    const ByteVector response = http2_frame(1, 4, 1, hex_bytes("4882 6402 5885 aec3 771a 4b"));
    ByteVector client = concat({text_bytes(kHttp2Preface), settings, window, requests, acknowledged});
    return {
        {"prior knowledge", 6, 8080, {{true, client}, {false, concat({settings, acknowledged, response})}}, false},
        {"server first", 6, 50051, {{false, concat({settings, window})}, {true, client}}, false},
    };
  }
};

}  // namespace netpulse::test
