#include "plugins/pop3/pop3.h"

namespace netpulse {
namespace {

constexpr std::uint16_t kPort = 110;
constexpr std::string_view kOk = "+OK", kError = "-ERR";
/// First commands, on port 110 only.
constexpr std::array<std::string_view, 3> kCommands{"STLS\r", "CAPA\r", "APOP "};

/// The time stamp of RFC 1939 section 7: "<1896.697170952@host>".
bool has_time_stamp(std::string_view line) noexcept {
  const std::size_t begin = line.find('<');
  if (begin == std::string_view::npos) return false;
  const std::size_t at = line.find('@', begin);
  return at != std::string_view::npos && line.find('>', at) != std::string_view::npos;
}

}  // namespace

Verdict Pop3::probe(const PacketView& packet) noexcept {
  const std::string_view text = as_text(packet.payload());
  const bool own_port = packet.key.lo_port == kPort || packet.key.hi_port == kPort;
  const Start greeting = starts_with(text, false, "+OK ");
  if (greeting == Start::kYes) {
    bool whole = false;
    const std::string_view line = first_line(packet.payload(), whole);
    if (!is_printable(line)) return Verdict::kNotMine;
    if (!whole) return text.size() < kTextLineBytesMax ? Verdict::kNeedMore : Verdict::kNotMine;
    return own_port || contains(line, "POP") || has_time_stamp(line) ? Verdict::kDone : Verdict::kNotMine;
  }
  const Start command = own_port ? starts_with_any(text, false, kCommands) : Start::kNo;
  if (command == Start::kYes) return Verdict::kDone;
  return std::max(greeting, command) == Start::kTooShort ? Verdict::kNeedMore : Verdict::kNotMine;
}

bool Pop3::is_reply(std::string_view line) noexcept { return begins_with(line, kOk) || begins_with(line, kError); }

LineMeaning Pop3::command(std::string_view line, State&, AnalyzerContext&) noexcept {
  if (begins_with_word(line, "STLS")) return LineMeaning::kUpgrade;
  // Behind the password there is no STLS (RFC 2595 section 4).
  return begins_with_word(line, "PASS") || begins_with_word(line, "APOP") ? LineMeaning::kLast : LineMeaning::kCommand;
}

LineMeaning Pop3::reply(std::string_view line, State& state, AnalyzerContext& context) noexcept {
  if (!is_reply(line)) return LineMeaning::kNothing;  // a line of a longer reply
  const bool accepted = begins_with(line, kOk);
  if (state.greeted == 0) {
    state.greeted = 1;
    // The greeting answers no command.
    if (accepted && state.dialogue.commands_open == 0 && line.size() > kOk.size())
      context.set_attribute(FlowAttribute::kServerSoftware, line.substr(kOk.size() + 1));
  }
  return accepted ? LineMeaning::kAccepted : LineMeaning::kRefused;
}

Verdict Pop3::consume(const PacketView& packet, State& state, AnalyzerContext& context) noexcept {
  return follow_lines<Pop3>(packet, state, context);
}

}  // namespace netpulse
