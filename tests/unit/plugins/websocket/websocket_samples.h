#pragma once

#include "plugins/websocket/websocket.h"
#include "tests/unit/plugins/samples.h"
#include "tests/unit/plugins/text_bytes.h"

namespace netpulse::test {

template <>
struct Samples<WebSocket> {
  static std::vector<Sample> conversations() {
    // The response of RFC 6455 section 1.3.
    const ByteVector accepted = text_bytes(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Protocol: chat\r\n\r\n");
    return {{"opening", 6, 80, {{false, accepted}}, true}};
  }
};

}  // namespace netpulse::test
