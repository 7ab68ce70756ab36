#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "engine/analysis/catalogue_rules.h"

namespace netpulse {

/// What the author of the files from first_file on may want to know: rules that replace, refine or repeat others, names
/// that stay with other applications, protocols that no analyzer has, applications without a rule. Sorted by place.
/// protocols: the names of the analyzers; empty: not checked.
std::vector<CatalogueNote> review_catalogue(const CatalogueRules& rules, std::uint32_t first_file,
                                            std::span<const std::string_view> protocols);

}  // namespace netpulse
