#include "plugins/smtp/smtp.h"

#include <algorithm>

namespace netpulse {
namespace {

constexpr int kReady = 220;
/// What the first line of a client may be, on any port and on those of mail only (picked up in the middle).
constexpr std::array<std::string_view, 6> kHellos{"EHLO ", "HELO ", "LHLO ", "EHLO\r", "HELO\r", "EHLO\n"};
constexpr std::array<std::string_view, 3> kLater{"STARTTLS\r", "MAIL FROM:", "RCPT TO:"};

bool on_mail_port(const PacketView& packet) noexcept {
  return std::any_of(Smtp::kPorts.begin(), Smtp::kPorts.end(), [&](const PortRange& range) {
    return packet.key.lo_port == range.first || packet.key.hi_port == range.first;
  });
}

Verdict verdict_of(Start start) noexcept {
  if (start == Start::kYes) return Verdict::kDone;
  return start == Start::kTooShort ? Verdict::kNeedMore : Verdict::kNotMine;
}

Verdict probe_greeting(std::string_view line, bool whole, bool mail_port) noexcept {
  const NumberedReply reply = numbered_reply(line);
  if (reply.code != kReady || !reply.is_one || !is_printable(line)) return Verdict::kNotMine;
  if (contains(line, "SMTP") || contains(line, "LMTP")) return Verdict::kDone;
  if (!whole) return line.size() < kTextLineBytesMax ? Verdict::kNeedMore : Verdict::kNotMine;
  return mail_port && !contains(line, "FTP") ? Verdict::kDone : Verdict::kNotMine;
}

}  // namespace

Verdict Smtp::probe(const PacketView& packet) noexcept {
  const std::string_view text = as_text(packet.payload());
  constexpr std::size_t kCodeBytes = 4;
  if (text.starts_with("220") && text.size() >= kCodeBytes) {
    bool whole = false;
    const std::string_view line = first_line(packet.payload(), whole);
    return probe_greeting(line, whole, on_mail_port(packet));
  }
  Start start = std::max(starts_with(text, false, "220"), starts_with_any(text, false, kHellos));
  if (on_mail_port(packet)) start = std::max(start, starts_with_any(text, false, kLater));
  if (start == Start::kYes && text.starts_with("220")) start = Start::kTooShort;
  return verdict_of(start);
}

bool Smtp::is_reply(std::string_view line) noexcept { return numbered_reply(line).is_one; }

LineMeaning Smtp::command(std::string_view line, State&, AnalyzerContext& context) noexcept {
  if (begins_with_word(line, "STARTTLS")) return LineMeaning::kUpgrade;
  if (begins_with_word(line, "DATA") || begins_with_word(line, "BDAT")) return LineMeaning::kLast;
  constexpr std::size_t kVerbBytes = 5;  // with its space
  if (line.size() > kVerbBytes && starts_with_any(line, true, kHellos) == Start::kYes)
    context.set_attribute(FlowAttribute::kHostName, line.substr(kVerbBytes));
  return LineMeaning::kCommand;
}

LineMeaning Smtp::reply(std::string_view line, State& state, AnalyzerContext& context) noexcept {
  const NumberedReply reply = numbered_reply(line);
  if (reply.is_one && state.greeted == 0) {
    state.greeted = 1;
    if (reply.code == kReady && state.dialogue.commands_open == 0)
      context.set_attribute(FlowAttribute::kServerSoftware, reply.text);
  }
  if (!reply.is_final) return LineMeaning::kNothing;
  return reply.code == kReady ? LineMeaning::kAccepted : LineMeaning::kRefused;
}

Verdict Smtp::consume(const PacketView& packet, State& state, AnalyzerContext& context) noexcept {
  return follow_lines<Smtp>(packet, state, context);
}

}  // namespace netpulse
