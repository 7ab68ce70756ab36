#include "plugins/quic/frames.h"

#include <algorithm>

#include "engine/analysis/stream_pool.h"
#include "plugins/quic/packet_header.h"

namespace netpulse {
namespace {

/// The part of a CRYPTO frame behind its type.
bool read_crypto(ByteCursor& cursor, CryptoFragments& crypto, bool& left_out) noexcept {
  const std::uint64_t offset = quic_varint(cursor);
  const std::uint64_t length = quic_varint(cursor);
  if (length > cursor.remaining()) return false;
  const Bytes data = cursor.take(static_cast<std::size_t>(length));
  if (cursor.failed() || data.empty()) return !cursor.failed();
  if (offset >= kStreamPrefixBytes || !crypto.add(static_cast<std::size_t>(offset), data)) left_out = true;
  return true;
}

/// RFC 9000 section 19.3.
void skip_ack(ByteCursor& cursor, bool has_ecn) noexcept {
  quic_varint(cursor);  // largest acknowledged
  quic_varint(cursor);  // delay
  // Each range takes two bytes at least, so that a count which is too large fails soon.
  std::uint64_t fields = 1;
  const std::uint64_t ranges = quic_varint(cursor);
  if (ranges > cursor.remaining()) return cursor.fail();
  fields += 2 * ranges + (has_ecn ? 3 : 0);
  for (; fields > 0 && !cursor.failed(); --fields) quic_varint(cursor);
}

void skip_zeros(Bytes frames, ByteCursor& cursor) noexcept {
  const Bytes rest = frames.subspan(cursor.position());
  cursor.skip(static_cast<std::size_t>(
      std::find_if(rest.begin(), rest.end(), [](std::uint8_t byte) { return byte != 0; }) - rest.begin()));
}

}  // namespace

void CryptoFragments::sort() noexcept {
  const auto before = [](const CryptoFragment& a, const CryptoFragment& b) { return a.offset < b.offset; };
  const auto last = fragments_.begin() + static_cast<std::ptrdiff_t>(count_);
  if (!std::is_sorted(fragments_.begin(), last, before)) std::sort(fragments_.begin(), last, before);
}

FramesResult read_quic_frames(Bytes frames, CryptoFragments& crypto) noexcept {
  enum : std::uint8_t { kPadding = 0x00, kPing = 0x01, kAck = 0x02, kAckEcn = 0x03, kCrypto = 0x06, kClose = 0x1c };
  ByteCursor cursor(frames);
  bool left_out = false, closed = false;
  while (!cursor.at_end() && !closed) {
    switch (const std::uint8_t type = cursor.u8()) {
      case kPadding:
        skip_zeros(frames, cursor);
        break;
      case kPing:
        break;
      case kAck:
      case kAckEcn:
        skip_ack(cursor, type == kAckEcn);
        break;
      case kCrypto:
        if (!read_crypto(cursor, crypto, left_out)) return FramesResult::kMalformed;
        break;
      case kClose:
        closed = true;
        break;
      default:
        return FramesResult::kMalformed;
    }
  }
  if (cursor.failed()) return FramesResult::kMalformed;
  crypto.sort();
  if (closed) return FramesResult::kClosed;
  return left_out ? FramesResult::kLeftOut : FramesResult::kRead;
}

FramesResult read_gquic_frames(Bytes frames, CryptoFragments& crypto) noexcept {
  enum : std::uint8_t { kPadding = 0x00, kPing = 0x07, kCrypto = 0x08 };
  ByteCursor cursor(frames);
  bool left_out = false;
  while (!cursor.at_end()) {
    const std::uint8_t type = cursor.u8();
    if (type == kPadding) {
      skip_zeros(frames, cursor);
    } else if (type == kCrypto) {
      if (!read_crypto(cursor, crypto, left_out)) return FramesResult::kMalformed;
    } else if (type != kPing) {
      break;  // acknowledgements and streams, with widths in their type: what follows is not needed
    }
  }
  crypto.sort();
  return left_out ? FramesResult::kLeftOut : FramesResult::kRead;
}

}  // namespace netpulse
