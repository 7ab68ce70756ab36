#include "plugins/http/http.h"

#include "plugins/common/http_text.h"
#include "plugins/http/message_reader.h"

namespace netpulse {
namespace {

constexpr std::uint8_t kProtocolTcp = 6;
constexpr std::uint16_t kStatusSwitching = 101;

}  // namespace

Verdict Http::probe(const PacketView& packet) noexcept {
  if (packet.key.protocol != kProtocolTcp) return Verdict::kNotMine;
  const std::string_view text = as_text(packet.payload());
  switch (start_line_of(text, kHttp1, packet.payload_captured_bytes < packet.payload_bytes)) {
    case StartLine::kRequest:
      return Verdict::kDone;
    case StartLine::kResponse:
      if (first_status(text, kHttp1) != kStatusSwitching) return Verdict::kDone;
      break;  // WebSocket's analyzer reads these
    case StartLine::kNeither:
      return Verdict::kNotMine;
    case StartLine::kNeedMore:
      return Verdict::kNeedMore;
  }
  switch (upgrade_of_head(text)) {
    case Upgrade::kWebSocket:
      return Verdict::kNotMine;
    case Upgrade::kNeedMore:
      return Verdict::kNeedMore;
    default:
      return Verdict::kDone;
  }
}

Verdict Http::consume(const PacketView& packet, State& state, AnalyzerContext& context) noexcept {
  const Verdict verdict = HttpMessageReader(packet, state, context).run();
  return verdict == Verdict::kNeedMore && HttpMessageReader::may_hand_over(state) ? Verdict::kTentative : verdict;
}

}  // namespace netpulse
