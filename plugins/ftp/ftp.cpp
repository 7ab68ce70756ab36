#include "plugins/ftp/ftp.h"

namespace netpulse {
namespace {

constexpr int kReady = 220, kAuthAccepted = 234, kAuthAcceptedOld = 334, kLoggedIn = 230;
constexpr std::uint16_t kPort = 21;
/// First commands, on port 21 only: others begin so too.
constexpr std::array<std::string_view, 4> kCommands{"AUTH TLS\r", "AUTH SSL\r", "FEAT\r", "USER "};

/// "2.1.0 text": an enhanced status code of mail (RFC 3463), which FTP does not have.
bool has_mail_status(std::string_view text) noexcept {
  const auto digit = [&](std::size_t at) { return text[at] >= '0' && text[at] <= '9'; };
  return text.size() >= 5 && digit(0) && text[1] == '.' && digit(2) && text[3] == '.' && digit(4);
}

Verdict probe_greeting(std::string_view line, bool whole, bool own_port) noexcept {
  const NumberedReply reply = numbered_reply(line);
  if (reply.code != kReady || !reply.is_one || !is_printable(line) || has_mail_status(reply.text))
    return Verdict::kNotMine;
  if (contains(line, "SMTP") || contains(line, "LMTP")) return Verdict::kNotMine;
  if (!whole) return line.size() < kTextLineBytesMax ? Verdict::kNeedMore : Verdict::kNotMine;
  return own_port || contains(line, "FTP") ? Verdict::kDone : Verdict::kNotMine;
}

/// "USER name" and nothing else: IRC's has more.
bool is_one_word(std::string_view text) noexcept { return !text.empty() && text.find(' ') == std::string_view::npos; }

}  // namespace

Verdict Ftp::probe(const PacketView& packet) noexcept {
  const std::string_view text = as_text(packet.payload());
  const bool own_port = packet.key.lo_port == kPort || packet.key.hi_port == kPort;
  bool whole = false;
  const std::string_view line = first_line(packet.payload(), whole);
  constexpr std::size_t kCodeBytes = 4;
  if (text.starts_with("220") && text.size() >= kCodeBytes) return probe_greeting(line, whole, own_port);
  if (std::string_view("220").starts_with(text)) return Verdict::kNeedMore;
  if (!own_port) return Verdict::kNotMine;
  const Start start = starts_with_any(text, false, kCommands);
  if (start == Start::kNo) return Verdict::kNotMine;
  if (start == Start::kTooShort || !whole)
    return text.size() < kTextLineBytesMax ? Verdict::kNeedMore : Verdict::kNotMine;
  if (!begins_with(line, "USER ")) return Verdict::kDone;
  return is_one_word(line.substr(5)) && is_printable(line) ? Verdict::kDone : Verdict::kNotMine;
}

bool Ftp::is_reply(std::string_view line) noexcept { return numbered_reply(line).is_one; }

LineMeaning Ftp::command(std::string_view line, State&, AnalyzerContext&) noexcept {
  return begins_with(line, "AUTH TLS") || begins_with(line, "AUTH SSL") ? LineMeaning::kUpgrade : LineMeaning::kCommand;
}

LineMeaning Ftp::reply(std::string_view line, State& state, AnalyzerContext& context) noexcept {
  const NumberedReply reply = numbered_reply(line);
  if (reply.is_one && state.greeted == 0) {
    state.greeted = 1;
    if (reply.code == kReady) context.set_attribute(FlowAttribute::kServerSoftware, reply.text);
  }
  if (!reply.is_final) return LineMeaning::kNothing;
  if (reply.code == kLoggedIn) return LineMeaning::kLast;
  return reply.code == kAuthAccepted || reply.code == kAuthAcceptedOld ? LineMeaning::kAccepted : LineMeaning::kRefused;
}

Verdict Ftp::consume(const PacketView& packet, State& state, AnalyzerContext& context) noexcept {
  return follow_lines<Ftp>(packet, state, context);
}

}  // namespace netpulse
