#pragma once

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "tests/unit/plugins/samples.h"

namespace netpulse::test {

inline void put_u16(ByteVector& out, std::size_t value) {
  out.push_back(static_cast<std::uint8_t>(value >> 8));
  out.push_back(static_cast<std::uint8_t>(value));
}
inline void append(ByteVector& out, const ByteVector& more) {
  // Not insert(): gcc 12 sees it write out of bounds when all is inlined (gcc bug 107852).
  for (const std::uint8_t byte : more) out.push_back(byte);
}
inline ByteVector bytes_of(std::string_view text) { return {text.begin(), text.end()}; }
inline ByteVector with_length8(const ByteVector& content) {
  ByteVector out{static_cast<std::uint8_t>(content.size())};
  append(out, content);
  return out;
}
inline ByteVector with_length16(const ByteVector& content) {
  ByteVector out;
  put_u16(out, content.size());
  append(out, content);
  return out;
}
inline ByteVector u16_values(const std::vector<std::uint16_t>& values) {
  ByteVector out;
  for (const std::uint16_t value : values) put_u16(out, value);
  return out;
}

/// Content of a server_name extension with these host_names.
inline ByteVector server_name_data(const std::vector<std::string_view>& names) {
  ByteVector list;
  for (const std::string_view name : names) {
    list.push_back(0);
    append(list, with_length16(bytes_of(name)));
  }
  return with_length16(list);
}
inline ByteVector alpn_data(const std::vector<std::string_view>& protocols) {
  ByteVector list;
  for (const std::string_view protocol : protocols) append(list, with_length8(bytes_of(protocol)));
  return with_length16(list);
}

/// Builds the body of a ClientHello or ServerHello.
struct HelloBuilder {
  std::uint16_t version = 0x0303;
  std::vector<std::uint16_t> ciphers;
  std::vector<std::pair<std::uint16_t, ByteVector>> extensions;
  ByteVector random = ByteVector(32, 0x5a);
  ByteVector session_id = ByteVector(32, 0x77);
  std::optional<ByteVector> cookie;  // of DTLS; without it the form is that of TLS

  HelloBuilder& extension(std::uint16_t type, ByteVector data = {}) {
    extensions.emplace_back(type, std::move(data));
    return *this;
  }
  ByteVector extension_block() const {
    ByteVector block;
    for (const auto& [type, data] : extensions) {
      put_u16(block, type);
      append(block, with_length16(data));
    }
    return with_length16(block);
  }
  ByteVector client_body() const {
    ByteVector body;
    put_u16(body, version);
    append(body, random);
    append(body, with_length8(session_id));
    if (cookie) append(body, with_length8(*cookie));
    append(body, with_length16(u16_values(ciphers)));
    append(body, {1, 0});
    if (!extensions.empty()) append(body, extension_block());
    return body;
  }
  ByteVector server_body() const {
    ByteVector body;
    put_u16(body, version);
    append(body, random);
    append(body, with_length8(session_id));
    put_u16(body, ciphers.at(0));
    body.push_back(0);
    if (!extensions.empty()) append(body, extension_block());
    return body;
  }
};

inline ByteVector handshake_message(std::uint8_t type, const ByteVector& body) {
  ByteVector out{type, static_cast<std::uint8_t>(body.size() >> 16)};
  put_u16(out, body.size() & 0xffff);
  append(out, body);
  return out;
}
inline ByteVector tls_record(std::uint8_t content, const ByteVector& fragment, std::uint16_t version = 0x0301) {
  ByteVector out{content};
  put_u16(out, version);
  append(out, with_length16(fragment));
  return out;
}
/// A handshake message cut into records of at most fragment_bytes.
inline ByteVector in_records(const ByteVector& message, std::size_t fragment_bytes) {
  ByteVector out;
  for (std::size_t at = 0; at < message.size(); at += fragment_bytes) {
    const std::size_t end = std::min(message.size(), at + fragment_bytes);
    append(out, tls_record(22, ByteVector(message.begin() + static_cast<std::ptrdiff_t>(at),
                                          message.begin() + static_cast<std::ptrdiff_t>(end))));
  }
  return out;
}

/// A ClientHello as a browser sends it: GREASE, SNI, ALPN, the extensions of the published JA4 example.
inline HelloBuilder browser_hello(std::string_view name = "www.example.org") {
  HelloBuilder hello;
  hello.ciphers = {0x0a0a, 0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030,
                   0xcca9, 0xcca8, 0xc013, 0xc014, 0x009c, 0x009d, 0x002f, 0x0035};
  hello.extension(0x1a1a)
      .extension(0x0000, server_name_data({name}))
      .extension(0x0017)
      .extension(0xff01, {0})
      .extension(0x000a, with_length16(u16_values({0x2a2a, 0x001d, 0x0017, 0x0018})))
      .extension(0x000b, {1, 0})
      .extension(0x0023)
      .extension(0x0010, alpn_data({"h2", "http/1.1"}))
      .extension(0x0005, {1, 0, 0, 0, 0})
      .extension(0x000d, with_length16(u16_values({0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601})))
      .extension(0x0012)
      .extension(0x0033, ByteVector(43, 0x33))
      .extension(0x002d, {1, 1})
      .extension(0x002b, with_length8(u16_values({0x3a3a, 0x0304, 0x0303})))
      .extension(0x001b, {2, 0, 2})
      .extension(0x4469, {0, 3, 2, 'h', '2'})
      .extension(0x4a4a, {0})
      .extension(0x0015, ByteVector(20, 0));
  return hello;
}
/// TLS 1.3's answer.
inline HelloBuilder server_hello_13() {
  HelloBuilder hello;
  hello.ciphers = {0x1301};
  hello.extension(0x002b, {0x03, 0x04}).extension(0x0033, ByteVector(36, 0x44));
  return hello;
}

}  // namespace netpulse::test
