#include "plugins/common/client_hello.h"

#include <algorithm>
#include <array>

namespace netpulse {
namespace {

constexpr std::size_t kRandomBytes = 32;
constexpr std::size_t kSessionIdBytesMax = 32;
constexpr std::size_t kServerNameBytesMax = 255;

/// SHA-256 of "HelloRetryRequest" (RFC 8446 section 4.1.3).
constexpr std::array<std::uint8_t, kRandomBytes> kHelloRetryRandom{
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
    0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c};

/// The vector that fills data but for its own 16-bit (or 8-bit) length; false if it does not.
bool whole_vector16(Bytes data, Bytes& content) noexcept {
  ByteCursor cursor(data);
  content = cursor.take_u16_length();
  return !cursor.failed() && cursor.at_end();
}
bool whole_vector8(Bytes data, Bytes& content) noexcept {
  ByteCursor cursor(data);
  content = cursor.take_u8_length();
  return !cursor.failed() && cursor.at_end();
}
bool u16_list(Bytes data, Bytes& values) noexcept { return whole_vector16(data, values) && values.size() % 2 == 0; }

bool server_name_list(Bytes data, Bytes& names) noexcept {
  if (!whole_vector16(data, names) || names.empty()) return false;
  ByteCursor cursor(names);
  while (!cursor.at_end()) {
    cursor.skip(1);
    if (cursor.take_u16_length().empty()) cursor.fail();
  }
  return !cursor.failed();
}

bool alpn_list(Bytes data, Bytes& protocols) noexcept {
  if (!whole_vector16(data, protocols) || protocols.empty()) return false;
  ByteCursor cursor(protocols);
  while (!cursor.at_end())
    if (cursor.take_u8_length().empty()) cursor.fail();
  return !cursor.failed();
}

/// Reads one list unless an earlier extension of the same type gave it: the first counts.
template <class Read>
void read_once(Bytes data, Bytes& list, bool& bad, Read read) noexcept {
  if (!list.empty()) return;
  Bytes content;
  if (read(data, content))
    list = content;
  else
    bad = true;
}

/// The next extension out of rest; false if there is no whole one, and then rest is as it was.
bool take_extension(Bytes& rest, std::uint16_t& type, Bytes& data) noexcept {
  constexpr std::size_t kHeaderBytes = 4;
  if (rest.size() < kHeaderBytes) return false;
  const auto length = static_cast<std::size_t>(rest[2] << 8 | rest[3]);
  if (length > rest.size() - kHeaderBytes) return false;
  type = static_cast<std::uint16_t>(rest[0] << 8 | rest[1]);
  data = rest.subspan(kHeaderBytes, length);
  rest = rest.subspan(kHeaderBytes + length);
  return true;
}

void read_extension(std::uint16_t type, Bytes data, ClientHello& hello) noexcept {
  switch (type) {
    case kExtensionServerName:
      hello.has_server_name = true;
      return read_once(data, hello.server_names, hello.bad_extension, server_name_list);
    case kExtensionSupportedGroups:
      return read_once(data, hello.supported_groups, hello.bad_extension, u16_list);
    case kExtensionEcPointFormats:
      return read_once(data, hello.ec_point_formats, hello.bad_extension, whole_vector8);
    case kExtensionSignatureAlgorithms:
      return read_once(data, hello.signature_algorithms, hello.bad_extension, u16_list);
    case kExtensionAlpn:
      return read_once(data, hello.alpn_protocols, hello.bad_extension, alpn_list);
    case kExtensionSupportedVersions:
      return read_once(data, hello.supported_versions, hello.bad_extension,
                       [](Bytes from, Bytes& to) { return whole_vector8(from, to) && to.size() % 2 == 0; });
    case kExtensionUseSrtp:
      hello.has_use_srtp = true;
      return;
    case kExtensionEncryptedClientHello:
      hello.has_ech = true;
      return;
    default:
      return;
  }
}

}  // namespace

std::uint16_t ClientHello::version_offered() const noexcept {
  if (supported_versions.empty()) return legacy_version;
  std::uint16_t highest = 0;
  for_each_u16(supported_versions, [&](std::uint16_t version) {
    const bool dtls = version >= 0xfefc && version != 0xfefe && version <= 0xfeff;
    if (dtls && (highest == 0 || version < highest)) highest = version;
    if (version >= 0x0300 && version <= 0x0304) highest = std::max(highest, version);
  });
  return highest != 0 ? highest : legacy_version;
}

std::string_view ClientHello::server_name() const noexcept {
  std::string_view first;
  for_each_server_name(server_names, [&](std::string_view name) {
    if (first.empty() && name.size() <= kServerNameBytesMax) first = name;
  });
  return first;
}

bool parse_client_hello(Bytes body, ClientHello& hello, HelloForm form) noexcept {
  hello = {};
  ByteCursor cursor(body);
  hello.legacy_version = cursor.u16();
  cursor.skip(kRandomBytes);
  if (cursor.take_u8_length().size() > kSessionIdBytesMax) return false;
  if (form == HelloForm::kDtls) cursor.take_u8_length();  // cookie
  hello.cipher_suites = cursor.take_u16_length();
  cursor.take_u8_length();  // compression methods
  if (cursor.failed() || hello.cipher_suites.size() % 2 != 0) return false;
  if (cursor.at_end()) return true;  // older clients send no extensions
  hello.extensions = cursor.take_u16_length();
  if (cursor.failed() || !cursor.at_end()) return false;
  std::uint16_t type = 0;
  Bytes rest = hello.extensions, data;
  while (take_extension(rest, type, data)) read_extension(type, data, hello);
  return rest.empty();
}

bool parse_server_hello(Bytes body, ServerHello& hello) noexcept {
  hello = {};
  ByteCursor cursor(body);
  hello.legacy_version = cursor.u16();
  const Bytes random = cursor.take(kRandomBytes);
  if (cursor.take_u8_length().size() > kSessionIdBytesMax) return false;
  hello.cipher_suite = cursor.u16();
  cursor.skip(1);  // compression method
  if (cursor.failed()) return false;
  hello.is_hello_retry_request = std::equal(random.begin(), random.end(), kHelloRetryRandom.begin());
  if (cursor.at_end()) return true;
  hello.extensions = cursor.take_u16_length();
  if (cursor.failed() || !cursor.at_end()) return false;
  std::uint16_t type = 0;
  Bytes rest = hello.extensions, data;
  while (take_extension(rest, type, data)) {
    if (type == kExtensionSupportedVersions) {
      if (data.size() == 2)
        hello.selected_version = static_cast<std::uint16_t>(data[0] << 8 | data[1]);
      else
        hello.bad_extension = true;
    } else if (type == kExtensionUseSrtp) {
      hello.has_use_srtp = true;
    } else if (type == kExtensionAlpn) {
      Bytes protocols;
      if (!alpn_list(data, protocols))
        hello.bad_extension = true;
      else if (hello.alpn.empty())
        hello.alpn = as_text(ByteCursor(protocols).take_u8_length());
    }
  }
  return rest.empty();
}

}  // namespace netpulse
