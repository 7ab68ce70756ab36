#include "plugins/common/fingerprint.h"

#include <algorithm>
#include <cstring>
#include <string_view>

#include "plugins/common/digest.h"

namespace netpulse {
namespace {

constexpr Ja4Digits kNoDigits{'0', '0', '0', '0', '0', '0', '0', '0', '0', '0', '0', '0'};
constexpr std::size_t kCountShownMax = 99;

constexpr char hex_digit(unsigned value) noexcept { return "0123456789abcdef"[value & 15]; }
/// The two digits of every byte.
constexpr std::array<std::array<char, 2>, 256> kHexPairs = [] {
  std::array<std::array<char, 2>, 256> pairs{};
  for (unsigned byte = 0; byte < pairs.size(); ++byte) pairs[byte] = {hex_digit(byte >> 4), hex_digit(byte)};
  return pairs;
}();
void put_hex(std::uint8_t byte, char* out) noexcept { std::memcpy(out, kHexPairs[byte].data(), 2); }

/// Text in a fixed buffer that is not cleared; what does not fit marks it full.
class TextWriter {
 public:
  TextWriter() noexcept {}  // NOLINT(modernize-use-equals-default): = default would clear the buffer in T{}

  void put(char c) noexcept {
    if (fits(1)) text_[size_++] = c;
  }
  /// With a separator behind it.
  void decimal(std::uint16_t value, char separator) noexcept {
    const std::size_t digits = value < 10 ? 1U : value < 100 ? 2U : value < 1000 ? 3U : value < 10000 ? 4U : 5U;
    if (!fits(digits + 1)) return;
    unsigned rest = value;
    for (std::size_t i = digits; i-- > 0; rest /= 10) text_[size_ + i] = static_cast<char>('0' + rest % 10);
    text_[size_ + digits] = separator;
    size_ += digits + 1;
  }
  void hex4(std::uint16_t value, char separator) noexcept {
    if (!fits(4 + 1)) return;
    put_hex(static_cast<std::uint8_t>(value >> 8), text_ + size_);
    put_hex(static_cast<std::uint8_t>(value), text_ + size_ + 2);
    text_[size_ + 4] = separator;
    size_ += 4 + 1;
  }
  /// Takes back the separator behind the last of some values.
  void drop_last(char separator) noexcept {
    if (size_ > 0 && text_[size_ - 1] == separator) --size_;
  }
  bool full() const noexcept { return full_; }
  std::string_view view() const noexcept { return {text_, size_}; }

 private:
  bool fits(std::size_t bytes) noexcept {
    full_ = full_ || kFingerprintTextBytes - size_ < bytes;
    return !full_;
  }

  std::size_t size_ = 0;
  bool full_ = false;
  char text_[kFingerprintTextBytes];
};

void put_decimal_list(TextWriter& text, Bytes values) noexcept {
  for_each_u16(values, [&](std::uint16_t value) {
    if (!is_grease(value)) text.decimal(value, '-');
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
  for (std::size_t i = 0; i < values.count; ++i) text.hex4(values.data[i], ',');
  text.drop_last(',');
}

/// The first digits of the text's SHA-256.
Ja4Digits digits_of(std::string_view text) noexcept {
  std::array<std::uint8_t, 32> digest;
  sha256_digest(text, digest);
  Ja4Digits digits;
  for (std::size_t i = 0; i < digits.size() / 2; ++i) put_hex(digest[i], &digits[2 * i]);
  return digits;
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
  return {hex_digit(static_cast<std::uint8_t>(value.front()) >> 4), hex_digit(static_cast<std::uint8_t>(value.back()))};
}

void put_count(char* out, std::size_t count) noexcept {
  const std::size_t shown = std::min(count, kCountShownMax);
  out[0] = static_cast<char>('0' + shown / 10);
  out[1] = static_cast<char>('0' + shown % 10);
}

}  // namespace

bool ja3(const ClientHello& hello, Md5Digest& out) noexcept {
  TextWriter text;
  text.decimal(hello.legacy_version, ',');
  put_decimal_list(text, hello.cipher_suites);
  text.put(',');
  for_each_extension(hello.extensions, [&](std::uint16_t type, Bytes) {
    if (!is_grease(type)) text.decimal(type, '-');
  });
  text.drop_last('-');
  text.put(',');
  put_decimal_list(text, hello.supported_groups);
  text.put(',');
  for (const std::uint8_t format : hello.ec_point_formats) text.decimal(format, '-');
  text.drop_last('-');
  if (text.full()) return false;
  md5_digest(text.view(), out);
  return true;
}

bool ja3s(const ServerHello& hello, Md5Digest& out) noexcept {
  TextWriter text;
  text.decimal(hello.legacy_version, ',');
  text.decimal(hello.cipher_suite, ',');
  for_each_extension(hello.extensions, [&](std::uint16_t type, Bytes) { text.decimal(type, '-'); });
  text.drop_last('-');
  if (text.full()) return false;
  md5_digest(text.view(), out);
  return true;
}

bool ja4_cipher_digits(Bytes cipher_suites, Ja4Digits& out) noexcept {
  Values ciphers;
  for_each_u16(cipher_suites, [&](std::uint16_t cipher) { ciphers.add(cipher); });
  if (ciphers.full) return false;
  ciphers.sort();
  TextWriter text;
  put_hex_list(text, ciphers);
  if (text.full()) return false;
  out = ciphers.count == 0 ? kNoDigits : digits_of(text.view());
  return true;
}

bool ja4_extension_digits(const ClientHello& hello, Ja4Digits& out) noexcept {
  Values extensions;
  for_each_extension(hello.extensions, [&](std::uint16_t type, Bytes) {
    if (type != kExtensionServerName && type != kExtensionAlpn) extensions.add(type);
  });
  if (extensions.full) return false;
  extensions.sort();
  TextWriter text;
  put_hex_list(text, extensions);
  if (!hello.signature_algorithms.empty()) {
    text.put('_');
    for_each_u16(hello.signature_algorithms, [&](std::uint16_t algorithm) {
      if (!is_grease(algorithm)) text.hex4(algorithm, ',');
    });
    text.drop_last(',');
  }
  if (text.full()) return false;
  out = extensions.count == 0 ? kNoDigits : digits_of(text.view());
  return true;
}

Ja4Text ja4_text(const ClientHello& hello, Ja4Transport transport, const Ja4Counts& counts, const Ja4Digits& ciphers,
                 const Ja4Digits& extensions) noexcept {
  std::array<char, 36> text;
  text[0] = static_cast<char>(transport);
  const std::string_view version = ja4_version_name(ja4_version(hello, transport));
  text[1] = version[0];
  text[2] = version[1];
  text[3] = hello.has_server_name ? 'd' : 'i';
  put_count(&text[4], counts.ciphers);
  put_count(&text[6], counts.extensions);
  const std::array<char, 2> alpn = ja4_alpn(hello);
  text[8] = alpn[0];
  text[9] = alpn[1];
  text[10] = '_';
  std::copy(ciphers.begin(), ciphers.end(), &text[11]);
  text[23] = '_';
  std::copy(extensions.begin(), extensions.end(), &text[24]);
  Ja4Text out;
  out.assign({text.data(), text.size()});
  return out;
}

bool ja4(const ClientHello& hello, Ja4Transport transport, Ja4Text& out) noexcept {
  Ja4Digits ciphers, extensions;
  if (!ja4_cipher_digits(hello.cipher_suites, ciphers) || !ja4_extension_digits(hello, extensions)) return false;
  Ja4Counts counts{0, 0};
  for_each_u16(hello.cipher_suites, [&](std::uint16_t cipher) { counts.ciphers += is_grease(cipher) ? 0U : 1U; });
  for_each_extension(hello.extensions,
                     [&](std::uint16_t type, Bytes) { counts.extensions += is_grease(type) ? 0U : 1U; });
  out = ja4_text(hello, transport, counts, ciphers, extensions);
  return true;
}

std::array<char, 32> hex_text(const Md5Digest& digest) noexcept {
  std::array<char, 32> text;
  for (std::size_t i = 0; i < digest.size(); ++i) put_hex(digest[i], &text[2 * i]);
  return text;
}

}  // namespace netpulse
