#include "engine/worker/overload_ladder.h"

#include <algorithm>

namespace netpulse {
namespace {

constexpr int kHighestRung = static_cast<int>(kOverloadLevelCount) - 1;

}  // namespace

void OverloadLadder::update(const LoadSample& sample) noexcept {
  if (sample.flow_table_ratio >= kEnterRatio) table_is_full_ = true;
  if (sample.flow_table_ratio < kLeaveRatio) table_is_full_ = false;

  strained_ = sample.pressure >= kEnterRatio ? strained_ + sample.elapsed : Duration{};
  relaxed_ = sample.pressure < kLeaveRatio ? relaxed_ + sample.elapsed : Duration{};
  if (strained_ >= kClimbAfter && rung_ < kHighestRung) {
    ++rung_;
    strained_ = {};
  }
  if (relaxed_ >= kDescendAfter && rung_ > 0) {
    --rung_;
    relaxed_ = {};
  }
}

OverloadLevel OverloadLadder::level() const noexcept {
  constexpr int kByTable = static_cast<int>(OverloadLevel::kEmergencyTimeouts);
  return static_cast<OverloadLevel>(std::max(rung_, table_is_full_ ? kByTable : 0));
}

OverloadMeasures OverloadLadder::measures() const noexcept {
  const auto reached = [this](OverloadLevel level) { return rung_ >= static_cast<int>(level); };
  return {reached(OverloadLevel::kSkipAnalysis), reached(OverloadLevel::kEmergencyTimeouts) || table_is_full_,
          reached(OverloadLevel::kCountOnly)};
}

}  // namespace netpulse
