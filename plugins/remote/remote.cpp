#include "plugins/remote/remote.h"

#include "plugins/common/little_endian.h"

namespace netpulse {

Verdict Vnc::probe(const PacketView& packet) noexcept {
  constexpr std::string_view kStart = "RFB 00";
  constexpr std::size_t kVersionBytes = 12;  // "RFB 003.008\n"
  const std::string_view text = as_text(packet.payload());
  if (!over_tcp(packet) || !may_begin_with(text, kStart)) return Verdict::kNotMine;
  if (text.size() < kVersionBytes) return Verdict::kNeedMore;
  return mine_if((text[6] == '3' || text[6] == '4' || text[6] == '5') && text[7] == '.' && text[11] == '\n');
}

Verdict Telnet::probe(const PacketView& packet) noexcept {
  constexpr std::uint8_t kIac = 0xff, kWill = 0xfb, kDont = 0xfe;
  constexpr std::uint8_t kOptionMax = 49, kOptionExtended = 255;
  constexpr std::size_t kCommandBytes = 3;
  const Bytes stream = packet.payload();
  for (std::size_t i = 0; i < kCommandBytes; ++i) {
    if (i == stream.size()) return Verdict::kNeedMore;
    const std::uint8_t byte = stream[i];
    if (i == 0 && byte != kIac) return Verdict::kNotMine;
    if (i == 1 && (byte < kWill || byte > kDont)) return Verdict::kNotMine;
    if (i == 2 && byte > kOptionMax && byte != kOptionExtended) return Verdict::kNotMine;
  }
  return Verdict::kDone;
}

Verdict X11::probe(const PacketView& packet) noexcept {
  constexpr std::size_t kSetupBytes = 12;
  if (!over_tcp(packet)) return Verdict::kNotMine;
  ByteCursor cursor(packet.payload());
  const std::uint8_t order = cursor.u8();
  if (order != 'l' && order != 'B') return Verdict::kNotMine;
  if (packet.payload().size() < kSetupBytes) {
    const bool unused = packet.payload().size() < 2 || packet.payload()[1] == 0;
    return unused ? Verdict::kNeedMore : Verdict::kNotMine;
  }
  const auto take = [&] { return order == 'l' ? take_u16_little_endian(cursor) : cursor.u16(); };
  const std::uint8_t unused = cursor.u8();
  const std::uint16_t major = take(), minor = take(), name_bytes = take(), data_bytes = take();
  constexpr std::uint16_t kAuthorizationBytesMax = 512;
  if (unused != 0 || major != 11 || minor != 0 || name_bytes > kAuthorizationBytesMax ||
      data_bytes > kAuthorizationBytesMax)
    return Verdict::kNotMine;
  const auto padded = [](std::size_t bytes) { return (bytes + 3) & ~std::size_t{3}; };
  return mine_when_whole(packet, kSetupBytes + padded(name_bytes) + padded(data_bytes));
}

}  // namespace netpulse
