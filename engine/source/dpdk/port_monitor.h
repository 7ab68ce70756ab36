#pragma once

#include <array>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

#include "engine/packet/source_stats.h"

namespace netpulse {

/// What ports lost, by their own counters, and whether they have a link: read ten times a second by a thread of its
/// own (drivers ask the card over slow ways), and when somebody wants to know.
class PortMonitor {
 public:
  /// ids: started ports, which stay so while this lives. What they counted before is not ours.
  explicit PortMonitor(const std::vector<std::uint16_t>& ids);
  ~PortMonitor();
  PortMonitor(const PortMonitor&) = delete;
  PortMonitor& operator=(const PortMonitor&) = delete;

  /// Drops and losses of the port at this index, as of now; nothing else is set. From any thread.
  SourceStats losses(std::size_t index);

 private:
  static constexpr std::size_t kCounters = 4;

  /// Totals of counters that a driver may set back to zero (a reset of the card).
  struct Watched {
    std::uint16_t id = 0;
    std::array<std::uint64_t, kCounters> last{}, total{};
    std::uint64_t losses = 0;
    std::uint64_t discard_counter = 0;
    bool has_discard_counter = false, link_was_up = false;
  };

  static void find_discard_counter(Watched& port);
  static std::array<std::uint64_t, kCounters> read(const Watched& port);
  static void update(Watched& port);
  void watch();

  std::mutex mutex_;
  std::condition_variable wake_;
  bool over_ = false;
  std::vector<Watched> ports_;
  std::thread thread_;
};

}  // namespace netpulse
