#include "plugins/imap/imap.h"

#include <algorithm>

namespace netpulse {
namespace {

constexpr std::uint16_t kPort = 143;
constexpr std::array<std::string_view, 3> kGreetings{"* OK ", "* PREAUTH ", "* BYE "};
constexpr std::array<std::string_view, 4> kFirstCommands{"CAPABILITY\r", "STARTTLS\r", "LOGIN ", "AUTHENTICATE "};

/// The tag in front of a command or of its answer; empty if there is none (RFC 9051 section 9).
std::string_view tag_of(std::string_view line) noexcept {
  const std::string_view tag = line.substr(0, line.find(' '));
  const bool possible = !tag.empty() && tag.size() < line.size() && std::all_of(tag.begin(), tag.end(), [](char c) {
    return c > ' ' && c < 0x7f && std::string_view("(){%*\"\\+").find(c) == std::string_view::npos;
  });
  return possible ? tag : std::string_view{};
}

/// The greeting without the response code "[CAPABILITY ...]".
std::string_view greeting_text(std::string_view line) noexcept {
  line.remove_prefix(std::min(line.size(), line.find(' ', 2)));
  while (line.starts_with(' ')) line.remove_prefix(1);
  if (line.starts_with('[')) {
    const std::size_t end = line.find(']');
    line.remove_prefix(end == std::string_view::npos ? line.size() : end + 1);
  }
  while (line.starts_with(' ')) line.remove_prefix(1);
  return line;
}

Start probe_command(std::string_view text) noexcept {
  const Start start = starts_with_any(text, false, kFirstCommands);
  constexpr std::string_view kLogin = "LOGIN ";
  if (start != Start::kYes || !begins_with(text, kLogin)) return start;
  // Of user and password, or the first of two literals: "230 Login successful" is FTP.
  const std::string_view arguments = text.substr(kLogin.size());
  if (arguments.find_first_of(" {") != std::string_view::npos) return Start::kYes;
  return arguments.find('\n') != std::string_view::npos || text.size() > kTextLineBytesMax ? Start::kNo
                                                                                           : Start::kTooShort;
}

}  // namespace

Verdict Imap::probe(const PacketView& packet) noexcept {
  const std::string_view text = as_text(packet.payload());
  Start start = starts_with_any(text, false, kGreetings);
  if (start == Start::kNo && (packet.key.lo_port == kPort || packet.key.hi_port == kPort)) {
    constexpr std::size_t kTagBytesMax = 16;
    const std::size_t space = text.find(' ');
    const bool tag_possible = space <= kTagBytesMax || (space == std::string_view::npos && text.size() < kTagBytesMax);
    if (!tag_possible || !is_printable(text.substr(0, space))) return Verdict::kNotMine;
    if (space == std::string_view::npos) return Verdict::kNeedMore;
    start = tag_of(text).empty() ? Start::kNo : probe_command(text.substr(space + 1));
  }
  if (start == Start::kYes) return Verdict::kDone;
  return start == Start::kTooShort ? Verdict::kNeedMore : Verdict::kNotMine;
}

bool Imap::is_reply(std::string_view line) noexcept {
  if (line.starts_with("* ") || line.starts_with("+ ")) return true;
  const std::string_view tag = tag_of(line);
  const std::string_view word = tag.empty() ? tag : line.substr(tag.size() + 1);
  return begins_with_word(word, "OK") || begins_with_word(word, "NO") || begins_with_word(word, "BAD");
}

LineMeaning Imap::command(std::string_view line, State& state, AnalyzerContext&) noexcept {
  const std::string_view tag = tag_of(line);
  if (tag.empty()) return LineMeaning::kNothing;
  const std::string_view verb = line.substr(tag.size() + 1);
  if (begins_with_word(verb, "STARTTLS") && tag.size() <= state.tag.size()) {
    state.tag_bytes = static_cast<std::uint8_t>(tag.size());
    std::copy(tag.begin(), tag.end(), state.tag.begin());
    return LineMeaning::kUpgrade;
  }
  // Who has logged in cannot change to TLS any more (RFC 9051 section 6.2.1).
  const bool later = begins_with_word(verb, "SELECT") || begins_with_word(verb, "EXAMINE") ||
                     begins_with_word(verb, "LIST") || begins_with_word(verb, "FETCH");
  return later ? LineMeaning::kLast : LineMeaning::kCommand;
}

LineMeaning Imap::reply(std::string_view line, State& state, AnalyzerContext& context) noexcept {
  if (state.greeted == 0) {
    state.greeted = 1;
    if (starts_with_any(line, true, kGreetings) == Start::kYes && state.dialogue.commands_open == 0)
      context.set_attribute(FlowAttribute::kServerSoftware, greeting_text(line));
  }
  if (line.starts_with("* ") || line.starts_with("+")) return LineMeaning::kNothing;
  const std::string_view tag = tag_of(line);
  if (tag.empty()) return LineMeaning::kNothing;
  if (state.dialogue.upgrade_open != 0 && tag == std::string_view(state.tag.data(), state.tag_bytes)) {
    state.dialogue.commands_open = 1;  // all others are answered before the last one
    return begins_with_word(line.substr(tag.size() + 1), "OK") ? LineMeaning::kAccepted : LineMeaning::kRefused;
  }
  return state.dialogue.commands_open > 1 ? LineMeaning::kRefused : LineMeaning::kNothing;
}

Verdict Imap::consume(const PacketView& packet, State& state, AnalyzerContext& context) noexcept {
  return follow_lines<Imap>(packet, state, context);
}

}  // namespace netpulse
