#pragma once

#include <span>

#include "engine/analysis/analyzer.h"

namespace netpulse {

/// All analyzers of this build, in the order in which they are asked. ProtocolId = index + 1.
std::span<const AnalyzerEntry> registered_analyzers() noexcept;

/// Their signatures, compiled when the program was built (compile_signatures.cpp): for AnalysisPlan::build().
Bytes compiled_signatures() noexcept;

}  // namespace netpulse
