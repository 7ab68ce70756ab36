#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/flow/flow_record.h"

namespace netpulse {

/// What the index knows of a name.
struct DomainMatch {
  ApplicationId application = 0;  ///< of the exact host, else of the longest domain that the name lies in; 0: none
  std::uint8_t labels = 0;        ///< of that domain
  bool exact = false;             ///< a host rule: nothing can be more specific
  bool patterns_below = false;    ///< the name lies in a domain that wildcard patterns end in
};

/// One entry for the index. name: lower case, no trailing dot, 1-255 bytes.
struct DomainEntry {
  enum class Kind : std::uint8_t {
    kHost,         ///< this name only
    kDomain,       ///< this name and everything beneath it
    kPatternTail,  ///< a domain that wildcard patterns end in
  };
  Kind kind;
  ApplicationId application;  ///< kPatternTail: not used
  std::string_view name;
};

/// Host names and domains to applications: a trie over the labels from the right, kept as one hash table of suffixes
/// ("com", "example.com", ...). A look-up walks from the top-level domain down and stops at the first suffix that no
/// rule has, so an unknown name costs two probes whatever its length. Immutable; any thread may look up.
class DomainIndex {
 public:
  DomainIndex() : DomainIndex(std::span<const DomainEntry>()) {}
  /// Of two entries of one kind and name the later wins. The names are copied.
  explicit DomainIndex(std::span<const DomainEntry> entries);

  /// name: any bytes; compared byte by byte with the rules. No allocation.
  DomainMatch find(std::string_view name) const noexcept;

 private:
  struct Node {
    std::uint32_t tag = 0;          // the other half of the hash
    std::uint32_t text_offset = 0;  // of the suffix, in text_
    ApplicationId domain = 0, host = 0;
    std::uint8_t text_bytes = 0;  // 0: empty slot
    std::uint8_t flags = 0;       // kHas*
    std::uint8_t unused[2] = {0, 0};
  };
  static_assert(sizeof(Node) == 16);
  static constexpr std::uint8_t kHasChildren = 1, kHasPatterns = 2;

  const Node* probe(std::uint64_t hash, std::string_view suffix) const noexcept;

  std::string text_;
  std::vector<Node> table_;  // a power of two of slots, at most half of them used; linear probing
  int shift_ = 0;            // 64 - log2(slots)
};

}  // namespace netpulse
