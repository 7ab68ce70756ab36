#include "plugins/ssh/key_exchange.h"

#include "plugins/common/digest.h"

namespace netpulse {
namespace {

constexpr std::uint8_t kMessageKexinit = 20;
constexpr std::size_t kCookieBytes = 16;
/// What every implementation must take (RFC 4253 section 6.1).
constexpr std::uint32_t kPacketBytesMax = 35000;
constexpr std::uint32_t kPacketBytesMin = 2 + kCookieBytes;  // length of the padding, message number
constexpr std::size_t kHasshTextBytesMax = 4096;

}  // namespace

Verdict read_ssh_kexinit(Bytes stream, bool from_server, SshAlgorithms& algorithms) noexcept {
  ByteCursor cursor(stream);
  const std::uint32_t packet_bytes = cursor.u32();
  cursor.skip(1);  // length of the padding
  const std::uint8_t message = cursor.u8();
  if (cursor.failed()) return Verdict::kNeedMore;
  if (message != kMessageKexinit || packet_bytes < kPacketBytesMin || packet_bytes > kPacketBytesMax)
    return Verdict::kNotMine;
  if (stream.size() < sizeof packet_bytes + packet_bytes) return Verdict::kNeedMore;
  ByteCursor lists(stream.first(sizeof packet_bytes + packet_bytes).subspan(cursor.position()));
  lists.skip(kCookieBytes);
  const auto next = [&lists] { return as_text(lists.take(lists.u32())); };
  // Lists for the client's bytes and for the server's take turns.
  const auto of_sender = [&] {
    const std::string_view of_client = next(), of_server = next();
    return from_server ? of_server : of_client;
  };
  algorithms.key_exchange = next();
  next();  // host keys
  algorithms.encryption = of_sender();
  algorithms.mac = of_sender();
  algorithms.compression = of_sender();
  return lists.failed() ? Verdict::kNotMine : Verdict::kDone;
}

bool ssh_hassh(const SshAlgorithms& algorithms, std::array<char, 32>& hex) noexcept {
  std::array<char, kHasshTextBytesMax> text;
  std::size_t size = 0;
  for (const std::string_view list :
       {algorithms.key_exchange, algorithms.encryption, algorithms.mac, algorithms.compression}) {
    if (list.size() >= text.size() - size) return false;
    list.copy(text.data() + size, list.size());
    size += list.size();
    text[size++] = ';';
  }
  --size;  // the last one separates nothing
  std::array<std::uint8_t, 16> digest;
  md5_digest({text.data(), size}, digest);
  constexpr char kDigits[] = "0123456789abcdef";
  for (std::size_t i = 0; i < digest.size(); ++i) {
    hex[2 * i] = kDigits[digest[i] >> 4];
    hex[2 * i + 1] = kDigits[digest[i] & 15];
  }
  return true;
}

}  // namespace netpulse
