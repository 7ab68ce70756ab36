#pragma once

#include <string_view>
#include <vector>

#include "tests/unit/plugins/common/hello_builder.h"

namespace netpulse::test {

inline ByteVector der(std::uint8_t tag, const ByteVector& content) {
  ByteVector out{tag};
  if (content.size() < 0x80) {
    out.push_back(static_cast<std::uint8_t>(content.size()));
  } else {
    out.push_back(0x82);
    put_u16(out, content.size());
  }
  append(out, content);
  return out;
}
inline ByteVector joined(const std::vector<ByteVector>& parts) {
  ByteVector out;
  for (const ByteVector& part : parts) append(out, part);
  return out;
}
/// One relative distinguished name of id-at with this attribute type; 0x0c: UTF8String.
inline ByteVector name_attribute(std::uint8_t type, std::string_view value, std::uint8_t tag = 0x0c) {
  return der(0x31, der(0x30, joined({der(0x06, {0x55, 0x04, type}), der(tag, bytes_of(value))})));
}
/// A certificate with this subject (content of the Name) and DNS names; keys and signature are fillers.
inline ByteVector certificate_of(const ByteVector& subject, const std::vector<std::string_view>& dns_names) {
  const ByteVector algorithm = der(0x30, der(0x06, {0x2a, 0x86, 0x48}));
  ByteVector fields =
      joined({der(0xa0, der(0x02, {2})), der(0x02, {0x10, 0x20}), algorithm, der(0x30, name_attribute(3, "Example CA")),
              der(0x30, joined({der(0x17, bytes_of("250101000000Z")), der(0x17, bytes_of("350101000000Z"))})),
              der(0x30, subject), der(0x30, joined({algorithm, der(0x03, ByteVector(33, 0x04))}))});
  if (!dns_names.empty()) {
    ByteVector names = der(0x81, bytes_of("admin@example.org"));
    for (const std::string_view name : dns_names) append(names, der(0x82, bytes_of(name)));
    const ByteVector basic =
        der(0x30, joined({der(0x06, {0x55, 0x1d, 0x13}), der(0x01, {0xff}), der(0x04, {0x30, 0})}));
    const ByteVector alternative = der(0x30, joined({der(0x06, {0x55, 0x1d, 0x11}), der(0x04, der(0x30, names))}));
    append(fields, der(0xa3, der(0x30, joined({basic, alternative}))));
  }
  return der(0x30, joined({der(0x30, fields), algorithm, der(0x03, ByteVector(71, 0x05))}));
}
inline ByteVector certificate(std::string_view common_name, const std::vector<std::string_view>& dns_names) {
  return certificate_of(joined({name_attribute(6, "CC", 0x13), name_attribute(3, common_name)}), dns_names);
}
inline ByteVector with_length24(const ByteVector& content) {
  ByteVector out{static_cast<std::uint8_t>(content.size() >> 16)};
  put_u16(out, content.size() & 0xffff);
  append(out, content);
  return out;
}
inline ByteVector certificate_body(const std::vector<ByteVector>& chain) {
  ByteVector list;
  for (const ByteVector& entry : chain) append(list, with_length24(entry));
  return with_length24(list);
}
/// The Certificate message of TLS 1.2.
inline ByteVector certificate_message(const std::vector<ByteVector>& chain) {
  return handshake_message(11, certificate_body(chain));
}

}  // namespace netpulse::test
