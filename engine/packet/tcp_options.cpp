#include "engine/packet/tcp_options.h"

#include <algorithm>

#include "engine/base/bytes.h"

namespace netpulse {
namespace {

constexpr std::size_t kHeaderBytes = 20, kDataOffsetAt = 12;
constexpr std::uint8_t kEndOfOptions = 0, kNoOperation = 1, kWindowScale = 3;

}  // namespace

TcpSynOptions read_tcp_syn_options(const PacketView& packet) noexcept {
  TcpSynOptions found;
  if (packet.transport_offset == 0xffff || packet.transport_offset + kHeaderBytes > packet.captured_bytes) return found;
  const Bytes captured = packet.frame_bytes().subspan(packet.transport_offset);
  const std::size_t header = (captured[kDataOffsetAt] >> 4) * std::size_t{4};
  if (header < kHeaderBytes) return found;
  const bool cut = header > captured.size();
  ByteCursor cursor(captured.first(std::min(header, captured.size())).subspan(kHeaderBytes));
  while (!cursor.at_end()) {
    const std::uint8_t kind = cursor.u8();
    if (kind == kEndOfOptions) break;
    if (kind == kNoOperation) continue;
    const std::uint8_t length = cursor.u8();  // of the option, with kind and length
    if (length < 2) return found;
    ByteCursor option(cursor.take(length - std::size_t{2}));
    if (cursor.failed()) return found;
    if (kind == kWindowScale && length == 3) {
      found.window_scale = std::min(option.u8(), TcpSynOptions::kWindowScaleMax);
      found.has_window_scale = true;
    }
  }
  found.whole = !cut && !cursor.failed();
  return found;
}

}  // namespace netpulse
