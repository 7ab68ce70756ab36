#pragma once

#include <string_view>

#include "tests/unit/plugins/samples.h"
#include "tests/unit/plugins/text_bytes.h"

namespace netpulse::test {

inline constexpr std::string_view kHttp2Preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// "8286 8441" as bytes; spaces are passed over.
inline ByteVector hex_bytes(std::string_view digits) {
  ByteVector bytes;
  int high = -1;
  for (const char c : digits) {
    if (c == ' ') continue;
    const int value = c <= '9' ? c - '0' : c - 'a' + 10;
    if (high >= 0) bytes.push_back(static_cast<std::uint8_t>(high << 4 | value));
    high = high >= 0 ? -1 : value;
  }
  return bytes;
}

inline ByteVector http2_frame(std::uint8_t type, std::uint8_t flags, std::uint32_t stream, const ByteVector& payload) {
  ByteVector frame;
  for (const int shift : {16, 8, 0}) frame.push_back(static_cast<std::uint8_t>(payload.size() >> shift));
  frame.push_back(type);
  frame.push_back(flags);
  for (const int shift : {24, 16, 8, 0}) frame.push_back(static_cast<std::uint8_t>(stream >> shift));
  frame.insert(frame.end(), payload.begin(), payload.end());
  return frame;
}

inline ByteVector concat(std::initializer_list<ByteVector> parts) {
  ByteVector all;
  for (const ByteVector& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

}  // namespace netpulse::test
