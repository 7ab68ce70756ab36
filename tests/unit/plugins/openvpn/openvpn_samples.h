#pragma once

#include "plugins/openvpn/openvpn.h"
#include "tests/unit/plugins/common/hello_builder.h"
#include "tests/unit/plugins/samples.h"

namespace netpulse::test {

inline ByteVector openvpn_client_reset() { return {0x38, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0, 0}; }
/// The tail behind a digest of these bytes, packet id 1 and a time.
inline ByteVector openvpn_signed_reset(std::size_t digest_bytes) {
  ByteVector out{0x38, 1, 2, 3, 4, 5, 6, 7, 8};
  append(out, ByteVector(digest_bytes, 0x9c));
  append(out, {0, 0, 0, 1, 0x65, 0x10, 0x20, 0x30, 0, 0, 0, 0, 0});
  return out;
}
inline ByteVector openvpn_crypt_reset() {
  ByteVector out{0x38, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 1, 0x65, 0x10, 0x20, 0x30};
  append(out, ByteVector(37, 0x9c));
  return out;
}
inline ByteVector openvpn_server_reset() {
  return {0x40, 9, 9, 9, 9, 9, 9, 9, 9, 1, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0};
}

template <>
struct Samples<Openvpn> {
  static std::vector<Sample> conversations() {
    return {{"client", 17, 1194, {{true, openvpn_client_reset()}}, true},
            {"server", 17, 1194, {{false, openvpn_server_reset()}}, true},
            {"tls-auth", 17, 443, {{true, openvpn_signed_reset(20)}}, true},
            {"tls-crypt", 17, 1194, {{true, openvpn_crypt_reset()}}, true},
            {"over TCP", 6, 443, {{true, with_length16(openvpn_signed_reset(64))}}, true}};
  }
};

}  // namespace netpulse::test
