#pragma once

#include <cstdint>
#include <string_view>

#include "engine/analysis/analyzer.h"
#include "plugins/common/text_line.h"
#include "plugins/common/tls_upgrade.h"

namespace netpulse {

/// What a line means to a dialogue of commands and replies.
enum class LineMeaning : std::uint8_t {
  kNothing,   ///< part of a longer reply, or of what a command has asked for
  kCommand,   ///< will be answered
  kUpgrade,   ///< a command, the last one in clear if the server agrees
  kLast,      ///< a command behind which nothing of interest comes
  kAccepted,  ///< the end of a reply that says yes
  kRefused,   ///< ... or no
};

/// State of follow_lines().
struct LineDialogue {
  std::uint8_t server;         ///< 1 + Direction of the side that answers; 0: not known yet
  std::uint8_t server_seen;    ///< it has said something
  std::uint8_t commands_open;  ///< not answered yet
  std::uint8_t upgrade_open;   ///< the last one of them asks for TLS
  std::uint8_t lines;
};

/// More lines than these in clear are not followed: a session that has not changed to TLS by then does not.
inline constexpr std::uint8_t kDialogueLinesMax = 100;

/// Follows the lines of both sides until TLS takes over at the exact byte behind the server's answer, the session goes
/// on in clear, or nothing can be told any more. Commands may be pipelined. P gives
/// static bool is_reply(std::string_view): the first line is the server's;
/// static LineMeaning command(std::string_view, State&, AnalyzerContext&), reply(likewise).
template <class P>
Verdict follow_lines(const PacketView& packet, typename P::State& state, AnalyzerContext& context) noexcept {
  LineDialogue& dialogue = state.dialogue;
  const auto side = static_cast<std::uint8_t>(packet.direction);
  const Bytes stream = packet.payload();
  Bytes rest = stream;
  const auto end = [&](Verdict verdict) {
    context.discard_stream(stream.size() - rest.size());
    return verdict;
  };
  const auto upgrade = [&] {
    const Verdict verdict = end(Verdict::kDone);
    context.count(kUpgradeAccepted);
    context.hand_over();
    return verdict;
  };
  if (dialogue.server == 0) {
    bool whole = false;
    const std::string_view line = first_line(stream, whole);
    if (!whole && !begins_tls(stream)) return stream.size() < kTextLineBytesMax ? Verdict::kNeedMore : Verdict::kDone;
    dialogue.server = static_cast<std::uint8_t>(1 + (P::is_reply(line) ? side : 1 - side));
  }
  const bool from_server = dialogue.server == 1 + side;
  if (from_server) dialogue.server_seen = 1;
  std::string_view line;
  while (true) {
    // What the client has sent ahead is read when the server has answered, by whoever is in charge then.
    if (!from_server && dialogue.upgrade_open != 0 && dialogue.server_seen != 0) return end(Verdict::kNeedMore);
    if (begins_tls(rest)) return upgrade();
    if (may_begin_tls(rest) || !take_line(rest, line)) break;
    if (++dialogue.lines > kDialogueLinesMax) return end(Verdict::kDone);
    const LineMeaning meaning = from_server ? P::reply(line, state, context) : P::command(line, state, context);
    switch (meaning) {
      case LineMeaning::kNothing:
        break;
      case LineMeaning::kUpgrade:
        dialogue.upgrade_open = 1;
        [[fallthrough]];
      case LineMeaning::kCommand:
        if (dialogue.commands_open < 255) ++dialogue.commands_open;
        break;
      case LineMeaning::kLast:
        return end(Verdict::kDone);
      case LineMeaning::kAccepted:
      case LineMeaning::kRefused:
        if (dialogue.commands_open != 0) --dialogue.commands_open;
        if (dialogue.upgrade_open == 0 || dialogue.commands_open != 0) break;
        if (meaning == LineMeaning::kAccepted) return upgrade();
        dialogue.upgrade_open = 0;
        context.count(kUpgradeRefused);
        break;
    }
  }
  const bool lost = context.stream_gave_up() || rest.size() > kTextLineBytesMax;
  return end(lost ? Verdict::kDone : Verdict::kNeedMore);
}

/// A reply of three digits (RFC 5321 section 4.2, RFC 959 section 4.2): "220 text", or "220-text" with more to come.
struct NumberedReply {
  bool is_one = false, is_final = false;
  int code = 0;
  std::string_view text;
};
constexpr NumberedReply numbered_reply(std::string_view line) noexcept {
  constexpr std::size_t kDigits = 3;
  NumberedReply reply;
  if (line.size() < kDigits) return reply;
  for (std::size_t i = 0; i < kDigits; ++i) {
    if (line[i] < '0' || line[i] > '9') return {};
    reply.code = reply.code * 10 + (line[i] - '0');
  }
  reply.is_one = line.size() == kDigits || line[kDigits] == ' ' || line[kDigits] == '-';
  reply.is_final = line.size() == kDigits || line[kDigits] == ' ';
  reply.text = line.substr(line.size() == kDigits ? kDigits : kDigits + 1);
  return reply;
}

}  // namespace netpulse
