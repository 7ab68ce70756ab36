#pragma once

#include <string_view>

#include "plugins/nbns/nbdgm.h"
#include "plugins/nbns/nbns.h"
#include "tests/unit/plugins/common/hello_builder.h"
#include "tests/unit/plugins/samples.h"

namespace netpulse::test {

/// A name in first-level encoding without a scope (RFC 1001 section 14.1).
inline ByteVector netbios_name(std::string_view name, std::uint8_t service) {
  ByteVector plain(name.begin(), name.end());
  plain.resize(15, ' ');
  plain.push_back(service);
  ByteVector out{32};
  for (const std::uint8_t byte : plain) {
    out.push_back(static_cast<std::uint8_t>('A' + (byte >> 4)));
    out.push_back(static_cast<std::uint8_t>('A' + (byte & 0x0f)));
  }
  out.push_back(0);
  return out;
}

/// A header with one question; additional: as many records follow.
inline ByteVector nbns_request(std::uint16_t flags, const ByteVector& name, std::uint16_t type = 0x20,
                               std::uint8_t additional = 0) {
  ByteVector out{0x80, 0x01};
  put_u16(out, flags);
  append(out, {0, 1, 0, 0, 0, 0, 0, additional});
  append(out, name);
  put_u16(out, type);
  put_u16(out, 1);
  return out;
}
inline ByteVector nbns_registration(const ByteVector& name, std::uint8_t name_flags = 0, std::uint16_t flags = 0x2910) {
  ByteVector out = nbns_request(flags, name, 0x20, 1);
  append(out, {0xc0, 0x0c, 0, 0x20, 0, 1, 0, 4, 0x93, 0xe0, 0, 6, name_flags, 0, 192, 0, 2, 1});
  return out;
}
inline ByteVector nbns_query_response(const ByteVector& name) {
  ByteVector out{0x80, 0x01, 0x85, 0x00, 0, 0, 0, 1, 0, 0, 0, 0};
  append(out, name);
  append(out, {0, 0x20, 0, 1, 0, 4, 0x93, 0xe0, 0, 6, 0, 0, 192, 0, 2, 7});
  return out;
}
/// A direct group datagram (RFC 1002 section 4.4.2) with a few bytes of user data.
inline ByteVector nbdgm_datagram(const ByteVector& source, const ByteVector& destination) {
  ByteVector out{0x11, 0x02, 0x12, 0x34, 192, 0, 2, 1, 0, 138};
  put_u16(out, source.size() + destination.size() + 4);
  put_u16(out, 0);
  append(out, source);
  append(out, destination);
  append(out, {0xff, 'S', 'M', 'B'});
  return out;
}

template <>
struct Samples<Nbns> {
  static std::vector<Sample> conversations() {
    const ByteVector file_server = netbios_name("FILESERVER", 0x20);
    return {
        {"query and answer",
         17,
         137,
         {{true, nbns_request(0x0110, file_server)}, {false, nbns_query_response(file_server)}},
         false},
        {"registration", 17, 137, {{true, nbns_registration(netbios_name("DESKTOP-1", 0))}}, false},
    };
  }
};

template <>
struct Samples<Nbdgm> {
  static std::vector<Sample> conversations() {
    return {{"announcement",
             17,
             138,
             {{true, nbdgm_datagram(netbios_name("DESKTOP-1", 0), netbios_name("WORKGROUP", 0x1d))}},
             false}};
  }
};

}  // namespace netpulse::test
