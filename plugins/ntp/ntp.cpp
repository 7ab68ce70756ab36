#include "plugins/ntp/ntp.h"

namespace netpulse {
namespace {

constexpr std::size_t kHeaderBytes = 48, kControlHeaderBytes = 12, kPrivateHeaderBytes = 8;
constexpr std::uint8_t kVersionMax = 4, kStratumMax = 16;
constexpr std::uint8_t kModeClient = 3, kModeBroadcast = 5, kModeControl = 6, kModePrivate = 7;
constexpr std::int8_t kPollMax = 17, kPollMin = -7, kPrecisionMin = -40, kPrecisionMax = 1;

/// Values a clock can have. Its delay to the root is below 256 seconds, positive or (by the first versions) negative.
/// Only simple clients leave the precision empty.
bool plausible_clock(ByteCursor header, bool from_client) noexcept {
  const std::uint8_t stratum = header.u8();
  const auto poll = static_cast<std::int8_t>(header.u8());
  const auto precision = static_cast<std::int8_t>(header.u8());
  const std::uint8_t root_delay_high = header.u8();
  return stratum <= kStratumMax && poll <= kPollMax && poll >= kPollMin && precision >= kPrecisionMin &&
         precision <= kPrecisionMax && (precision != 0 || from_client) &&
         (root_delay_high == 0 || root_delay_high == 0xff);
}

}  // namespace

Verdict Ntp::probe(const PacketView& packet) noexcept {
  const std::size_t size = packet.payload_bytes;
  ByteCursor cursor(packet.payload());
  const std::uint8_t first = cursor.u8();
  const std::uint8_t mode = first & 0x07, version = first >> 3 & 0x07;
  if (version == 0 || version > kVersionMax || mode == 0) return Verdict::kNotMine;
  if (mode == kModeControl) {
    constexpr std::uint8_t kOpcodeMask = 0x1f, kOpcodeMax = 12, kOpcodeUnsetTrap = 31;
    const std::uint8_t opcode = cursor.u8() & kOpcodeMask;
    cursor.skip(kControlHeaderBytes - 4);
    const std::uint16_t data_bytes = cursor.u16();
    const bool fits = size >= kControlHeaderBytes + std::size_t{data_bytes} && size % 4 == 0 &&
                      (data_bytes == 0 || size < kControlHeaderBytes + std::size_t{data_bytes} + kHeaderBytes);
    return mine_if(!cursor.failed() && fits && (opcode <= kOpcodeMax || opcode == kOpcodeUnsetTrap));
  }
  if (mode == kModePrivate) {
    constexpr std::uint8_t kImplementationMax = 3;
    cursor.skip(1);
    const std::uint8_t implementation = cursor.u8();
    cursor.skip(1);
    const std::uint16_t items = cursor.u16() & 0x0fff, item_bytes = cursor.u16() & 0x0fff;
    return mine_if(!cursor.failed() && (version == 2 || version == 3) && implementation <= kImplementationMax &&
                   size >= kPrivateHeaderBytes + std::size_t{items} * item_bytes);
  }
  if (mode > kModeBroadcast || size < kHeaderBytes || size % 4 != 0 || packet.payload().size() < kHeaderBytes)
    return Verdict::kNotMine;
  return mine_if(plausible_clock(cursor, mode == kModeClient));
}

}  // namespace netpulse
