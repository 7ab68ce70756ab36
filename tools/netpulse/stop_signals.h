#pragma once

#include "engine/worker/engine.h"

namespace netpulse {

/// While it lives, SIGINT and SIGTERM end the engine's run cleanly; a second one ends the process at once, status 130.
class StopSignals {
 public:
  explicit StopSignals(Engine& engine);
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  /// True once a signal came.
  static bool received() noexcept;
};

}  // namespace netpulse
