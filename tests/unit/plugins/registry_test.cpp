#include "plugins/registry.h"

#include <gtest/gtest.h>

#include "engine/analysis/analysis_plan.h"

namespace netpulse {
namespace {

TEST(Registry, SignaturesWereCompiledWhenTheProgramWasBuilt) {
  EXPECT_TRUE(PatternDatabase::load(signatures_of(registered_analyzers()), compiled_signatures()).has_value());
}

}  // namespace
}  // namespace netpulse
