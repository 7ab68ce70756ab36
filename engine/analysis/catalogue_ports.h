#pragma once

#include <functional>
#include <vector>

#include "engine/analysis/catalogue_rules.h"

namespace netpulse {

/// Hears of a rule that takes a port from an earlier one (earlier in the file or in an earlier file); once per pair.
using OnPortClash = std::function<void(const PortRule& later, const PortRule& earlier)>;

/// What the port rules come to: rules that do not overlap, sorted by protocol and port. written: in the order of the
/// files; each takes its ports from those before it.
std::vector<PortRule> ports_in_force(const std::vector<PortRule>& written, const OnPortClash& on_clash);

}  // namespace netpulse
