#include "plugins/common/fingerprint.h"

#include <algorithm>
#include <charconv>
#include <string_view>

#include "plugins/common/digest.h"

namespace netpulse {
namespace {

constexpr char kHexDigits[] = "0123456789abcdef";
constexpr std::string_view kNoHash = "000000000000";
constexpr std::size_t kHashDigits = 12;
constexpr std::size_t kCountShownMax = 99;

/// Text in a fixed buffer that is not cleared; what does not fit marks it full.
class TextWriter {
 public:
  TextWriter() noexcept {}  // NOLINT(modernize-use-equals-default): = default would clear the buffer in T{}

  void put(char c) noexcept {
    if (size_ < kFingerprintTextBytes)
      text_[size_++] = c;
    else
      full_ = true;
  }
  void decimal(std::uint16_t value) noexcept {
    const auto [end, error] = std::to_chars(text_ + size_, text_ + kFingerprintTextBytes, value);
    if (error != std::errc{}) {
      full_ = true;
      return;
    }
    size_ = static_cast<std::size_t>(end - text_);
  }
  void hex4(std::uint16_t value) noexcept {
    if (kFingerprintTextBytes - size_ < 4) {
      full_ = true;
      return;
    }
    for (int shift = 12; shift >= 0; shift -= 4) text_[size_++] = kHexDigits[value >> shift & 15];
  }
  /// Takes back the separator behind the last of some values.
  void drop_last(char separator) noexcept {
    if (size_ > 0 && text_[size_ - 1] == separator) --size_;
  }
  bool full() const noexcept { return full_; }
  std::string_view view() const noexcept { return {text_, size_}; }

 private:
  std::size_t size_ = 0;
  bool full_ = false;
  char text_[kFingerprintTextBytes];
};

void put_decimal_list(TextWriter& text, Bytes values) noexcept {
  for_each_u16(values, [&](std::uint16_t value) {
    if (is_grease(value)) return;
    text.decimal(value);
    text.put('-');
  });
  text.drop_last('-');
}

/// Values without GREASE, in a fixed array.
struct Values {
  std::size_t count = 0;
  bool full = false;
  std::uint16_t data[kFingerprintValuesMax];

  Values() noexcept {}  // NOLINT(modernize-use-equals-default): as TextWriter
  void add(std::uint16_t value) noexcept {
    if (is_grease(value)) return;
    if (count < kFingerprintValuesMax)
      data[count++] = value;
    else
      full = true;
  }
  void sort() noexcept { std::sort(data, data + count); }
};

void put_hex_list(TextWriter& text, const Values& values) noexcept {
  for (std::size_t i = 0; i < values.count; ++i) {
    if (i != 0) text.put(',');
    text.hex4(values.data[i]);
  }
}

/// The first 12 hexadecimal digits of the text's SHA-256.
void put_hash(std::string_view text, char* out) noexcept {
  std::array<std::uint8_t, 32> digest;
  sha256_digest(text, digest);
  for (std::size_t i = 0; i < kHashDigits; ++i)
    out[i] = kHexDigits[i % 2 == 0 ? digest[i / 2] >> 4 : digest[i / 2] & 15];
}

std::string_view ja4_version_name(std::uint16_t version) noexcept {
  switch (version) {
    case 0x0304:
      return "13";
    case 0x0303:
      return "12";
    case 0x0302:
      return "11";
    case 0x0301:
      return "10";
    case 0x0300:
      return "s3";
    case 0x0002:
      return "s2";
    case 0xfeff:
      return "d1";
    case 0xfefd:
      return "d2";
    case 0xfefc:
      return "d3";
    default:
      return "00";
  }
}

std::uint16_t ja4_version(const ClientHello& hello, Ja4Transport transport) noexcept {
  // DTLS counts its versions downwards (RFC 6347 section 4.1).
  const bool downwards = transport == Ja4Transport::kDtls;
  bool found = false;
  std::uint16_t best = hello.legacy_version;
  for_each_u16(hello.supported_versions, [&](std::uint16_t version) {
    if (is_grease(version)) return;
    if (!found || (downwards ? version < best : version > best)) best = version;
    found = true;
  });
  return best;
}

bool is_alphanumeric(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/// First and last character of the first ALPN value, or of its hexadecimal form if one of the two is no ASCII letter
/// or digit.
std::array<char, 2> ja4_alpn(const ClientHello& hello) noexcept {
  if (hello.alpn_protocols.empty()) return {'0', '0'};
  const std::string_view value = as_text(ByteCursor(hello.alpn_protocols).take_u8_length());
  if (value.empty()) return {'0', '0'};
  if (is_alphanumeric(value.front()) && is_alphanumeric(value.back())) return {value.front(), value.back()};
  return {kHexDigits[static_cast<std::uint8_t>(value.front()) >> 4],
          kHexDigits[static_cast<std::uint8_t>(value.back()) & 15]};
}

void put_count(char* out, std::size_t count) noexcept {
  const std::size_t shown = std::min(count, kCountShownMax);
  out[0] = static_cast<char>('0' + shown / 10);
  out[1] = static_cast<char>('0' + shown % 10);
}

}  // namespace

bool ja3(const ClientHello& hello, Md5Digest& out) noexcept {
  TextWriter text;
  text.decimal(hello.legacy_version);
  text.put(',');
  put_decimal_list(text, hello.cipher_suites);
  text.put(',');
  for_each_extension(hello.extensions, [&](std::uint16_t type, Bytes) {
    if (is_grease(type)) return;
    text.decimal(type);
    text.put('-');
  });
  text.drop_last('-');
  text.put(',');
  put_decimal_list(text, hello.supported_groups);
  text.put(',');
  for (const std::uint8_t format : hello.ec_point_formats) {
    text.decimal(format);
    text.put('-');
  }
  text.drop_last('-');
  if (text.full()) return false;
  md5_digest(text.view(), out);
  return true;
}

bool ja3s(const ServerHello& hello, Md5Digest& out) noexcept {
  TextWriter text;
  text.decimal(hello.legacy_version);
  text.put(',');
  text.decimal(hello.cipher_suite);
  text.put(',');
  for_each_extension(hello.extensions, [&](std::uint16_t type, Bytes) {
    text.decimal(type);
    text.put('-');
  });
  text.drop_last('-');
  if (text.full()) return false;
  md5_digest(text.view(), out);
  return true;
}

bool ja4(const ClientHello& hello, Ja4Transport transport, Ja4Text& out) noexcept {
  Values ciphers, extensions;
  for_each_u16(hello.cipher_suites, [&](std::uint16_t cipher) { ciphers.add(cipher); });
  std::size_t extension_count = 0;
  for_each_extension(hello.extensions, [&](std::uint16_t type, Bytes) {
    if (is_grease(type)) return;
    ++extension_count;
    if (type != kExtensionServerName && type != kExtensionAlpn) extensions.add(type);
  });
  if (ciphers.full || extensions.full) return false;
  ciphers.sort();
  extensions.sort();

  std::array<char, 36> text;
  text[0] = static_cast<char>(transport);
  const std::string_view version = ja4_version_name(ja4_version(hello, transport));
  text[1] = version[0];
  text[2] = version[1];
  text[3] = hello.has_server_name ? 'd' : 'i';
  put_count(&text[4], ciphers.count);
  put_count(&text[6], extension_count);
  const std::array<char, 2> alpn = ja4_alpn(hello);
  text[8] = alpn[0];
  text[9] = alpn[1];
  text[10] = '_';
  text[23] = '_';
  TextWriter list;
  put_hex_list(list, ciphers);
  if (ciphers.count == 0)
    std::copy(kNoHash.begin(), kNoHash.end(), &text[11]);
  else
    put_hash(list.view(), &text[11]);

  TextWriter second;
  put_hex_list(second, extensions);
  if (!hello.signature_algorithms.empty()) {
    second.put('_');
    for_each_u16(hello.signature_algorithms, [&](std::uint16_t algorithm) {
      if (is_grease(algorithm)) return;
      second.hex4(algorithm);
      second.put(',');
    });
    second.drop_last(',');
  }
  if (list.full() || second.full()) return false;
  if (extensions.count == 0)
    std::copy(kNoHash.begin(), kNoHash.end(), &text[24]);
  else
    put_hash(second.view(), &text[24]);
  out.assign({text.data(), text.size()});
  return true;
}

std::array<char, 32> hex_text(const Md5Digest& digest) noexcept {
  std::array<char, 32> text;
  for (std::size_t i = 0; i < digest.size(); ++i) {
    text[2 * i] = kHexDigits[digest[i] >> 4];
    text[2 * i + 1] = kHexDigits[digest[i] & 15];
  }
  return text;
}

}  // namespace netpulse
