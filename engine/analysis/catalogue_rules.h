#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/analysis/catalogue.h"
#include "engine/base/ip_address.h"
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
  std::string text;       ///< lower case, no trailing dot
  bool replaced = false;  ///< a later file took its place: stays for who explains, names nothing
};

struct PortRule {
  std::uint8_t protocol;      ///< IANA number
  std::uint16_t first, last;  ///< first 0: a protocol without ports, all of it
  ApplicationId application;
  RulePlace place;
  bool replaced = false;

  std::string text() const;  ///< "tcp/80-90"
};

struct ProtocolRule {
  std::string protocol;  ///< an app_protocol: "ssh"
  std::uint16_t port;    ///< on this port of either side only; 0: on any
  ApplicationId application;
  RulePlace place;
  bool replaced = false;
};

struct AddressRule {
  IpAddress network;         ///< no bit set behind the prefix
  std::uint8_t prefix_bits;  ///< 1-128, of the IPv4-mapped form for IPv4: 96 + n
  ApplicationId application;
  RulePlace place;
  bool replaced = false;

  std::string text() const;  ///< "192.0.2.0/24"
};

/// Something the author of a catalogue file may want to know; no fault.
struct CatalogueNote {
  enum class Kind : std::uint8_t {
    kReplaces,         ///< took the place of an earlier file's rule, or changed a category
    kAddsNothing,      ///< another rule says the same
    kRefines,          ///< takes names out of another application's domain
    kStays,            ///< names beneath it stay with other applications
    kUnknownProtocol,  ///< no analyzer of this build has this name
    kNoRule,           ///< an application that nothing will be named by
  };
  Kind kind;
  RulePlace place;
  std::string text;
};

/// The catalogue's files as rules, before anything is compiled: what `load` checks and what explains a match.
struct CatalogueRules {
  std::vector<std::string> files;
  std::vector<Application> applications;      ///< 0 is "Unknown"
  std::vector<RulePlace> application_places;  ///< by application: where it was named first; 0 has none
  std::vector<NameRule> names;
  std::vector<PortRule> ports;          ///< in force: sorted by protocol and port, not overlapping
  std::vector<PortRule> ports_written;  ///< as the files have them
  std::vector<ProtocolRule> protocols;  ///< sorted by protocol and port
  std::vector<AddressRule> addresses;
  std::vector<CatalogueNote> notes;  ///< kReplaces and kAddsNothing, found while reading

  std::string place_text(RulePlace place) const;
};

/// Bounds of what is read.
inline constexpr std::size_t kNameBytesMax = 253;  ///< RFC 1035 section 2.3.4, without the root's dot
inline constexpr std::size_t kLabelBytesMax = 63;
inline constexpr std::size_t kCatalogueRulesMax = 1U << 20;
inline constexpr std::size_t kWildcardsMax = 1024;  ///< patterns and keywords: each costs time on every name

/// Reads and checks all texts. A rule of a later text takes the place of the same rule of an earlier one; the same rule
/// twice in one text is a fault. Error: every fault, a line each, "FILE:LINE: what is wrong"; at most kFaultsShownMax.
inline constexpr std::size_t kFaultsShownMax = 20;
Result<CatalogueRules> read_catalogue_rules(std::span<const Catalogue::Text> texts);

}  // namespace netpulse
