#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "configs/catalogue/bundled.h"
#include "engine/analysis/catalogue_rules.h"
#include "engine/analysis/domain_index.h"
#include "engine/analysis/pattern_matcher.h"

// Nanoseconds per name, on names like those of real hand-shakes (about 25 bytes), and the time of the start.
// The suffix index against the same rules in one Hyperscan database, as literals and as anchored expressions.
namespace {

using namespace netpulse;

std::vector<Catalogue::Text> bundled_texts() {
  std::vector<Catalogue::Text> texts;
  for (const EmbeddedText& file : bundled_catalogue())
    texts.push_back({std::string(file.name), std::string(file.contents)});
  return texts;
}

const CatalogueRules& rules() {
  static const CatalogueRules read = [] {
    Result<CatalogueRules> result = read_catalogue_rules(bundled_texts());
    return std::move(result).value();
  }();
  return read;
}

std::vector<std::string> known_names() {
  static constexpr const char* kHosts[] = {"", "www.", "api.", "edge-12.fra3.", "static-assets.cdn.", "m."};
  std::vector<std::string> names;
  std::size_t turn = 0;
  for (const NameRule& rule : rules().names)
    if (rule.kind == NameRuleKind::kDomain) names.push_back(kHosts[turn++ % std::size(kHosts)] + rule.text);
  return names;
}

std::vector<std::string> unknown_names() {
  static constexpr const char* kHosts[] = {"", "www.", "mail.", "shop.eu-west.", "b7f3e2.assets."};
  static constexpr const char* kEndings[] = {".com", ".net", ".de", ".co.uk", ".org", ".local", ".io", ".com.br"};
  std::vector<std::string> names;
  for (std::size_t i = 0; i < 4096; ++i)
    names.push_back(kHosts[i % 5] + std::string("company-") + std::to_string(i * 7919) + kEndings[i * 31 % 8]);
  return names;
}

void run_matcher(benchmark::State& state, const std::vector<std::string>& names) {
  const Result<Catalogue> catalogue = load_catalogue({});
  CatalogueMatcher matcher(catalogue.value());
  std::size_t at = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(matcher.match(names[at]));
    at = at + 1 < names.size() ? at + 1 : 0;
  }
}

void catalogue_hit(benchmark::State& state) { run_matcher(state, known_names()); }
void catalogue_miss(benchmark::State& state) { run_matcher(state, unknown_names()); }
BENCHMARK(catalogue_hit);
BENCHMARK(catalogue_miss);

/// Addresses from everywhere: nearly all are in no range.
void catalogue_address(benchmark::State& state) {
  const Result<Catalogue> catalogue = load_catalogue({});
  std::vector<IpAddress> addresses;
  for (std::uint32_t i = 0; i < 4096; ++i) {
    const std::uint32_t number = i * 2654435761U;
    const std::uint8_t octets[4] = {static_cast<std::uint8_t>(number >> 24), static_cast<std::uint8_t>(number >> 16),
                                    static_cast<std::uint8_t>(number >> 8), static_cast<std::uint8_t>(number)};
    addresses.push_back(IpAddress::from_v4(octets));
  }
  std::size_t at = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(catalogue.value().by_address(addresses[at]));
    at = at + 1 < addresses.size() ? at + 1 : 0;
  }
}
BENCHMARK(catalogue_address);

void run_index(benchmark::State& state, const std::vector<std::string>& names) {
  std::vector<DomainEntry> entries;
  for (const NameRule& rule : rules().names)
    if (rule.kind == NameRuleKind::kDomain)
      entries.push_back({DomainEntry::Kind::kDomain, rule.application, rule.text});
  const DomainIndex index(entries);
  std::size_t at = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(index.find(names[at]).application);
    at = at + 1 < names.size() ? at + 1 : 0;
  }
}

void index_hit(benchmark::State& state) { run_index(state, known_names()); }
void index_miss(benchmark::State& state) { run_index(state, unknown_names()); }
BENCHMARK(index_hit);
BENCHMARK(index_miss);

/// The domains as patterns; as literals the end and the label boundary still have to be checked for each match.
PatternDatabase domains_as_patterns(bool literal) {
  std::vector<PatternSource> sources;
  for (const NameRule& rule : rules().names) {
    if (rule.kind != NameRuleKind::kDomain) continue;
    std::string expression = rule.text;
    if (!literal) {
      expression = "(?:^|\\.)";
      for (const char c : rule.text) expression += c == '.' ? std::string("\\.") : std::string(1, c);
      expression += "\\z";
    }
    sources.push_back({expression, static_cast<std::uint32_t>(sources.size()), false, literal});
  }
  Result<PatternDatabase> database = PatternDatabase::compile(sources);
  return std::move(database).value();
}

void run_patterns(benchmark::State& state, bool literal, const std::vector<std::string>& names) {
  const PatternDatabase database = domains_as_patterns(literal);
  PatternScanner scanner(database);
  struct Best {
    std::size_t name_bytes, count;
  } best{};
  const auto keep = [](void* user, std::uint32_t, std::size_t end) {
    auto& found = *static_cast<Best*>(user);
    found.count += end == found.name_bytes ? 1 : 0;
    return true;
  };
  std::size_t at = 0;
  for (auto _ : state) {
    best.name_bytes = names[at].size();
    scanner.scan(as_bytes(names[at]), keep, &best);
    benchmark::DoNotOptimize(best.count);
    at = at + 1 < names.size() ? at + 1 : 0;
  }
}

void hyperscan_literals_hit(benchmark::State& state) { run_patterns(state, true, known_names()); }
void hyperscan_literals_miss(benchmark::State& state) { run_patterns(state, true, unknown_names()); }
void hyperscan_expressions_hit(benchmark::State& state) { run_patterns(state, false, known_names()); }
void hyperscan_expressions_miss(benchmark::State& state) { run_patterns(state, false, unknown_names()); }
BENCHMARK(hyperscan_literals_hit);
BENCHMARK(hyperscan_literals_miss);
BENCHMARK(hyperscan_expressions_hit);
BENCHMARK(hyperscan_expressions_miss);

void load_bundled(benchmark::State& state) {
  for (auto _ : state) {
    Result<Catalogue> catalogue = load_catalogue({});
    benchmark::DoNotOptimize(catalogue.ok());
  }
}
void read_rules(benchmark::State& state) {
  const std::vector<Catalogue::Text> texts = bundled_texts();
  for (auto _ : state) {
    Result<CatalogueRules> read = read_catalogue_rules(texts);
    benchmark::DoNotOptimize(read.ok());
  }
}
BENCHMARK(load_bundled)->Unit(benchmark::kMillisecond);
BENCHMARK(read_rules)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
