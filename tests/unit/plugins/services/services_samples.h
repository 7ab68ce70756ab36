#pragma once

#include "plugins/services/services.h"
#include "tests/unit/plugins/common/hello_builder.h"
#include "tests/unit/plugins/samples.h"

namespace netpulse::test {

/// A call of procedure 0 without credentials.
inline ByteVector rpc_call(std::uint32_t program, std::uint8_t version) {
  ByteVector out{0x7a, 1, 2, 3, 0, 0, 0, 0, 0, 0, 0, 2};
  put_u16(out, program >> 16);
  put_u16(out, program & 0xffff);
  append(out, {0, 0, 0, version, 0, 0, 0, 0});
  append(out, ByteVector(8, 0));
  return out;
}
inline ByteVector rpc_record(const ByteVector& message) {
  ByteVector out{0x80, 0};
  append(out, with_length16(message));
  return out;
}

template <>
struct Samples<Nfs> {
  static std::vector<Sample> conversations() {
    return {{"over UDP", 17, 2049, {{true, rpc_call(100003, 3)}}, true},
            {"over TCP", 6, 20490, {{true, rpc_record(rpc_call(100003, 4))}}, true}};
  }
};
template <>
struct Samples<Rpc> {
  static std::vector<Sample> conversations() {
    return {{"port mapper", 17, 111, {{true, rpc_call(100000, 2)}}, true},
            {"mount", 6, 900, {{true, rpc_record(rpc_call(100005, 3))}}, true}};
  }
};
template <>
struct Samples<Git> {
  static std::vector<Sample> conversations() {
    return {{"upload-pack", 6, 9418, {{true, bytes_of("0024git-upload-pack /a.git host=x...")}}, true}};
  }
};
template <>
struct Samples<Rsync> {
  static std::vector<Sample> conversations() {
    return {{"greeting", 6, 873, {{false, bytes_of("@RSYNCD: 31.0\n")}}, true}};
  }
};
template <>
struct Samples<DropboxLan> {
  static std::vector<Sample> conversations() {
    return {{"announcement",
             17,
             17500,
             {{true, bytes_of(R"({"version": [2, 0], "host_int": 123, "port": 17500})")}},
             true}};
  }
};
template <>
struct Samples<NatPmp> {
  static std::vector<Sample> conversations() {
    ByteVector map{0, 1, 0, 0, 0x1f, 0x90, 0x1f, 0x90, 0, 0, 0x0e, 0x10};
    return {{"map", 17, 5351, {{true, {0, 0}}}, true}, {"map", 17, 5351, {{true, map}}, true}};
  }
};
template <>
struct Samples<Bitcoin> {
  static std::vector<Sample> conversations() {
    ByteVector message{0xf9, 0xbe, 0xb4, 0xd9, 'v', 'e', 'r', 's', 'i', 'o', 'n', 0,
                       0,    0,    0,    0,    20,  0,   0,   0,   1,   2,   3,   4};
    append(message, ByteVector(20, 0x11));
    return {{"version", 6, 8333, {{true, message}}, true}};
  }
};

}  // namespace netpulse::test
