#include "plugins/quic/gquic.h"

#include "plugins/quic/packet_header.h"
#include "plugins/quic/version.h"

namespace netpulse {
namespace {

constexpr std::size_t kConnectionIdBytes = 8, kMessageHashBytes = 12;
// Public flags: version present, 8-byte connection ID, and two bits for the packet number's size.
constexpr std::uint8_t kFlagVersion = 0x01, kFlagConnectionId = 0x08, kFlagsNever = 0xc2;

std::uint32_t little_endian(Bytes bytes) noexcept {
  std::uint32_t value = 0;
  for (std::size_t i = bytes.size(); i > 0; --i) value = value << 8 | bytes[i - 1];
  return value;
}

/// The data of a STREAM frame of stream 1, at whatever offset: a second CHLO, which answers a REJ, is as good.
Bytes crypto_stream_data(ByteCursor& cursor, bool little_endian_length) noexcept {
  constexpr std::uint8_t kStream = 0x80, kHasLength = 0x20, kOffsetMask = 0x1c, kStreamIdMask = 0x03;
  constexpr std::uint32_t kCryptoStream = 1;
  const std::uint8_t type = cursor.u8();
  if ((type & kStream) == 0) return {};
  // Of one byte where the number is 1.
  if ((type & kStreamIdMask) != 0 || cursor.u8() != kCryptoStream) return {};
  const std::size_t offset_size = (type & kOffsetMask) >> 2;
  if (offset_size != 0) cursor.skip(offset_size + 1);
  if ((type & kHasLength) == 0) return cursor.take_rest();
  const Bytes length = cursor.take(2);
  if (cursor.failed()) return {};
  return cursor.take(little_endian_length ? little_endian(length)
                                          : static_cast<std::size_t>(length[0] << 8 | length[1]));
}

}  // namespace

bool read_gquic_hello(Bytes message, GquicHello& hello) noexcept {
  constexpr std::uint32_t kChlo = 0x43484c4f, kSni = 0x534e4900, kUaid = 0x55414944;
  constexpr std::uint32_t kEntriesMax = 128;
  constexpr std::size_t kEntryBytes = 8;
  hello = {};
  ByteCursor cursor(message);
  if (cursor.u32() != kChlo) return false;
  const std::uint32_t entries = little_endian(cursor.take(2));
  cursor.skip(2);
  if (entries > kEntriesMax) return false;
  ByteCursor table(cursor.take(entries * kEntryBytes));
  const Bytes values = cursor.take_rest();
  if (cursor.failed()) return false;
  std::size_t begin = 0;
  while (!table.at_end()) {
    const std::uint32_t tag = table.u32();
    const std::size_t end = little_endian(table.take(4));
    if (end < begin || end > values.size()) return false;
    const std::string_view value = as_text(values.subspan(begin, end - begin));
    if (tag == kSni)
      hello.server_name = value;
    else if (tag == kUaid)
      hello.user_agent = value;
    begin = end;
  }
  return true;
}

bool has_gquic_public_header(Bytes packet) noexcept {
  ByteCursor cursor(packet);
  const std::uint8_t flags = cursor.u8();
  cursor.skip(kConnectionIdBytes);
  const std::uint32_t version = cursor.u32();
  constexpr std::uint8_t kFlagsAlways = kFlagVersion | kFlagConnectionId;
  return !cursor.failed() && !cursor.at_end() && (flags & kFlagsAlways) == kFlagsAlways && (flags & kFlagsNever) == 0 &&
         is_gquic_public_version(version);
}

Bytes gquic_crypto_stream(Bytes packet) noexcept {
  ByteCursor cursor(packet);
  bool little_endian_length = false;
  if (has_gquic_public_header(packet)) {
    constexpr std::size_t kPacketNumberBytes[] = {1, 2, 4, 6};
    constexpr std::uint32_t kBigEndianSince = 0x51303339, kPrivateFlagsBefore = 0x51303334;  // Q039, Q034
    const std::uint8_t flags = cursor.u8();
    cursor.skip(kConnectionIdBytes);
    const std::uint32_t version = cursor.u32();
    little_endian_length = version < kBigEndianSince;
    cursor.skip(kPacketNumberBytes[flags >> 4 & 3]);
    cursor.skip(kMessageHashBytes);
    if (version < kPrivateFlagsBefore) cursor.skip(1);
  } else {
    // Q046: a long header with both connection ID lengths in one byte; a client sends 8 bytes of its own and none of
    // the server.
    constexpr std::uint8_t kLongHeader = 0x80, kClientLengths = 0x50;
    const std::uint8_t first_byte = cursor.u8();
    if ((first_byte & kLongHeader) == 0 || cursor.u32() != kGquicQ046 || cursor.u8() != kClientLengths) return {};
    cursor.skip(kConnectionIdBytes);
    cursor.skip((first_byte & 3U) + 1);
    cursor.skip(kMessageHashBytes);
  }
  return crypto_stream_data(cursor, little_endian_length);
}

}  // namespace netpulse
