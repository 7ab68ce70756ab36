#pragma once

#include "engine/analysis/analysis_plan.h"
#include "engine/metrics/sinks.h"
#include "engine/place/country_table.h"

namespace netpulse {

/// The names that follow from what is built in and from the catalogue. Interfaces, exporters and places are left empty.
RunNames names_of(const AnalysisPlan& plan);

/// Names the regions that places are looked up in.
void add_regions(RunNames& names, const CountryTable& countries);

}  // namespace netpulse
