#include "plugins/nbns/netbios_name.h"

namespace netpulse {
namespace {

constexpr std::size_t kEncodedBytes = NetbiosName::kBytes * 2;
constexpr std::size_t kLabelBytesMax = 63, kNameBytesMax = 255;

bool printable(std::uint8_t c) noexcept { return c >= ' ' && c <= '~'; }

char* write_hex(std::uint8_t byte, char* out) noexcept {
  constexpr std::string_view kDigits = "0123456789abcdef";
  *out++ = '<';
  *out++ = kDigits[byte >> 4];
  *out++ = kDigits[byte & 0x0f];
  *out++ = '>';
  return out;
}

}  // namespace

NetbiosNameText::NetbiosNameText(const NetbiosName& name) noexcept {
  std::size_t count = NetbiosName::kBytes - 1;
  while (count != 0 && name.bytes[count - 1] == ' ') --count;
  char* out = text_.data();
  bool all_printable = true;
  for (std::size_t i = 0; i < count; ++i) {
    if (printable(name.bytes[i])) {
      *out++ = static_cast<char>(name.bytes[i]);
    } else {
      out = write_hex(name.bytes[i], out);
      all_printable = false;
    }
  }
  if (all_printable) host_size_ = static_cast<std::size_t>(out - text_.data());
  out = write_hex(name.service(), out);
  size_ = static_cast<std::size_t>(out - text_.data());
}

bool read_netbios_name(ByteCursor& cursor, NetbiosName& name) noexcept {
  const std::size_t begin = cursor.position();
  const Bytes encoded = cursor.take_u8_length();
  if (encoded.size() != kEncodedBytes) cursor.fail();
  for (std::size_t i = 0; i < kEncodedBytes && !cursor.failed(); ++i) {
    const auto half = static_cast<std::uint8_t>(encoded[i] - 'A');
    if (half > 0x0f) cursor.fail();
    std::uint8_t& byte = name.bytes[i / 2];
    byte = static_cast<std::uint8_t>(i % 2 == 0 ? half << 4 : byte | half);
  }
  while (!cursor.failed()) {
    const std::uint8_t length = cursor.u8();
    if (length == 0) break;
    if (length > kLabelBytesMax || cursor.position() + length - begin >= kNameBytesMax) cursor.fail();
    cursor.skip(length);
  }
  return !cursor.failed();
}

}  // namespace netpulse
