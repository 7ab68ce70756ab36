#pragma once

#include <span>

#include "engine/analysis/analyzer.h"

namespace netpulse {

/// All analyzers of this build, in the order in which they are asked. ProtocolId = index + 1.
std::span<const AnalyzerEntry> registered_analyzers() noexcept;

}  // namespace netpulse
