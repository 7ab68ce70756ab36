#pragma once

#include "plugins/ldap/ldap.h"
#include "tests/unit/plugins/common/certificate_builder.h"
#include "tests/unit/plugins/common/hello_builder.h"
#include "tests/unit/plugins/samples.h"

namespace netpulse::test {

inline ByteVector ldap_message(std::uint8_t id, const ByteVector& operation) {
  return der(0x30, joined({der(0x02, {id}), operation}));
}
inline ByteVector start_tls_request(std::uint8_t id) {
  return ldap_message(id, der(0x77, der(0x80, bytes_of("1.3.6.1.4.1.1466.20037"))));
}
inline ByteVector start_tls_response(std::uint8_t id, std::uint8_t code) {
  return ldap_message(id, der(0x78, joined({der(0x0a, {code}), der(0x04, {}), der(0x04, {})})));
}
inline ByteVector ldap_bind_request(std::uint8_t id) {
  return ldap_message(id, der(0x60, joined({der(0x02, {3}), der(0x04, bytes_of("cn=admin,dc=example,dc=com")),
                                            der(0x80, bytes_of("secret"))})));
}
inline ByteVector ldap_bind_response(std::uint8_t id) {
  return ldap_message(id, der(0x61, joined({der(0x0a, {0}), der(0x04, {}), der(0x04, {})})));
}

template <>
struct Samples<Ldap> {
  static std::vector<Sample> conversations() {
    return {{"StartTLS", 6, 389, {{true, start_tls_request(1)}, {false, start_tls_response(1, 0)}}, true},
            {"bind and search", 6, 3268, {{true, ldap_bind_request(1)}, {false, ldap_bind_response(1)}}, false},
            {"CLDAP", 17, 389, {{true, ldap_message(7, der(0x63, joined({der(0x04, {}), der(0x0a, {0})})))}}, true}};
  }
};

}  // namespace netpulse::test
