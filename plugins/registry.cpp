#include "plugins/registry.h"

#include <array>

#include "plugins/analyzers.h"

namespace netpulse {
namespace {

template <class... A>
constexpr std::array<AnalyzerEntry, sizeof...(A)> make_entries(AnalyzerList<A...>) noexcept {
  return {make_analyzer_entry<A>()...};
}
constexpr auto kEntries = make_entries(RegisteredAnalyzers{});

}  // namespace

std::span<const AnalyzerEntry> registered_analyzers() noexcept { return kEntries; }

}  // namespace netpulse
