#pragma once

#include <string_view>

#include "tests/unit/plugins/common/hello_builder.h"
#include "tests/unit/plugins/samples.h"

namespace netpulse::test {

/// "www.example.org" as labels and the root.
inline ByteVector dns_name(std::string_view name) {
  ByteVector out;
  while (!name.empty()) {
    const std::size_t dot = name.find('.');
    append(out, with_length8(bytes_of(name.substr(0, dot))));
    name = dot == std::string_view::npos ? std::string_view{} : name.substr(dot + 1);
  }
  out.push_back(0);
  return out;
}
inline ByteVector dns_pointer(std::size_t offset) {
  ByteVector out;
  put_u16(out, 0xc000 | offset);
  return out;
}

/// Builds a message section by section.
struct DnsBuilder {
  std::uint16_t id = 0x1234, flags = 0x0100;
  std::uint16_t counts[4] = {0, 0, 0, 0};
  ByteVector body;

  std::size_t offset() const { return 12 + body.size(); }
  DnsBuilder& question(const ByteVector& name, std::uint16_t type = 1, std::uint16_t class_code = 1) {
    append(body, name);
    put_u16(body, type);
    put_u16(body, class_code);
    ++counts[0];
    return *this;
  }
  /// section: 1 answers, 2 authorities, 3 additionals.
  DnsBuilder& record(int section, const ByteVector& owner, std::uint16_t type, const ByteVector& data,
                     std::uint32_t ttl = 300, std::uint16_t class_code = 1) {
    append(body, owner);
    put_u16(body, type);
    put_u16(body, class_code);
    put_u16(body, ttl >> 16);
    put_u16(body, ttl & 0xffff);
    append(body, with_length16(data));
    ++counts[section];
    return *this;
  }
  ByteVector message() const {
    ByteVector out;
    put_u16(out, id);
    put_u16(out, flags);
    for (const std::uint16_t count : counts) put_u16(out, count);
    append(out, body);
    return out;
  }
};

inline DnsBuilder dns_query(std::string_view name, std::uint16_t type = 1) {
  DnsBuilder builder;
  builder.question(dns_name(name), type);
  return builder;
}
inline DnsBuilder dns_response(std::string_view name, std::uint16_t type = 1) {
  DnsBuilder builder = dns_query(name, type);
  builder.flags = 0x8180;
  return builder;
}

}  // namespace netpulse::test
