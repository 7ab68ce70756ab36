#include "engine/worker/run_names.h"

namespace netpulse {

RunNames names_of(const AnalysisPlan& plan) {
  RunNames names;
  for (const Application& application : plan.catalogue().applications()) {
    names.applications.push_back(application.name);
    names.categories.push_back(application.category);
  }
  names.protocols.emplace_back("unknown");
  names.name_sources.emplace_back();
  names.protocol_encrypted.push_back(false);
  for (const AnalyzerEntry& analyzer : plan.analyzers()) {
    names.protocols.emplace_back(analyzer.name);
    names.name_sources.emplace_back(analyzer.name_source);
    names.protocol_encrypted.push_back(analyzer.encrypted);
  }
  names.counters = plan.counters();
  names.histograms = plan.histograms();
  names.name_lists = plan.name_lists();
  return names;
}

void add_regions(RunNames& names, const CountryTable& countries) {
  for (const Region& region : countries.regions()) {
    names.regions.push_back(region.label);
    names.region_names.push_back(region.name);
  }
}

}  // namespace netpulse
