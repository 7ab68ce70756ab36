#include "engine/packet/tcp_options.h"

#include <algorithm>

#include "engine/base/bytes.h"
#include "engine/packet/load.h"

namespace netpulse {
namespace {

constexpr std::size_t kHeaderBytes = 20, kDataOffsetAt = 12;
constexpr std::uint8_t kEndOfOptions = 0, kNoOperation = 1, kSegmentBytesMax = 2, kWindowScale = 3, kSack = 5,
                       kTimeStamps = 8;
constexpr std::size_t kTimeStampsBytes = 8, kSackBlockBytes = 8;

/// Whether a comes after b (RFC 9293 section 3.4).
bool after(std::uint32_t a, std::uint32_t b) noexcept { return static_cast<std::int32_t>(a - b) > 0; }

bool is_duplicate_sack(Bytes blocks, std::uint32_t ack) noexcept {
  if (blocks.empty() || blocks.size() % kSackBlockBytes != 0) return false;
  const auto edge = [&](std::size_t i) { return load_be32(blocks.data() + i * sizeof(std::uint32_t)); };
  const std::uint32_t left = edge(0), right = edge(1);
  if (!after(right, left)) return false;
  if (!after(right, ack)) return true;
  return blocks.size() > kSackBlockBytes && !after(edge(2), left) && !after(right, edge(3));
}

/// Gives kind and content of each option to take; false if some were cut or malformed.
template <class Take>
bool read_options(const PacketView& packet, Take take) noexcept {
  const std::size_t header = tcp_header_bytes(packet);
  if (header == 0) return false;
  const Bytes captured = packet.frame_bytes().subspan(packet.transport_offset);
  const bool cut = header > captured.size();
  ByteCursor cursor(captured.first(std::min(header, captured.size())).subspan(kHeaderBytes));
  while (!cursor.at_end()) {
    const std::uint8_t kind = cursor.u8();
    if (kind == kEndOfOptions) break;
    if (kind == kNoOperation) continue;
    const std::uint8_t length = cursor.u8();  // of the option, with kind and length
    if (length < 2) return false;
    const Bytes content = cursor.take(length - std::size_t{2});
    if (cursor.failed()) return false;
    take(kind, content);
  }
  return !cut && !cursor.failed();
}

}  // namespace

std::uint32_t tcp_header_bytes(const PacketView& packet) noexcept {
  if (packet.transport_offset == 0xffff || packet.transport_offset + kHeaderBytes > packet.captured_bytes) return 0;
  const std::uint32_t header = (packet.frame[packet.transport_offset + kDataOffsetAt] >> 4) * 4U;
  return header < kHeaderBytes ? 0 : header;
}

TcpSynOptions read_tcp_syn_options(const PacketView& packet) noexcept {
  TcpSynOptions found;
  found.whole = read_options(packet, [&](std::uint8_t kind, Bytes content) {
    ByteCursor option(content);
    if (kind == kWindowScale && content.size() == 1) {
      found.window_scale = std::min(option.u8(), TcpSynOptions::kWindowScaleMax);
      found.has_window_scale = true;
    } else if (kind == kSegmentBytesMax && content.size() == 2) {
      found.segment_bytes_max = option.u16();
    }
  });
  return found;
}

TcpSegmentOptions read_tcp_segment_options(const PacketView& packet) noexcept {
  TcpSegmentOptions found;
  read_options(packet, [&](std::uint8_t kind, Bytes content) {
    if (kind == kTimeStamps && content.size() == kTimeStampsBytes) {
      ByteCursor option(content);
      found.time_stamp = option.u32();
      found.time_stamp_echo = option.u32();
      found.has_time_stamps = true;
    } else if (kind == kSack) {
      found.has_duplicate_sack = is_duplicate_sack(content, packet.tcp_ack);
    }
  });
  return found;
}

bool has_duplicate_sack(const PacketView& packet) noexcept {
  constexpr std::size_t kOptionAt = 2, kContentAt = 4;  // behind two that do nothing
  const std::size_t header = tcp_header_bytes(packet);
  if (header == 0 || packet.transport_offset + header > packet.captured_bytes) return false;
  Bytes options = packet.frame_bytes().subspan(packet.transport_offset + kHeaderBytes, header - kHeaderBytes);
  const auto begins_with = [&](std::uint8_t kind) {
    return options.size() >= kContentAt && options[0] == kNoOperation && options[1] == kNoOperation &&
           options[kOptionAt] == kind;
  };
  if (begins_with(kTimeStamps) && options[3] == 2 + kTimeStampsBytes && options.size() >= kContentAt + kTimeStampsBytes)
    options = options.subspan(kContentAt + kTimeStampsBytes);
  if (begins_with(kSack) && options[3] >= 2 && options[3] - std::size_t{2} <= options.size() - kContentAt)
    return is_duplicate_sack(options.subspan(kContentAt, options[3] - std::size_t{2}), packet.tcp_ack);
  return read_tcp_segment_options(packet).has_duplicate_sack;
}

}  // namespace netpulse
