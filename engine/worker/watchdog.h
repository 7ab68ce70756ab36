#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/worker/heartbeat.h"

namespace netpulse {

/// Looks whether threads come round, and names those that do not, each once. Used by one thread; the heartbeats must
/// outlive it.
class Watchdog {
 public:
  /// Silence that is told. A core that is shared may be away for some scheduler's turns.
  static constexpr double kSilenceSeconds = 0.5;

  /// who: "worker 1 on core 3".
  void watch(std::string who, const Heartbeat& heartbeat) { watched_.push_back({std::move(who), &heartbeat, 0}); }
  /// What has changed since the last call, a sentence each. now, ticks_per_second: of cycles_now().
  std::vector<std::string> look(std::uint64_t now, double ticks_per_second);

 private:
  struct Watched {
    std::string who;
    const Heartbeat* heartbeat;
    double silent_seconds;  // as told; 0: it comes round
  };
  std::vector<Watched> watched_;
};

}  // namespace netpulse
