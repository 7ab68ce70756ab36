#include "engine/source/dpdk/port_monitor.h"

#include <pthread.h>
#include <rte_ethdev.h>

#include <chrono>
#include <string_view>

namespace netpulse {
namespace {

constexpr std::chrono::milliseconds kPeriod{100};

/// In the order of PortMonitor's counters.
constexpr std::array<SourceDrop, 4> kDrops{SourceDrop::kMissed, SourceDrop::kNoBuffer, SourceDrop::kReceiveError,
                                           SourceDrop::kDriver};

/// Counters beside the basic ones, of packets that these leave out.
struct DiscardCounter {
  std::string_view driver, name;
};
constexpr std::array<DiscardCounter, 1> kDiscardCounters{{
    // The card's own packet buffer was full, before any queue: rx_discards_phy of NVIDIA's "Understanding mlx5 ethtool
    // counters". imissed is out_of_buffer, a queue without descriptors.
    {"mlx5_pci", "rx_phy_discard_packets"},
}};

}  // namespace

PortMonitor::PortMonitor(const std::vector<std::uint16_t>& ids) {
  for (const std::uint16_t id : ids) {
    Watched port;
    port.id = id;
    find_discard_counter(port);
    port.last = read(port);
    ports_.push_back(port);
  }
  thread_ = std::thread([this] { watch(); });
}

PortMonitor::~PortMonitor() {
  {
    const std::lock_guard lock(mutex_);
    over_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void PortMonitor::find_discard_counter(Watched& port) {
  rte_eth_dev_info info{};
  if (rte_eth_dev_info_get(port.id, &info) != 0) return;
  for (const DiscardCounter& counter : kDiscardCounters)
    if (counter.driver == info.driver_name)
      port.has_discard_counter =
          rte_eth_xstats_get_id_by_name(port.id, counter.name.data(), &port.discard_counter) == 0;
}

std::array<std::uint64_t, PortMonitor::kCounters> PortMonitor::read(const Watched& port) {
  rte_eth_stats stats{};
  if (rte_eth_stats_get(port.id, &stats) != 0) return port.last;
  std::uint64_t discarded = port.last[3];
  if (port.has_discard_counter && rte_eth_xstats_get_by_id(port.id, &port.discard_counter, &discarded, 1) != 1)
    discarded = port.last[3];
  return {stats.imissed, stats.rx_nombuf, stats.ierrors, discarded};
}

void PortMonitor::update(Watched& port) {
  const auto now = read(port);
  for (std::size_t i = 0; i < kCounters; ++i) port.total[i] += now[i] >= port.last[i] ? now[i] - port.last[i] : now[i];
  port.last = now;
  rte_eth_link link{};
  if (rte_eth_link_get_nowait(port.id, &link) != 0) return;
  const bool up = link.link_status == RTE_ETH_LINK_UP;
  if (port.link_was_up && !up) ++port.losses;
  port.link_was_up = up;
}

SourceStats PortMonitor::losses(std::size_t index) {
  const std::lock_guard lock(mutex_);
  Watched& port = ports_[index];
  update(port);
  SourceStats stats;
  for (std::size_t i = 0; i < kCounters; ++i) stats.dropped_by(kDrops[i]) = port.total[i];
  stats.interface_losses = port.losses;
  return stats;
}

void PortMonitor::watch() {
  pthread_setname_np(pthread_self(), "np-dpdk-ports");
  std::unique_lock lock(mutex_);
  while (!over_) {
    for (Watched& port : ports_) update(port);
    wake_.wait_for(lock, kPeriod, [this] { return over_; });
  }
}

}  // namespace netpulse
