#include "engine/source/dpdk/dpdk_source.h"

#include <rte_errno.h>
#include <rte_ether.h>
#include <rte_lcore.h>
#include <rte_mbuf.h>
#include <rte_mbuf_dyn.h>
#include <sys/prctl.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <string>
#include <utility>

#include "engine/base/cycles.h"
#include "engine/base/wall_clock.h"
#include "engine/source/dpdk/device_clock.h"
#include "engine/source/dpdk/idle_wait.h"
#include "engine/source/source_meter.h"

namespace netpulse {
namespace {

/// Vector drivers give nothing to who asks for less.
constexpr std::size_t kBurstMin = 8;
constexpr std::size_t kPrefetchAhead = 4;
constexpr double kClockSeconds = 0.1;
/// A driver in the kernel's hands (af_packet, tap) shows a packet after that at the latest.
constexpr Duration kDelayMax = Duration::from_milliseconds(2);
/// Frames in several buffers that are put together at one time: two batches.
constexpr unsigned kLinearFrames = 2 * kBatchPackets;
constexpr std::uint32_t kLinearBytesMax = 65'535 - RTE_PKTMBUF_HEADROOM;

/// DPDK keeps free buffers with threads that it knows: one registers itself for as long as it lives.
struct LcoreRegistration {
  LcoreRegistration() { registered = rte_lcore_id() == LCORE_ID_ANY && rte_thread_register() == 0; }
  ~LcoreRegistration() {
    if (registered) rte_thread_unregister();
  }
  LcoreRegistration(const LcoreRegistration&) = delete;
  LcoreRegistration& operator=(const LcoreRegistration&) = delete;
  bool registered = false;
};

/// The field of an mbuf with its time stamp, where EAL has one; registered once.
struct TimeField {
  int offset = -1;
  std::uint64_t flag = 0;
};
TimeField time_field() {
  TimeField field;
  if (rte_mbuf_dyn_rx_timestamp_register(&field.offset, &field.flag) != 0) return {};
  return field;
}

struct MempoolDeleter {
  void operator()(rte_mempool* pool) const noexcept { rte_mempool_free(pool); }
};
using MempoolPointer = std::unique_ptr<rte_mempool, MempoolDeleter>;

struct Queue {
  std::uint16_t port_id = 0, queue_id = 0, interface_index = 0;
  PortTime time = PortTime::kSystem;
  bool vlan_stripped = false;
  std::uint32_t descriptors = 0;
};

struct InterfaceMeter {
  SourceMeter received;
  SharedCounter filtered, no_buffer;
  DeviceClock device_clock;
  RecordedClock recorded_clock;
};

class DpdkSource final : public PacketSource {
 public:
  DpdkSource(std::shared_ptr<DpdkCapture> capture, const std::vector<DpdkQueues>& queues, bool accounts,
             std::optional<BpfFilter> filter, MempoolPointer linear_pool)
      : capture_(std::move(capture)),
        filter_(std::move(filter)),
        linear_pool_(std::move(linear_pool)),
        meters_(capture_->ports.size()),
        time_field_(time_field()),
        snap_bytes_(capture_->options.snap_length_bytes),
        accounts_(accounts),
        idle_(smallest_ring(), cycles_per_second(), capture_->options.dpdk.busy_poll),
        clock_cycles_(static_cast<std::uint64_t>(kClockSeconds * cycles_per_second())) {
    for (const DpdkQueues& some : queues) {
      const Port& port = *capture_->ports[some.port_index];
      for (std::uint16_t i = 0; i < some.count; ++i)
        queues_.push_back({port.id(), static_cast<std::uint16_t>(some.first + i),
                           static_cast<std::uint16_t>(some.port_index), port.time(), port.vlan_stripped(),
                           port.descriptors()});
      recorded_ |= port.time() == PortTime::kRecorded;
      has_device_clock_ |= port.time() == PortTime::kDevice;
    }
  }

  PollResult poll(std::span<RawPacket> out) noexcept override {
    if (!thread_ready_) [[unlikely]]
      prepare_thread();
    out = out.first(std::min(out.size(), kBatchPackets));
    if (has_device_clock_ && cycles_now() >= next_clock_) [[unlikely]]
      observe_clocks();
    const std::uint64_t arrived = arrived_;
    std::uint64_t waited = 0;
    std::size_t count = receive(out);
    if (arrived_ == arrived) {
      const std::uint64_t begin = cycles_now();
      idle_.wait(begin);
      waited = cycles_now() - begin;
      count = receive(out);
    }
    if (arrived_ != arrived) idle_.end();
    advance_clock(out.first(count));
    return {static_cast<std::uint32_t>(count), PollStatus::kOk, now_, waited};
  }

  void release(std::span<const RawPacket> batch) noexcept override {
    std::array<rte_mbuf*, kBatchPackets> mbufs;
    while (!batch.empty()) {
      const std::size_t count = std::min(batch.size(), mbufs.size());
      for (std::size_t i = 0; i < count; ++i) mbufs[i] = reinterpret_cast<rte_mbuf*>(batch[i].cookie);
      rte_pktmbuf_free_bulk(mbufs.data(), static_cast<unsigned>(count));
      batch = batch.subspan(count);
    }
  }

  SourceStats stats() const noexcept override {
    SourceStats sum;
    for (std::size_t i = 0; i < meters_.size(); ++i) sum += port_stats(i);
    return sum;
  }
  std::vector<SourceStats> interface_stats() const override {
    std::vector<SourceStats> all;
    for (std::size_t i = 0; i < meters_.size(); ++i) all.push_back(port_stats(i));
    return all;
  }
  std::string error() const override { return filter_ ? filter_->faults() : std::string(); }
  std::vector<std::string> interfaces() const override {
    std::vector<std::string> names;
    for (const auto& port : capture_->ports) names.push_back(port->name());
    return names;
  }
  bool can_wait() const noexcept override { return false; }
  Duration delay_max() const noexcept override { return kDelayMax; }

  double backlog_ratio() const noexcept override {
    double fullest = -1;
    for (const Queue& queue : queues_) {
      const int used = rte_eth_rx_queue_count(queue.port_id, queue.queue_id);
      if (used >= 0) fullest = std::max(fullest, static_cast<double>(used) / queue.descriptors);
    }
    return std::min(fullest, 1.0);
  }

 private:
  std::uint32_t smallest_ring() const {
    std::uint32_t smallest = UINT32_MAX;
    for (const auto& port : capture_->ports) smallest = std::min(smallest, port->descriptors());
    return smallest;
  }

  /// Once, in the thread that polls.
  void prepare_thread() {
    static thread_local const LcoreRegistration registration;
    ::prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);  // else each sleep takes 50 us more
    thread_ready_ = true;
  }

  void observe_clocks() {
    for (const Queue& queue : queues_) {
      std::uint64_t ticks = 0;
      if (queue.time == PortTime::kDevice && rte_eth_read_clock(queue.port_id, &ticks) == 0)
        meters_[queue.interface_index].device_clock.observe(ticks, wall_clock_now());
    }
    next_clock_ = cycles_now() + clock_cycles_;
  }

  /// Each queue gets its turn to be first, so that a busy one does not starve the others.
  std::size_t receive(std::span<RawPacket> out) noexcept {
    std::size_t count = 0;
    for (std::size_t i = 0; i < queues_.size(); ++i) {
      if (count != 0 && out.size() - count < kBurstMin) break;
      const Queue& queue = queues_[next_queue_];
      if (++next_queue_ == queues_.size()) next_queue_ = 0;
      count += receive(queue, out.subspan(count));
    }
    return count;
  }

  std::size_t receive(const Queue& queue, std::span<RawPacket> out) noexcept {
    std::array<rte_mbuf*, kBatchPackets> mbufs;
    const std::size_t burst =
        rte_eth_rx_burst(queue.port_id, queue.queue_id, mbufs.data(), static_cast<std::uint16_t>(out.size()));
    if (burst == 0) return 0;
    arrived_ += burst;
    // net_pcap has no time stamps when it plays a file again and again.
    if (queue.time != PortTime::kRecorded || (mbufs[0]->ol_flags & time_field_.flag) == 0)
      batch_time_ = wall_clock_now();
    std::size_t count = 0;
    for (std::size_t i = 0; i < std::min(kPrefetchAhead, burst); ++i) rte_prefetch0(rte_pktmbuf_mtod(mbufs[i], void*));
    for (std::size_t i = 0; i < burst; ++i) {
      if (i + 2 * kPrefetchAhead < burst) rte_prefetch0(mbufs[i + 2 * kPrefetchAhead]);
      if (i + kPrefetchAhead < burst) rte_prefetch0(rte_pktmbuf_mtod(mbufs[i + kPrefetchAhead], void*));
      if (describe(queue, mbufs[i], out[count])) [[likely]]
        ++count;
    }
    meters_[queue.interface_index].received.count(out.first(count));
    return count;
  }

  /// False: the packet was counted as lost or filtered, and given back.
  bool describe(const Queue& queue, rte_mbuf* mbuf, RawPacket& packet) noexcept {
    InterfaceMeter& meter = meters_[queue.interface_index];
    packet.received_at = time_of(queue, mbuf);
    if (queue.vlan_stripped && (mbuf->ol_flags & RTE_MBUF_F_RX_VLAN_STRIPPED) != 0)
      rte_vlan_insert(&mbuf);  // into the room before the frame: no copy of it
    packet.wire_bytes = mbuf->pkt_len;
    packet.captured_bytes = std::min(mbuf->pkt_len, snap_bytes_);
    if (packet.captured_bytes > mbuf->data_len) [[unlikely]] {
      mbuf = linear(mbuf, packet.captured_bytes);
      if (mbuf == nullptr) {
        meter.no_buffer.add(1);
        return false;
      }
      packet.captured_bytes = mbuf->data_len;
    }
    packet.data = rte_pktmbuf_mtod(mbuf, const std::uint8_t*);
    packet.link_type = 1;
    packet.interface_index = queue.interface_index;
    packet.cookie = reinterpret_cast<std::uintptr_t>(mbuf);
    if (filter_ && !filter_->accepts(packet)) {
      rte_pktmbuf_free(mbuf);
      meter.filtered.add(1);
      return false;
    }
    packet.number = ++last_number_;
    return true;
  }

  /// The first bytes of a frame in several buffers, in one of our own; null if there is none. The frame is given back.
  rte_mbuf* linear(rte_mbuf* chain, std::uint32_t bytes) noexcept {
    rte_mbuf* whole = linear_pool_ ? rte_pktmbuf_alloc(linear_pool_.get()) : nullptr;
    if (whole != nullptr) {
      bytes = std::min<std::uint32_t>(bytes, rte_pktmbuf_tailroom(whole));
      char* const to = rte_pktmbuf_append(whole, static_cast<std::uint16_t>(bytes));
      const void* const from = rte_pktmbuf_read(chain, 0, bytes, to);
      if (from == nullptr) {  // shorter than its length says
        rte_pktmbuf_free(whole);
        whole = nullptr;
      } else if (from != to) {
        std::memcpy(to, from, bytes);
      }
    }
    rte_pktmbuf_free(chain);
    return whole;
  }

  Timestamp time_of(const Queue& queue, const rte_mbuf* mbuf) noexcept {
    if (queue.time == PortTime::kSystem || (mbuf->ol_flags & time_field_.flag) == 0) return batch_time_;
    const std::uint64_t ticks = *RTE_MBUF_DYNFIELD(mbuf, time_field_.offset, const rte_mbuf_timestamp_t*);
    InterfaceMeter& meter = meters_[queue.interface_index];
    if (queue.time == PortTime::kRecorded) return meter.recorded_clock.at(ticks);
    return meter.device_clock.usable() ? meter.device_clock.at(ticks) : batch_time_;
  }

  /// Live: the wall clock, and no packet is later than now. Recorded times go on at the clock's pace when no packets
  /// come.
  void advance_clock(std::span<const RawPacket> batch) noexcept {
    Timestamp latest;
    for (const RawPacket& packet : batch) latest = std::max(latest, packet.received_at);
    // Before its first packet nobody knows when a recording begins, or that it has no times.
    const bool live = !recorded_ || (batch_time_.known() && !recorded_latest_.known());
    if (live) {
      now_ = std::max({now_, latest, batch.empty() ? wall_clock_now() : batch_time_});
      return;
    }
    const auto clock = std::chrono::steady_clock::now();
    if (latest > recorded_latest_) {
      recorded_latest_ = latest;
      recorded_at_ = clock;
    }
    if (recorded_latest_.known())
      now_ = std::max(now_,
                      recorded_latest_ +
                          Duration{std::chrono::duration_cast<std::chrono::nanoseconds>(clock - recorded_at_).count()});
  }

  SourceStats port_stats(std::size_t index) const noexcept {
    const InterfaceMeter& meter = meters_[index];
    SourceStats stats = meter.received.stats();
    stats.filtered_packets = meter.filtered.value();
    if (accounts_) stats += capture_->monitor->losses(index);
    stats.dropped_by(SourceDrop::kNoBuffer) += meter.no_buffer.value();
    return stats;
  }

  const std::shared_ptr<DpdkCapture> capture_;
  std::optional<BpfFilter> filter_;
  const MempoolPointer linear_pool_;
  std::vector<Queue> queues_;
  std::vector<InterfaceMeter> meters_;  // by interface_index
  const TimeField time_field_;
  const std::uint32_t snap_bytes_;
  const bool accounts_;
  bool recorded_ = false, has_device_clock_ = false, thread_ready_ = false;
  std::size_t next_queue_ = 0;
  std::uint64_t last_number_ = 0, arrived_ = 0;
  IdleWait idle_;
  const std::uint64_t clock_cycles_;
  std::uint64_t next_clock_ = 0;
  Timestamp now_, batch_time_;
  Timestamp recorded_latest_;
  std::chrono::steady_clock::time_point recorded_at_;
};

/// Buffers for frames that came in several; null where none is as long as that.
Result<MempoolPointer> make_linear_pool(const DpdkCapture& capture) {
  std::uint32_t bytes = 0;
  int node = SOCKET_ID_ANY;
  for (const auto& port : capture.ports) {
    bytes = std::max(bytes, std::min({port->frame_bytes_max(), capture.options.snap_length_bytes, kLinearBytesMax}));
    node = port->node();
  }
  static unsigned made = 0;
  const std::string name = "netpulse_linear_" + std::to_string(made++);
  MempoolPointer pool(rte_pktmbuf_pool_create(name.c_str(), kLinearFrames, 0, 0,
                                              static_cast<std::uint16_t>(bytes + RTE_PKTMBUF_HEADROOM), node));
  if (!pool)
    return Error{"no memory for long frames (" + std::to_string(kLinearFrames * bytes >> 20) + " MiB): " +
                 rte_strerror(rte_errno) + "; a smaller snap_length_bytes in [capture], or " + more_memory()};
  return pool;
}

}  // namespace

Result<std::unique_ptr<PacketSource>> make_dpdk_source(std::shared_ptr<DpdkCapture> capture,
                                                       const std::vector<DpdkQueues>& queues, bool accounts) {
  std::optional<BpfFilter> filter;
  if (!capture->options.filter.empty()) {
    auto compiled = BpfFilter::create(capture->options.filter);
    if (!compiled) return compiled.error();
    filter = std::move(compiled).value();
  }
  auto pool = make_linear_pool(*capture);
  if (!pool) return pool.error();
  return std::unique_ptr<PacketSource>(
      std::make_unique<DpdkSource>(std::move(capture), queues, accounts, std::move(filter), std::move(pool).value()));
}

}  // namespace netpulse
