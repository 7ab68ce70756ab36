#include "plugins/ssh/ssh.h"

#include "plugins/ssh/key_exchange.h"

namespace netpulse {
namespace {

constexpr std::string_view kStart = "SSH-";
/// After one side's line, so many more of its payloads may pass before the silent other side is given up (one-way
/// captures).
constexpr std::uint8_t kCallsWaitingMax = 8;

enum class Line : std::uint8_t { kFound, kUnfinished, kNone };

/// The first line of stream that begins with "SSH-", without its line end.
Line find_identification(std::string_view stream, std::string_view& line) noexcept {
  std::size_t at = 0;
  while (at < stream.size()) {
    const std::string_view rest = stream.substr(at);
    const std::size_t end = rest.find('\n');
    if (may_begin_with(rest, kStart)) {
      if (end == std::string_view::npos) return rest.size() > Ssh::kLineBytesMax ? Line::kNone : Line::kUnfinished;
      if (end > Ssh::kLineBytesMax) return Line::kNone;
      line = rest.substr(0, end);
      if (line.ends_with('\r')) line.remove_suffix(1);
      return Line::kFound;
    }
    if (!is_plain_text(rest.substr(0, rest.find_first_of("\r\n")))) return Line::kNone;
    if (end == std::string_view::npos) break;
    at += end + 1;
  }
  return stream.size() > Ssh::kPreambleBytesMax ? Line::kNone : Line::kUnfinished;
}

/// "SSH-protoversion-softwareversion", of what is there of it.
bool plausible(std::string_view line) noexcept {
  constexpr std::size_t kVersionBytes = 4;  // "2.0-", "1.99-"
  if (line.size() < kStart.size() + kVersionBytes) return true;
  const std::string_view version = line.substr(kStart.size());
  return (version[0] == '1' || version[0] == '2') && version[1] == '.' && version[2] >= '0' && version[2] <= '9';
}

/// True when nothing more is to be learned from this side.
bool read_key_exchange(Bytes stream, AnalyzerContext& context) noexcept {
  SshAlgorithms algorithms;
  switch (read_ssh_kexinit(stream, !context.from_initiator(), algorithms)) {
    case Verdict::kNeedMore:
      return context.stream_gave_up();
    case Verdict::kDone:
      break;
    default:
      return true;
  }
  if (std::array<char, 32> hassh; ssh_hassh(algorithms, hassh))
    context.set_attribute(context.from_initiator() ? FlowAttribute::kHassh : FlowAttribute::kHasshServer,
                          {hassh.data(), hassh.size()});
  return true;
}

}  // namespace

Verdict Ssh::probe(const PacketView& packet) noexcept {
  if (!over_tcp(packet)) return Verdict::kNotMine;
  const std::string_view stream = as_text(packet.payload());
  std::string_view line;
  switch (find_identification(stream, line)) {
    case Line::kFound:
      return mine_if(plausible(line));
    case Line::kUnfinished:
      return may_begin_with(stream, kStart) && !plausible(stream) ? Verdict::kNotMine : Verdict::kNeedMore;
    case Line::kNone:
      break;
  }
  return Verdict::kNotMine;
}

Verdict Ssh::consume(const PacketView& packet, State& state, AnalyzerContext& context) noexcept {
  const auto side = static_cast<std::size_t>(packet.direction);
  Stage& stage = state.stage[side];
  Bytes stream = packet.payload();
  if (stage == Stage::kDone) {
    context.discard_stream(stream.size());
    return ++state.calls_waiting > kCallsWaitingMax ? Verdict::kDone : Verdict::kNeedMore;
  }
  if (stage == Stage::kIdentification) {
    std::string_view line;
    switch (find_identification(as_text(stream), line)) {
      case Line::kFound:
        break;
      case Line::kUnfinished:
        return context.stream_gave_up() ? Verdict::kMalformed : Verdict::kNeedMore;
      case Line::kNone:
        return Verdict::kMalformed;
    }
    context.observe_name(0, line);
    context.set_attribute(context.from_initiator() ? FlowAttribute::kClientSoftware : FlowAttribute::kServerSoftware,
                          line);
    const auto line_end = static_cast<std::size_t>(line.data() + line.size() - as_text(stream).data());
    const std::size_t taken = as_text(stream).find('\n', line_end) + 1;
    context.discard_stream(taken);
    stream = stream.subspan(taken);
    // Version 1 goes on in its own way.
    stage = line.starts_with("SSH-1.") && !line.starts_with("SSH-1.99") ? Stage::kDone : Stage::kKeyExchange;
  }
  if (stage == Stage::kKeyExchange && read_key_exchange(stream, context)) stage = Stage::kDone;
  return stage == Stage::kDone && state.stage[1 - side] == Stage::kDone ? Verdict::kDone : Verdict::kNeedMore;
}

}  // namespace netpulse
