#pragma once

#include "plugins/dhcp/dhcp.h"
#include "tests/unit/plugins/common/hello_builder.h"
#include "tests/unit/plugins/samples.h"

namespace netpulse::test {

/// A BOOTP header of this operation, the magic cookie, and the options.
inline ByteVector dhcp_message(std::uint8_t op, const ByteVector& options) {
  ByteVector out{op, 1, 6, 0, 0x12, 0x34, 0x56, 0x78};
  out.resize(236);
  append(out, {0x63, 0x82, 0x53, 0x63});
  append(out, options);
  return out;
}
inline ByteVector dhcp_option(std::uint8_t code, const ByteVector& data) {
  ByteVector out{code};
  append(out, with_length8(data));
  return out;
}
inline ByteVector dhcp_request() {
  ByteVector options = dhcp_option(53, {3});
  append(options, {0, 0});
  append(options, dhcp_option(12, bytes_of("laptop-7")));
  append(options, dhcp_option(60, bytes_of("MSFT 5.0")));
  append(options, {255, 0, 0});
  return dhcp_message(1, options);
}
inline ByteVector dhcpv6_option(std::uint16_t code, const ByteVector& data) {
  ByteVector out;
  put_u16(out, code);
  append(out, with_length16(data));
  return out;
}
inline ByteVector dhcpv6_solicit() {
  ByteVector out{1, 0xab, 0xcd, 0xef};
  append(out, dhcpv6_option(1, ByteVector(14, 0x22)));
  ByteVector name{0};
  append(name, with_length8(bytes_of("laptop-7")));
  append(name, with_length8(bytes_of("example")));
  append(out, dhcpv6_option(39, name));
  ByteVector vendor{0, 0, 1, 0x37};
  append(vendor, with_length16(bytes_of("MSFT 5.0")));
  append(out, dhcpv6_option(16, vendor));
  return out;
}

template <>
struct Samples<Dhcp> {
  static std::vector<Sample> conversations() {
    ByteVector ack = dhcp_option(53, {5});
    ack.push_back(255);
    return {{"request and answer", 17, 67, {{true, dhcp_request()}, {false, dhcp_message(2, ack)}}, false}};
  }
};
template <>
struct Samples<Dhcpv6> {
  static std::vector<Sample> conversations() {
    ByteVector relayed{12, 0};
    relayed.resize(34);
    append(relayed, dhcpv6_option(9, dhcpv6_solicit()));
    return {{"solicit", 17, 547, {{true, dhcpv6_solicit()}}, false}, {"relayed", 17, 547, {{true, relayed}}, false}};
  }
};

}  // namespace netpulse::test
