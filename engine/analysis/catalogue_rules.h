#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/analysis/catalogue.h"
#include "engine/base/result.h"

namespace netpulse {

/// Where a rule was written.
struct RulePlace {
  std::uint32_t file = 0;  ///< index into CatalogueRules::files
  std::uint32_t line = 0;
};

enum class NameRuleKind : std::uint8_t {
  kHost,     ///< exactly this name
  kDomain,   ///< this name and everything beneath it
  kPattern,  ///< wildcards: "*" stands for any characters of one label, "**" for any characters
  kKeyword,  ///< these characters anywhere in the name
};

struct NameRule {
  NameRuleKind kind;
  ApplicationId application;
  RulePlace place;
  std::string text;  ///< lower case, no trailing dot
};

struct PortRule {
  std::uint8_t protocol;  ///< IANA number
  std::uint16_t first, last;
  ApplicationId application;
  RulePlace place;
};

struct ProtocolRule {
  std::string protocol;  ///< an app_protocol: "ssh"
  ApplicationId application;
  RulePlace place;
};

/// The catalogue's files as rules, before anything is compiled: what `load` checks and what explains a match.
struct CatalogueRules {
  std::vector<std::string> files;
  std::vector<Application> applications;  ///< 0 is "Unknown"
  std::vector<NameRule> names;
  std::vector<PortRule> ports;  ///< sorted by protocol and port, not overlapping
  std::vector<ProtocolRule> protocols;

  std::string place_text(RulePlace place) const;
};

/// Bounds of what is read.
inline constexpr std::size_t kNameBytesMax = 253;  ///< RFC 1035 section 2.3.4, without the root's dot
inline constexpr std::size_t kLabelBytesMax = 63;
inline constexpr std::size_t kCatalogueRulesMax = 1U << 20;
inline constexpr std::size_t kWildcardsMax = 1024;  ///< patterns and keywords: each costs time on every name

/// Reads and checks all texts. Error: every fault, a line each, "FILE:LINE: what is wrong"; at most kFaultsShownMax.
inline constexpr std::size_t kFaultsShownMax = 20;
Result<CatalogueRules> read_catalogue_rules(std::span<const Catalogue::Text> texts);

}  // namespace netpulse
