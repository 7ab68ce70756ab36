#include "engine/analysis/catalogue.h"

#include <algorithm>
#include <limits>
#include <tuple>

#include "engine/analysis/address_index.h"
#include "engine/analysis/catalogue_rules.h"
#include "engine/analysis/domain_index.h"
#include "engine/analysis/name_patterns.h"
#include "engine/config/toml_document.h"

namespace netpulse {
namespace {

constexpr std::size_t kMatchedNameBytesMax = 255;

DomainIndex index_of(const std::vector<NameRule>& rules) {
  std::vector<DomainEntry> entries;
  entries.reserve(rules.size());
  for (const NameRule& rule : rules) {
    if (rule.replaced) continue;
    if (rule.kind == NameRuleKind::kHost)
      entries.push_back({DomainEntry::Kind::kHost, rule.application, rule.text});
    else if (rule.kind == NameRuleKind::kDomain)
      entries.push_back({DomainEntry::Kind::kDomain, rule.application, rule.text});
    else if (rule.kind == NameRuleKind::kPattern && !literal_tail(rule.text).empty())
      entries.push_back({DomainEntry::Kind::kPatternTail, 0, literal_tail(rule.text)});
  }
  return DomainIndex(entries);
}

AddressIndex index_of(const std::vector<AddressRule>& rules) {
  std::vector<AddressRange> ranges;
  for (const AddressRule& rule : rules)
    if (!rule.replaced) ranges.push_back({rule.network, rule.prefix_bits, rule.application});
  return AddressIndex(ranges);
}

}  // namespace

struct Catalogue::Implementation {
  CatalogueRules rules;
  DomainIndex domains;
  NamePatterns patterns;
  AddressIndex addresses;
};

Catalogue::Catalogue() = default;
Catalogue::Catalogue(Catalogue&&) noexcept = default;
Catalogue& Catalogue::operator=(Catalogue&&) noexcept = default;
Catalogue::~Catalogue() = default;

Result<Catalogue> Catalogue::load(std::span<const std::string> files, std::span<const Text> texts) {
  std::vector<Text> all(texts.begin(), texts.end());
  for (const std::string& file : files) {
    Result<std::string> text = read_toml_file(file);
    if (!text) return text.error();
    all.push_back({file, std::move(text).value()});
  }
  return parse(all);
}

Result<Catalogue> Catalogue::parse(std::span<const Text> texts) {
  Result<CatalogueRules> rules = read_catalogue_rules(texts);
  if (!rules) return rules.error();
  Result<NamePatterns> patterns = NamePatterns::compile(rules.value().names);
  if (!patterns) return Error{"the catalogue's patterns: " + patterns.error().message};
  Catalogue catalogue;
  DomainIndex domains = index_of(rules.value().names);
  AddressIndex addresses = index_of(rules.value().addresses);
  catalogue.implementation_ = std::make_unique<Implementation>(
      Implementation{std::move(rules).value(), std::move(domains), std::move(patterns).value(), std::move(addresses)});
  return catalogue;
}

std::span<const Application> Catalogue::applications() const noexcept { return implementation_->rules.applications; }

ApplicationId Catalogue::by_port(std::uint8_t protocol, std::uint16_t port) const noexcept {
  const auto& ports = implementation_->rules.ports;
  const auto behind = std::upper_bound(ports.begin(), ports.end(), port, [&](std::uint16_t wanted, const PortRule& r) {
    return r.protocol != protocol ? protocol < r.protocol : wanted < r.first;
  });
  if (behind == ports.begin()) return 0;
  const PortRule& rule = *std::prev(behind);
  return rule.protocol == protocol && port <= rule.last ? rule.application : ApplicationId{0};
}

ApplicationId Catalogue::by_protocol(std::string_view protocol_name, std::uint16_t port) const noexcept {
  const auto& protocols = implementation_->rules.protocols;
  const auto asked = std::tie(protocol_name, port);
  auto rule = std::lower_bound(protocols.begin(), protocols.end(), asked, [](const ProtocolRule& a, const auto& b) {
    return std::tuple(std::string_view(a.protocol), a.port) < b;
  });
  for (; rule != protocols.end() && rule->protocol == protocol_name && rule->port == port; ++rule)
    if (!rule->replaced) return rule->application;
  return 0;
}

std::vector<std::pair<std::uint16_t, ApplicationId>> Catalogue::ports_of_protocol(
    std::string_view protocol_name) const {
  std::vector<std::pair<std::uint16_t, ApplicationId>> ports;
  for (const ProtocolRule& rule : implementation_->rules.protocols)
    if (rule.protocol == protocol_name && rule.port != 0 && !rule.replaced)
      ports.emplace_back(rule.port, rule.application);
  return ports;
}

ApplicationId Catalogue::by_address(const IpAddress& address) const noexcept {
  return implementation_->addresses.find(address);
}

const CatalogueRules& Catalogue::rules() const noexcept { return implementation_->rules; }

struct CatalogueMatcher::Implementation {
  const DomainIndex* domains;
  const NamePatterns* patterns;
  NamePatternScanner scanner;
};

CatalogueMatcher::CatalogueMatcher(const Catalogue& catalogue)
    : implementation_(std::make_unique<Implementation>(
          Implementation{&catalogue.implementation_->domains, &catalogue.implementation_->patterns,
                         NamePatternScanner(catalogue.implementation_->patterns)})) {}
CatalogueMatcher::CatalogueMatcher(CatalogueMatcher&&) noexcept = default;
CatalogueMatcher::~CatalogueMatcher() = default;

ApplicationId CatalogueMatcher::match(std::string_view name) noexcept {
  if (name.empty() || name.size() > kMatchedNameBytesMax) return 0;
  Implementation& self = *implementation_;
  const DomainMatch domain = self.domains->find(name);
  if (domain.exact) return domain.application;
  // Patterns are tried only where one of them could be the answer.
  const bool scan = domain.patterns_below || (domain.application == 0 && self.patterns->any_unanchored());
  if (!scan) return domain.application;
  static constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();
  std::uint32_t best = kNone;
  const auto keep_best = [](void* user, std::uint32_t id, std::size_t) {
    auto& smallest = *static_cast<std::uint32_t*>(user);
    smallest = std::min(smallest, id);
    return true;
  };
  self.scanner.scan(name, keep_best, &best);
  if (best == kNone || (domain.application != 0 && !self.patterns->beats_domain(best, domain.labels)))
    return domain.application;
  return self.patterns->application(best);
}

}  // namespace netpulse
