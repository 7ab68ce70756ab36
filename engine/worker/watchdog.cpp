#include "engine/worker/watchdog.h"

#include <algorithm>

#include "engine/base/human.h"

namespace netpulse {

std::vector<std::string> Watchdog::look(std::uint64_t now, double ticks_per_second) {
  std::vector<std::string> news;
  for (Watched& watched : watched_) {
    const double silent = static_cast<double>(watched.heartbeat->age(now)) / ticks_per_second;
    const auto text = [](double seconds) { return human_duration({static_cast<std::int64_t>(seconds * 1e9)}); };
    if (silent >= kSilenceSeconds) {
      if (watched.silent_seconds == 0)
        news.push_back(watched.who + " has not come round for " + text(silent) +
                       ": its core is busy with something else, or its capture hangs");
      watched.silent_seconds = silent;
    } else if (watched.silent_seconds != 0) {
      news.push_back(watched.who + " goes on after " + text(watched.silent_seconds) + " at least");
      watched.silent_seconds = 0;
    }
  }
  return news;
}

}  // namespace netpulse
