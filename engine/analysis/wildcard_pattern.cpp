#include "engine/analysis/wildcard_pattern.h"

#include <algorithm>
#include <bitset>

namespace netpulse {
namespace {

std::string escaped(char c) {
  const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  return plain ? std::string(1, c) : std::string("\\") + c;
}

}  // namespace

WildcardPattern::WildcardPattern(std::string_view pattern) {
  for (std::size_t at = 0; at < pattern.size();) {
    if (pattern[at] != '*') {
      const std::size_t end = std::min(pattern.find('*', at), pattern.size());
      parts_.push_back({Part::Kind::kLiteral, false, std::string(pattern.substr(at, end - at))});
      at = end;
      continue;
    }
    const bool across_labels = pattern.substr(at, 2) == "**";
    const std::size_t behind = at + (across_labels ? 2 : 1);
    // A label is never empty, so a star that stands for a whole one needs a character.
    const bool whole_label =
        (at == 0 || pattern[at - 1] == '.') && (behind == pattern.size() || pattern[behind] == '.');
    parts_.push_back({across_labels ? Part::Kind::kAcrossLabels : Part::Kind::kWithinLabel, whole_label});
    at = std::min(pattern.find_first_not_of('*', at), pattern.size());
  }
}

bool WildcardPattern::matches(std::string_view name) const noexcept {
  if (name.size() > kNameBytesMax) return false;
  // Most names differ from most patterns at once.
  if (!parts_.empty() && parts_[0].kind == Part::Kind::kLiteral && !name.starts_with(parts_[0].literal)) return false;
  // How much of the name the parts so far can have taken: every possibility at once.
  std::bitset<kNameBytesMax + 1> taken, next;
  taken.set(0);
  for (const Part& part : parts_) {
    next.reset();
    if (part.kind == Part::Kind::kLiteral) {
      for (std::size_t at = 0; at + part.literal.size() <= name.size(); ++at)
        if (taken[at] && name.substr(at, part.literal.size()) == part.literal) next.set(at + part.literal.size());
    } else {
      bool reached = false;  // by this part, from one of the possibilities
      for (std::size_t at = 0; at <= name.size(); ++at) {
        reached = reached && (part.kind == Part::Kind::kAcrossLabels || name[at - 1] != '.');
        if (reached || (taken[at] && !part.not_empty)) next.set(at);
        reached = reached || taken[at];
      }
    }
    taken = next;
    if (taken.none()) return false;
  }
  return taken[name.size()];
}

std::string WildcardPattern::expression() const {
  std::string expression = "^";
  for (const Part& part : parts_) {
    if (part.kind == Part::Kind::kLiteral) {
      for (const char c : part.literal) expression += escaped(c);
      continue;
    }
    expression += part.kind == Part::Kind::kAcrossLabels ? "." : "[^.]";
    expression += part.not_empty ? '+' : '*';
  }
  return expression + "\\z";
}

}  // namespace netpulse
