#include "plugins/xmpp/xmpp.h"

#include <algorithm>

namespace netpulse {
namespace {

constexpr std::string_view kDeclaration = "<?xml", kStream = "<stream:stream";
/// A longer tag is not waited for; stream headers have about 200 bytes.
constexpr std::size_t kTagBytesMax = 4096;
constexpr std::uint8_t kTagsMax = 100;

/// A tag without its angle brackets.
struct Tag {
  std::string_view name;        ///< with its prefix; of an end tag without the slash
  std::string_view attributes;  ///< the rest
  bool is_end = false, is_empty = false;
};

constexpr bool is_space(char c) noexcept { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

/// Takes text up to the next tag, and that tag. False: there is no whole one; then rest begins at its '<'.
bool take_tag(Bytes& rest, Tag& tag) noexcept {
  const auto begin = std::find(rest.begin(), rest.end(), std::uint8_t{'<'});
  rest = rest.subspan(static_cast<std::size_t>(begin - rest.begin()));
  const std::string_view text = as_text(rest);
  char quote = 0;
  for (std::size_t i = 1; i < text.size(); ++i) {
    const char c = text[i];
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '>') {
      std::string_view inner = text.substr(1, i - 1);
      rest = rest.subspan(i + 1);
      tag = {};
      tag.is_end = inner.starts_with('/');
      if (tag.is_end) inner.remove_prefix(1);
      tag.is_empty = inner.ends_with('/');
      if (tag.is_empty) inner.remove_suffix(1);
      const auto space = std::find_if(inner.begin(), inner.end(), is_space);
      tag.name = inner.substr(0, static_cast<std::size_t>(space - inner.begin()));
      tag.attributes = inner.substr(tag.name.size());
      return true;
    }
  }
  return false;
}

/// The value of an attribute, without quotes; empty if it is not there.
std::string_view attribute(const Tag& tag, std::string_view name) noexcept {
  std::string_view rest = tag.attributes;
  while (!rest.empty()) {
    while (!rest.empty() && is_space(rest.front())) rest.remove_prefix(1);
    const std::size_t equals = rest.find('=');
    if (equals == std::string_view::npos || equals + 1 >= rest.size()) return {};
    const std::string_view key = rest.substr(0, equals);
    const char quote = rest[equals + 1];
    const std::size_t end = rest.find(quote, equals + 2);
    if ((quote != '"' && quote != '\'') || end == std::string_view::npos) return {};
    if (key == name) return rest.substr(equals + 2, end - equals - 2);
    rest.remove_prefix(end + 1);
  }
  return {};
}

/// The name behind a namespace prefix.
std::string_view local_name(std::string_view name) noexcept {
  const std::size_t colon = name.find(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

/// Behind these the session is in clear and stays so.
constexpr bool ends_negotiation(std::string_view name) noexcept {
  return name == "auth" || name == "authenticate" || name == "iq" || name == "message" || name == "presence";
}

}  // namespace

Verdict Xmpp::probe(const PacketView& packet) noexcept {
  std::string_view text = as_text(packet.payload());
  const auto is_cut = [&](std::string_view word) { return text.size() < word.size() && word.starts_with(text); };
  if (is_cut(kDeclaration) || is_cut(kStream)) return Verdict::kNeedMore;
  if (text.starts_with(kDeclaration)) {
    constexpr std::size_t kDeclarationBytesMax = 128;
    const std::size_t end = text.find('>');
    if (end == std::string_view::npos)
      return text.size() < kDeclarationBytesMax ? Verdict::kNeedMore : Verdict::kNotMine;
    text.remove_prefix(end + 1);
    while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
    if (is_cut(kStream)) return Verdict::kNeedMore;
  }
  return text.starts_with(kStream) ? Verdict::kDone : Verdict::kNotMine;
}

Verdict Xmpp::consume(const PacketView& packet, State& state, AnalyzerContext& context) noexcept {
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
  constexpr std::uint8_t kStartTagOnly = 1, kWholeRequest = 2;
  // Who opens the stream is the client (RFC 6120 section 4.2).
  if (state.server == 0) state.server = static_cast<std::uint8_t>(2 - side);
  const bool from_server = state.server == 1 + side;
  while (!rest.empty()) {
    if (!from_server && state.asked == kWholeRequest) return end(Verdict::kNeedMore);
    if (begins_tls(rest)) return upgrade();
    Tag tag;
    if (may_begin_tls(rest) || !take_tag(rest, tag)) break;
    if (++state.tags > kTagsMax) return end(Verdict::kDone);
    const std::string_view name = local_name(tag.name);
    const bool closes = tag.is_end || tag.is_empty;
    if (from_server) {
      if (name == "proceed" && closes) return upgrade();
      if (name == "failure" && state.asked != 0 && !tag.is_end) {
        state.asked = 0;
        context.count(kUpgradeRefused);
      }
    } else if (name == "starttls") {
      state.asked = closes ? kWholeRequest : kStartTagOnly;
    } else if (name == "stream" && !closes) {
      context.set_server_name(attribute(tag, "to"));
    } else if (ends_negotiation(name)) {
      return end(Verdict::kDone);
    }
  }
  return end(rest.size() > kTagBytesMax || context.stream_gave_up() ? Verdict::kDone : Verdict::kNeedMore);
}

}  // namespace netpulse
