#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "engine/analysis/analysis_plan.h"
#include "engine/base/spsc_ring.h"
#include "engine/metrics/second_clock.h"
#include "engine/metrics/throughput.h"
#include "engine/metrics/worker_metrics.h"
#include "engine/packet/decode.h"
#include "engine/source/packet_source.h"
#include "engine/worker/heartbeat.h"

namespace netpulse {

/// Decoded packets for one worker, with a copy of their bytes: the source's own memory is free again at once.
struct DispatchBatch {
  /// Room for 64 ordinary frames, or for one of the largest that a source hands over.
  static constexpr std::size_t kArenaBytes = (std::size_t{1} << 20) + 4096;

  std::array<PacketView, kBatchPackets> packets;
  std::size_t packet_count;
  std::size_t arena_used;
  Timestamp now;
  SecondMark mark;  // how far packet time has come
  /// Packets in a row that are of one second.
  struct Run {
    SecondMark mark;
    std::size_t packet_count;
  };
  std::array<Run, kBatchPackets> runs;
  std::size_t run_count;
  std::uint64_t run_serial;  // of the last run's mark, as the reader counts them
  bool last;
  std::array<std::uint8_t, kArenaBytes> arena;
};
using DispatchRing = SpscRing<DispatchBatch>;
inline constexpr std::size_t kDispatchRingBatches = 8;
/// All workers are told of packet time after so many seconds with packets at the latest: then none of them is more than
/// the batches of a ring, and one each in the reader's and the worker's hands, times so many seconds ahead of another.
inline constexpr std::size_t kSecondsUntoldMax = 16;
static_assert((kDispatchRingBatches + 2) * kSecondsUntoldMax + SecondClock::kSecondsOpen < Throughput::kWindowsMax);

/// For sources with one queue: reads, decodes, and deals packets out to the workers by flow hash, in order.
/// Packets that teach (AnalysisPlan::teaches(): DNS answers, SIP) also go to the other workers, as shadows: each worker
/// then knows what one worker alone would have known at that point, so the number of workers changes nothing in the
/// output.
class Reader {
 public:
  Reader(PacketSource& source, const AnalysisPlan& plan, const HashSeed& seed, std::size_t fragments_max,
         std::vector<DispatchRing*> rings);

  /// Until the source ends, fails, or stop is set; then each worker gets a last batch.
  void run(const std::atomic<bool>& stop);

  const Heartbeat& heartbeat() const noexcept { return heartbeat_; }
  /// Any thread.
  std::uint64_t dropped_packets() const noexcept { return dropped_packets_.load(std::memory_order_relaxed); }
  /// Packets that teach and did not reach one of the workers that do not own their flow.
  std::uint64_t dropped_shadows() const noexcept { return dropped_shadows_.load(std::memory_order_relaxed); }
  /// PacketSource::backlog_ratio() at the last poll. Any thread.
  double backlog_ratio() const noexcept { return backlog_.load(std::memory_order_relaxed); }
  /// Adds fragment counters; from any thread, a moment's values.
  void add_fragment_counters(WorkerMetrics& metrics) const noexcept;

 private:
  void deal(const PacketView& packet) noexcept;
  void put(std::size_t worker, const PacketView& packet, std::uint8_t flags) noexcept;
  /// The batch being filled for a worker; null: its ring is full and the source cannot wait.
  DispatchBatch* open_batch(std::size_t worker) noexcept;
  /// Waits for room in a worker's full ring. Live for a moment only, in which the source's own, longer ring takes what
  /// comes; and not again for a worker that let it pass, as the others must not wait for one that stands still.
  DispatchBatch* wait_for_room(std::size_t worker) noexcept;
  void push(std::size_t worker) noexcept;
  void push_all(bool last) noexcept;
  /// What is there for the workers that have nothing to do. Those behind get full batches: few packets in each would
  /// fill their rings.
  void push_to_idle() noexcept;
  /// A packet of another second than the last one comes.
  void begin_second(Timestamp time) noexcept;
  void publish_fragment_counters() noexcept;

  PacketSource& source_;
  const AnalysisPlan& plan_;
  Decoder decoder_;
  std::vector<DispatchRing*> rings_;
  std::vector<DispatchBatch*> open_;
  std::vector<bool> worth_waiting_;  // by worker: it took something since it was last waited for in vain
  const std::uint64_t patience_cycles_;
  Timestamp now_;
  SecondClock clock_;
  std::uint64_t mark_serial_ = 0;
  std::size_t seconds_untold_ = 0;
  std::atomic<std::uint64_t> dropped_packets_{0}, dropped_shadows_{0};
  std::array<std::atomic<std::uint64_t>, 5> fragment_counters_{};
  std::atomic<double> backlog_{-1};
  Heartbeat heartbeat_;
};

}  // namespace netpulse
