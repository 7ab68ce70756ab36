#include "plugins/websocket/websocket.h"

#include "plugins/common/http_text.h"

namespace netpulse {
namespace {

constexpr std::uint8_t kProtocolTcp = 6;
constexpr std::uint16_t kStatusSwitching = 101;
constexpr std::string_view kProtocolName = "HTTP/1.";

}  // namespace

Verdict WebSocket::probe(const PacketView& packet) noexcept {
  if (packet.key.protocol != kProtocolTcp) return Verdict::kNotMine;
  const std::string_view text = as_text(packet.payload());
  const StartLine start = start_line_of(text, kProtocolName, false);
  if (start == StartLine::kNeedMore && text.starts_with('H')) return Verdict::kNeedMore;
  if (start != StartLine::kResponse || first_status(text, kProtocolName) != kStatusSwitching) return Verdict::kNotMine;
  switch (upgrade_of_head(text)) {
    case Upgrade::kWebSocket:
      return Verdict::kDone;
    case Upgrade::kNeedMore:
      return Verdict::kNeedMore;
    default:
      return Verdict::kNotMine;
  }
}

Verdict WebSocket::consume(const PacketView&, State&, AnalyzerContext& context) noexcept {
  context.count(0);
  return Verdict::kDone;
}

}  // namespace netpulse
