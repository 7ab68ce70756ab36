#pragma once

#include "plugins/windows/windows.h"
#include "tests/unit/plugins/common/hello_builder.h"
#include "tests/unit/plugins/samples.h"

namespace netpulse::test {

inline ByteVector smb_message(std::uint8_t id, std::size_t body_bytes = 60) {
  ByteVector out{0, 0};
  put_u16(out, body_bytes);
  append(out, {id, 'S', 'M', 'B'});
  append(out, ByteVector(body_bytes - 4, 0));
  return out;
}
inline ByteVector netbios_session_request() {
  ByteVector out{0x81, 0, 0, 68};
  for (int i = 0; i < 2; ++i) {
    out.push_back(32);
    append(out, bytes_of("EGFCEFEECACACACACACACACACACACACA"));
    out.push_back(0);
  }
  return out;
}
inline ByteVector rpc_bind() {
  ByteVector out{5, 0, 11, 3, 0x10, 0, 0, 0, 40, 0, 0, 0, 1, 0, 0, 0};
  append(out, ByteVector(24, 0x10));
  return out;
}
inline ByteVector rpc_datagram() {
  ByteVector out{4, 0, 8, 0, 0x10, 0, 0};
  append(out, ByteVector(67, 0x21));
  append(out, {4, 0, 0, 0, 0, 0, 1, 2, 3, 4});
  return out;
}
/// An AS-REQ's outermost fields with a body of this size.
inline ByteVector kerberos_request(std::uint8_t body_bytes = 20) {
  ByteVector out{
      0x6a, static_cast<std::uint8_t>(body_bytes + 7), 0x30, static_cast<std::uint8_t>(body_bytes + 5), 0xa1, 3, 2, 1,
      5};
  append(out, ByteVector(body_bytes, 0xa2));
  return out;
}
inline ByteVector with_length32(const ByteVector& content) {
  ByteVector out{0, 0};
  append(out, with_length16(content));
  return out;
}
/// An X.224 connection TPDU in its TPKT.
inline ByteVector x224_connect(std::uint8_t code, const ByteVector& variable) {
  ByteVector out{3, 0};
  put_u16(out, variable.size() + 11);
  append(out, {static_cast<std::uint8_t>(variable.size() + 6), code, 0, 0, 0x12, 0x34, 0});
  append(out, variable);
  return out;
}

template <>
struct Samples<Smb> {
  static std::vector<Sample> conversations() {
    return {{"version 2", 6, 4450, {{true, smb_message(0xfe)}}, true},
            {"version 1", 6, 445, {{true, smb_message(0xff)}}, true},
            {"session request", 6, 139, {{true, netbios_session_request()}}, true}};
  }
};
template <>
struct Samples<Dcerpc> {
  static std::vector<Sample> conversations() {
    return {{"bind", 6, 49155, {{true, rpc_bind()}}, true},
            {"datagram", 17, 1026, {{true, rpc_datagram()}}, true},
            {"over HTTP", 6, 593, {{false, bytes_of("ncacn_http/1.0")}}, true}};
  }
};
template <>
struct Samples<Kerberos> {
  static std::vector<Sample> conversations() {
    return {{"over UDP", 17, 88, {{true, kerberos_request()}}, true},
            {"over TCP", 6, 88, {{true, with_length32(kerberos_request())}}, true}};
  }
};
template <>
struct Samples<Rdp> {
  static std::vector<Sample> conversations() {
    ByteVector request = bytes_of("Cookie: mstshash=bob\r\n");
    append(request, {1, 0, 8, 0, 3, 0, 0, 0});
    return {{"standard security",
             6,
             3389,
             {{true, x224_connect(0xe0, request)}, {false, x224_connect(0xd0, {2, 0, 8, 0, 0, 0, 0, 0})}},
             true}};
  }
};

}  // namespace netpulse::test
