#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/analysis/catalogue_rules.h"
#include "engine/analysis/name_patterns.h"
#include "engine/base/ip_address.h"
#include "engine/base/result.h"

namespace netpulse {

/// A rule that knows what was asked for.
struct RuleMatch {
  enum class Kind : std::uint8_t { kHost, kDomain, kPattern, kKeyword, kPort, kProtocol, kAddress };
  enum class Standing : std::uint8_t {
    kDecides,
    kLessSpecific,  ///< would decide without those above it
    kReplaced,      ///< a later file took its place
  };
  Kind kind;
  Standing standing;
  ApplicationId application;
  RulePlace place;
  std::string rule;  ///< as the file has it, but in lower case
};

/// Says why a name, a port, an address or a protocol has the application that it has: every rule that knows it, the
/// one that decides first. Much slower than the look-ups it explains. The rules must outlive it.
class CatalogueExplanation {
 public:
  /// Error: the patterns do not compile.
  static Result<CatalogueExplanation> make(const CatalogueRules& rules);

  /// name: lower case, without trailing dot.
  std::vector<RuleMatch> of_name(std::string_view name) const;
  /// protocol: IANA number.
  std::vector<RuleMatch> of_port(std::uint8_t protocol, std::uint16_t port) const;
  std::vector<RuleMatch> of_address(const IpAddress& address) const;
  /// An app_protocol; its rules for single ports as well, behind the one without.
  std::vector<RuleMatch> of_protocol(std::string_view protocol_name) const;

 private:
  CatalogueExplanation(const CatalogueRules& rules, NamePatterns patterns)
      : rules_(&rules), patterns_(std::move(patterns)) {}

  const CatalogueRules* rules_;
  NamePatterns patterns_;  // the replaced ones, too
};

}  // namespace netpulse
