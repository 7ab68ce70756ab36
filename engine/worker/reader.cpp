#include "engine/worker/reader.h"

#include <cstring>
#include <thread>
#include <utility>

#include "engine/base/cycles.h"
#include "engine/worker/stop_rule.h"

namespace netpulse {
namespace {

constexpr double kPatienceSeconds = 1e-3;

/// The table takes its bucket from the hash's uppermost bits and its tag from the lowest 16: these sixteen are in
/// neither, so that each worker's flows spread over its whole table.
std::size_t worker_of(std::uint64_t hash, std::size_t workers) { return (hash >> 16 & 0xffff) * workers >> 16; }

}  // namespace

Reader::Reader(PacketSource& source, const AnalysisPlan& plan, const HashSeed& seed, std::size_t fragments_max,
               std::vector<DispatchRing*> rings)
    : source_(source),
      plan_(plan),
      decoder_(seed, fragments_max),
      rings_(std::move(rings)),
      open_(rings_.size(), nullptr),
      worth_waiting_(rings_.size(), true),
      patience_cycles_(static_cast<std::uint64_t>(cycles_per_second() * kPatienceSeconds)) {}

void Reader::run(const std::atomic<bool>& stop) {
  std::array<RawPacket, kBatchPackets> raw;
  PacketView packet;
  StopRule rule(stop, source_.delay_max());
  PollResult polled;
  while (polled.status == PollStatus::kOk && !rule.over(polled.packet_count)) {
    polled = source_.poll(raw);
    heartbeat_.beat(cycles_now());
    now_ = std::max(now_, polled.now);
    for (std::size_t i = 0; i < polled.packet_count; ++i) {
      if (!clock_.holds(raw[i].received_at)) [[unlikely]]
        begin_second(raw[i].received_at);
      decoder_.decode(raw[i], packet);
      deal(packet);
    }
    source_.release({raw.data(), polled.packet_count});
    publish_fragment_counters();
    backlog_.store(source_.backlog_ratio(), std::memory_order_relaxed);
    if (source_.real_time()) clock_.advance(polled.now);
    // A live source's packets do not wait for company; an empty batch tells the time.
    if (!source_.can_wait()) push_to_idle();
  }
  heartbeat_.end();
  push_all(true);
}

void Reader::deal(const PacketView& packet) noexcept {
  const std::size_t workers = rings_.size();
  const std::size_t owner = packet.has_flow() ? worker_of(packet.hash, workers) : packet.number % workers;
  put(owner, packet, 0);
  if (!packet.has_flow() || !plan_.teaches(packet)) return;
  for (std::size_t other = 0; other < workers; ++other)
    if (other != owner) put(other, packet, PacketView::kFlagShadow);
}

void Reader::put(std::size_t worker, const PacketView& packet, std::uint8_t flags) noexcept {
  DispatchBatch* batch = open_batch(worker);
  if (batch != nullptr && DispatchBatch::kArenaBytes - batch->arena_used < packet.captured_bytes) {
    push(worker);
    batch = open_batch(worker);
  }
  if (batch == nullptr || DispatchBatch::kArenaBytes - batch->arena_used < packet.captured_bytes) {
    (flags == 0 ? dropped_packets_ : dropped_shadows_).fetch_add(1, std::memory_order_relaxed);
    return;
  }
  std::uint8_t* frame = batch->arena.data() + batch->arena_used;
  std::memcpy(frame, packet.frame, packet.captured_bytes);
  batch->arena_used += packet.captured_bytes;
  if (batch->run_count == 0 || batch->run_serial != mark_serial_) {
    batch->runs[batch->run_count++] = {clock_.mark(), 0};
    batch->run_serial = mark_serial_;
  }
  ++batch->runs[batch->run_count - 1].packet_count;
  PacketView& copy = batch->packets[batch->packet_count++];
  copy = packet;
  copy.frame = frame;
  if (packet.payload_data != nullptr) copy.payload_data = frame + (packet.payload_data - packet.frame);
  copy.flags |= flags;
  if (batch->packet_count == kBatchPackets) push(worker);
}

DispatchBatch* Reader::open_batch(std::size_t worker) noexcept {
  if (open_[worker] != nullptr) return open_[worker];
  DispatchBatch* batch = rings_[worker]->reserve();
  if (batch == nullptr) batch = wait_for_room(worker);
  if (batch == nullptr) return nullptr;
  worth_waiting_[worker] = true;
  batch->packet_count = 0;
  batch->run_count = 0;
  batch->arena_used = 0;
  batch->last = false;
  return open_[worker] = batch;
}

DispatchBatch* Reader::wait_for_room(std::size_t worker) noexcept {
  if (!source_.can_wait() && !worth_waiting_[worker]) return nullptr;
  const std::uint64_t begin = cycles_now();
  DispatchBatch* batch = nullptr;
  while (batch == nullptr && (source_.can_wait() || cycles_now() - begin < patience_cycles_)) {
    std::this_thread::yield();
    batch = rings_[worker]->reserve();
  }
  worth_waiting_[worker] = batch != nullptr;
  return batch;
}

void Reader::push(std::size_t worker) noexcept {
  open_[worker]->now = now_;
  open_[worker]->mark = clock_.mark();
  rings_[worker]->push();
  open_[worker] = nullptr;
}

void Reader::begin_second(Timestamp time) noexcept {
  const SecondMark before = clock_.mark();
  clock_.move_to(time);
  ++mark_serial_;
  if (clock_.mark().era == before.era && clock_.mark().reached == before.reached) return;
  if (++seconds_untold_ < kSecondsUntoldMax) return;
  seconds_untold_ = 0;
  push_all(false);
}

void Reader::push_all(bool last) noexcept {
  for (std::size_t worker = 0; worker < rings_.size(); ++worker) {
    DispatchBatch* batch = open_batch(worker);
    while (last && batch == nullptr) {  // the end must arrive, however long the worker takes
      std::this_thread::yield();
      batch = open_batch(worker);
    }
    if (batch == nullptr) continue;
    batch->last = last;
    push(worker);
  }
}

void Reader::push_to_idle() noexcept {
  for (std::size_t worker = 0; worker < rings_.size(); ++worker)
    if (rings_[worker]->size() == 0 && open_batch(worker) != nullptr) push(worker);
}

void Reader::publish_fragment_counters() noexcept {
  const FragmentTableStats& stats = decoder_.fragment_stats();
  fragment_counters_[0].store(stats.tracked, std::memory_order_relaxed);
  fragment_counters_[1].store(stats.matched, std::memory_order_relaxed);
  fragment_counters_[2].store(stats.unmatched, std::memory_order_relaxed);
  fragment_counters_[3].store(stats.evicted, std::memory_order_relaxed);
  fragment_counters_[4].store(stats.ranges_forgotten, std::memory_order_relaxed);
}

void Reader::add_fragment_counters(WorkerMetrics& metrics) const noexcept {
  metrics.fragments_tracked += fragment_counters_[0].load(std::memory_order_relaxed);
  metrics.fragments_matched += fragment_counters_[1].load(std::memory_order_relaxed);
  metrics.fragments_unmatched += fragment_counters_[2].load(std::memory_order_relaxed);
  metrics.fragments_evicted += fragment_counters_[3].load(std::memory_order_relaxed);
  metrics.fragments_ranges_forgotten += fragment_counters_[4].load(std::memory_order_relaxed);
}

}  // namespace netpulse
