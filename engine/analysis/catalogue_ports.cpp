#include "engine/analysis/catalogue_ports.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <utility>

namespace netpulse {
namespace {

/// Ports up to last that belong to a rule.
struct Piece {
  std::uint16_t last;
  std::size_t rule;
};
using Pieces = std::map<std::pair<std::uint8_t, std::uint16_t>, Piece>;  // by protocol and first port; never overlap

/// Takes the rule's ports out of the pieces; gives the rules that lost some.
std::set<std::size_t> cut_out(Pieces& pieces, const PortRule& rule) {
  std::set<std::size_t> losers;
  auto piece = pieces.upper_bound({rule.protocol, rule.first});
  if (piece != pieces.begin()) --piece;
  while (piece != pieces.end() && piece->first <= std::pair(rule.protocol, rule.last)) {
    const auto [protocol, first] = piece->first;
    const Piece old = piece->second;
    if (protocol != rule.protocol || old.last < rule.first) {
      ++piece;
      continue;
    }
    losers.insert(old.rule);
    piece = pieces.erase(piece);
    if (first < rule.first) pieces.insert({{protocol, first}, {static_cast<std::uint16_t>(rule.first - 1), old.rule}});
    if (old.last > rule.last) piece = pieces.insert({{protocol, static_cast<std::uint16_t>(rule.last + 1)}, old}).first;
  }
  return losers;
}

}  // namespace

std::vector<PortRule> ports_in_force(const std::vector<PortRule>& written, const OnPortClash& on_clash) {
  Pieces pieces;
  for (std::size_t i = 0; i < written.size(); ++i) {
    const PortRule& rule = written[i];
    if (rule.replaced) continue;
    for (const std::size_t loser : cut_out(pieces, rule)) on_clash(rule, written[loser]);
    pieces.insert({{rule.protocol, rule.first}, {rule.last, i}});
  }
  std::vector<PortRule> result;
  for (const auto& [from, piece] : pieces) {
    result.push_back(written[piece.rule]);
    result.back().first = from.second;
    result.back().last = piece.last;
  }
  return result;
}

}  // namespace netpulse
