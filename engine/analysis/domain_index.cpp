#include "engine/analysis/domain_index.h"

#include <bit>
#include <unordered_map>

namespace netpulse {
namespace {

constexpr std::uint64_t kHashStart = 0x9e3779b97f4a7c15;
constexpr std::size_t kNameBytesLongest = 255;

/// Takes one more byte to the left. The table's contents are ours and its probe lengths known when it is built, so a
/// name from the wire cannot make a look-up long and the hash needs no key.
constexpr std::uint64_t extended(std::uint64_t hash, char byte) noexcept {
  return (hash ^ static_cast<unsigned char>(byte)) * 0x100000001b3;
}
constexpr std::uint64_t mixed(std::uint64_t hash) noexcept {
  hash *= 0xff51afd7ed558ccd;
  return hash ^ hash >> 32;
}

std::uint64_t hash_of(std::string_view suffix) noexcept {
  std::uint64_t hash = kHashStart;
  for (std::size_t at = suffix.size(); at-- > 0;) hash = extended(hash, suffix[at]);
  return mixed(hash);
}

}  // namespace

DomainIndex::DomainIndex(std::span<const DomainEntry> entries) {
  std::unordered_map<std::string_view, Node> nodes;
  for (const DomainEntry& entry : entries) {
    if (entry.name.empty() || entry.name.size() > kNameBytesLongest) continue;
    for (std::size_t dot = entry.name.find('.'); dot != std::string_view::npos; dot = entry.name.find('.', dot + 1))
      nodes[entry.name.substr(dot + 1)].flags |= kHasChildren;
    Node& node = nodes[entry.name];
    if (entry.kind == DomainEntry::Kind::kHost) node.host = entry.application;
    if (entry.kind == DomainEntry::Kind::kDomain) node.domain = entry.application;
    if (entry.kind == DomainEntry::Kind::kPatternTail) node.flags |= kHasPatterns;
  }
  const std::size_t slots = std::bit_ceil(nodes.size() * 2 + 2);
  table_.resize(slots);
  shift_ = 64 - std::countr_zero(slots);
  for (auto& [suffix, node] : nodes) {
    const std::uint64_t hash = hash_of(suffix);
    node.tag = static_cast<std::uint32_t>(hash);
    node.text_offset = static_cast<std::uint32_t>(text_.size());
    node.text_bytes = static_cast<std::uint8_t>(suffix.size());
    text_ += suffix;
    std::size_t slot = hash >> shift_;
    while (table_[slot].text_bytes != 0) slot = (slot + 1) & (slots - 1);
    table_[slot] = node;
  }
}

const DomainIndex::Node* DomainIndex::probe(std::uint64_t hash, std::string_view suffix) const noexcept {
  const std::size_t mask = table_.size() - 1;
  for (std::size_t slot = hash >> shift_; table_[slot].text_bytes != 0; slot = (slot + 1) & mask) {
    const Node& node = table_[slot];
    if (node.tag == static_cast<std::uint32_t>(hash) &&
        std::string_view(text_).substr(node.text_offset, node.text_bytes) == suffix)
      return &node;
  }
  return nullptr;
}

DomainMatch DomainIndex::find(std::string_view name) const noexcept {
  DomainMatch match;
  std::uint64_t hash = kHashStart;
  std::uint8_t labels = 0;
  for (std::size_t start = name.size(); start > 0;) {
    do hash = extended(hash, name[--start]);
    while (start > 0 && name[start - 1] != '.');
    const Node* node = probe(mixed(hash), name.substr(start));
    if (node == nullptr) return match;
    ++labels;
    match.patterns_below = match.patterns_below || (node->flags & kHasPatterns) != 0;
    if (node->domain != 0) {
      match.application = node->domain;
      match.labels = labels;
    }
    if (start == 0) {
      if (node->host != 0) match = {node->host, labels, true, match.patterns_below};
      return match;
    }
    if ((node->flags & kHasChildren) == 0) return match;
    hash = extended(hash, name[--start]);  // the dot
  }
  return match;
}

}  // namespace netpulse
