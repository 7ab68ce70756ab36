#include "engine/worker/worker.h"

#include <algorithm>
#include <bit>
#include <thread>

#include "engine/base/cycles.h"
#include "engine/base/wall_clock.h"

namespace netpulse {
namespace {

constexpr std::uint8_t kTcp = 6;
constexpr double kPublishSeconds = 0.1;
/// Records on their way from memory at one time: two lines each, about as many as a core can wait for.
constexpr std::size_t kRecordsAhead = 12;
/// Whether TCP's counters will be needed is known when what lies beside the record has come.
constexpr std::size_t kCountersAhead = 4;
/// The clock follows packet time by at most this per batch, so that one packet with a wrong time ends no flows.
constexpr Duration kClockStepMax = Duration::from_seconds(1);
/// Once a file has more flows than half a table holds, packets may be out of order by this much without changing when a
/// flow ends; live, time is the wall clock.
constexpr Duration kReordering = Duration::from_seconds(5);
/// Buckets swept per batch: few beside a full batch, more when there is little else to do.
constexpr std::size_t kSweepBucketsBusy = 4, kSweepBucketsPerFreePacket = 8;
/// The same while flows have to go.
constexpr std::size_t kSweepBucketsEmergency = 32;

}  // namespace

Worker::Worker(const WorkerOptions& options, const AnalysisPlan& plan, const HashSeed& seed)
    : options_(options),
      metrics_storage_(std::make_unique<WorkerMetrics>()),
      metrics_(*metrics_storage_),
      windows_(metrics_, options.can_wait, options.collector_bell),
      dispatcher_(plan, options.analysis, options.names, seed, metrics_, windows_),
      table_(options.flow_table, seed, *this, options.real_time ? Duration{} : kReordering,
             options.real_time ? FlowTable::Buckets::kAll : FlowTable::Buckets::kFew),
      export_ring_(kExportRingFlows),
      stall_cycles_(static_cast<std::uint64_t>(cycles_per_second() * kStallSeconds)) {
  dispatcher_.attach(table_);
  metrics_.flow_capacity = table_.flow_capacity();
  metrics_.details_capacity = table_.details_capacity();
}

void Worker::set_name_exchange(NameExchange* exchange, std::size_t worker_index) noexcept {
  name_exchange_ = exchange;
  worker_index_ = worker_index;
  dispatcher_.set_listener(this);
}

void Worker::process(std::span<PacketView> batch, Timestamp now, const SecondMark& mark) noexcept {
  windows_.enter(mark);
  count_packets(batch);
  update_flows(batch);
  windows_.leave();
  advance_clock(now);
  dispatcher_.advance(clock_);
  end_overdue(batch.size());
}

void Worker::count_packets(std::span<const PacketView> batch) noexcept {
  // Sums that every packet adds to stay in registers, as long as packets come from one interface.
  std::uint64_t packets = 0, wire_bytes = 0, captured_bytes = 0;
  std::uint16_t interface_index = 0;
  const auto add_sums = [&] {
    InterfaceMetrics& interface = interface_metrics(interface_index);
    interface.received_packets += packets;
    interface.wire_bytes += wire_bytes;
    interface.captured_bytes += captured_bytes;
    metrics_.received_packets += packets;
    metrics_.wire_bytes += wire_bytes;
    metrics_.captured_bytes += captured_bytes;
    packets = wire_bytes = captured_bytes = 0;
  };
  Timestamp first = metrics_.first_packet_time, last = metrics_.last_packet_time;
  for (const PacketView& packet : batch) {
    if (packet.is(PacketView::kFlagShadow)) continue;
    if (packet.interface_index != interface_index) [[unlikely]] {
      add_sums();
      interface_index = packet.interface_index;
    }
    ++packets;
    wire_bytes += packet.wire_bytes;
    captured_bytes += packet.captured_bytes;
    const auto network = static_cast<std::size_t>(packet.network);
    const auto transport = static_cast<std::size_t>(packet.transport);
    ++metrics_.network_packets[network];
    metrics_.network_bytes[network] += packet.wire_bytes;
    ++metrics_.transport_packets[transport];
    metrics_.transport_bytes[transport] += packet.wire_bytes;
    ++metrics_.decode_status[static_cast<std::size_t>(packet.status)];
    if (packet.status != DecodeStatus::kOk) [[unlikely]]
      ++interface_metrics(interface_index).refused_packets[static_cast<std::size_t>(packet.status)];
    ++metrics_.tunnel_packets[static_cast<std::size_t>(packet.key.tunnel)];
    last = std::max(last, packet.received_at);
  }
  // All are of one second, which is seldom the first one.
  if (!first.known() || windows_.holds(first) || (!batch.empty() && batch.front().received_at < first)) [[unlikely]]
    for (const PacketView& packet : batch)
      if (!packet.is(PacketView::kFlagShadow) && packet.received_at.known() &&
          (packet.received_at < first || !first.known()))
        first = packet.received_at;
  count_batch(batch.size());
  add_sums();
  metrics_.first_packet_time = first;
  metrics_.last_packet_time = last;
}

void Worker::count_batch(std::size_t packets) noexcept {
  if (packets == 0) return;  // only told the time
  ++metrics_.batches;
  ++metrics_.batch_sizes[std::min(static_cast<std::size_t>(std::bit_width(packets - 1)), kBatchBuckets - 1)];
  metrics_.batch_packets += packets;
}

void Worker::update_flows(std::span<PacketView> batch) noexcept {
  std::array<FlowRecord*, kBatchPackets> records;
  const auto prefetch = [&](std::size_t i) {
    records[i] = batch[i].has_flow() ? table_.prefetch_record(batch[i].hash) : nullptr;
    if (records[i] != nullptr && batch[i].transport == TransportLayer::kTcp)
      FlowTable::prefetch_tcp_quality(*records[i]);
  };
  const auto prefetch_counters = [&](std::size_t i) {
    if (records[i] != nullptr && batch[i].transport == TransportLayer::kTcp) table_.prefetch_tcp_counters(*records[i]);
  };
  for (std::size_t i = 0; i < std::min(batch.size(), kRecordsAhead); ++i) prefetch(i);
  for (std::size_t i = 0; i < batch.size(); ++i) {
    if (i + kRecordsAhead < batch.size()) prefetch(i + kRecordsAhead);
    if (i + kCountersAhead < batch.size()) prefetch_counters(i + kCountersAhead);
    PacketView& packet = batch[i];
    if (!packet.has_flow()) continue;
    const auto [record, created] = table_.update(packet, records[i]);
    if (record == nullptr) [[unlikely]] {
      count_refused(packet);
      continue;
    }
    bool analyze_now = false;
    if (created) begin_flow(packet, *record);
    if (record->is(FlowRecord::kFlagAccounted)) [[likely]]
      dispatcher_.account(packet, *record);
    else if (!packet.is(PacketView::kFlagShadow))
      analyze_now = dispatcher_.wait(packet, *record);
    if (packet.transport == TransportLayer::kTcp) observe_tcp(packet, *record);
    if (Dispatcher::wants(packet, *record, created)) {
      pending_[pending_count_++] = {&packet, record, created};
      FlowTable::pin(*record);
      if (created) dispatcher_.prefetch_names(packet);
      if (packet.transport == TransportLayer::kTcp) table_.prefetch_stream_base(*record);
      if (analyze_now) [[unlikely]]
        analyze_pending();
    }
  }
  analyze_pending();
}

void Worker::begin_flow(const PacketView& packet, FlowRecord& record) noexcept {
  record.set_home(options_.home.contains(record.key.lo_addr), options_.home.contains(record.key.hi_addr));
  if (measures_.skip_analysis) [[unlikely]]
    dispatcher_.skip_analysis(packet, record);
  if (!record.is(FlowRecord::kFlagShadow)) ++metrics_.flows_created;
}

void Worker::count_refused(const PacketView& packet) noexcept {
  InterfaceMetrics& interface = interface_metrics(packet.interface_index);
  ++(measures_.count_only ? interface.shed_packets : interface.untracked_packets);
}

inline void Worker::observe_tcp(const PacketView& packet, FlowRecord& record) noexcept {
  TcpQuality& quality = FlowTable::tcp_quality(record);
  const TcpObservation seen =
      quality.observe(packet, [&]() noexcept -> TcpCounters& { return table_.tcp_counters(record); });
  // A shadow's record must see a port's reuse like its owner's, but its segments are the owner's to count.
  if (!seen.anything() || packet.is(PacketView::kFlagShadow)) return;
  if (seen.rtt_ticks != TcpObservation::kNoRtt) metrics_.tcp_rtt.observe(TcpQuality::duration_of(seen.rtt_ticks));
  if (seen.findings != 0) [[unlikely]]
    count_findings(seen, quality, record.way(packet.direction));
}

void Worker::count_findings(TcpObservation seen, const TcpQuality& quality, TrafficDirection way) noexcept {
  for (std::uint32_t left = seen.findings & TcpObservation::kFindings; left != 0; left &= left - 1)
    ++metrics_.tcp_findings[static_cast<std::size_t>(std::countr_zero(left))];
  if (seen.has(TcpFinding::kSuperFrame)) metrics_.tcp_super_frame_segments += seen.segments;
  metrics_.repeated_payload_bytes[static_cast<std::size_t>(way)] += seen.repeated_bytes;
  if ((seen.findings & TcpObservation::kHoleForgotten) != 0)
    ++metrics_.losses[static_cast<std::size_t>(LossReason::kTcpHolesFull)];
  if ((seen.findings & TcpObservation::kHandshakeMeasured) != 0)
    metrics_.tcp_handshake_rtt.observe(quality.handshake_rtt().value_or(Duration{}));
}

void Worker::analyze_pending() noexcept {
  const std::size_t count = pending_count_;
  pending_count_ = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const Pending& pending = pending_[i];
    dispatcher_.analyze(*pending.packet, *pending.record, pending.created);
    FlowTable::unpin(*pending.record);
  }
}

void Worker::advance_clock(Timestamp now) noexcept {
  if (!clock_.known()) {
    clock_ = swept_until_ = now;
    return;
  }
  if (now > clock_) clock_ = std::min(now, clock_ + kClockStepMax);
}

void Worker::end_overdue(std::size_t batch_packets) noexcept {
  // A file's flows stay until a look-up or the end of the run ends them, as long as there is room: ending them between
  // batches would make the records depend on where a batch ends when time stamps jump back.
  if (!options_.real_time && table_.active_flows() * 2 < table_.flow_capacity()) return;
  table_.end_closed(clock_);
  const std::size_t due = table_.buckets_due(clock_ - swept_until_);
  if (due == 0) return;
  const std::size_t buckets_max = (measures_.emergency_timeouts ? kSweepBucketsEmergency : kSweepBucketsBusy) +
                                  (kBatchPackets - std::min(batch_packets, kBatchPackets)) * kSweepBucketsPerFreePacket;
  table_.sweep(clock_, std::min(due, buckets_max));
  swept_until_ = clock_;
}

void Worker::receive_names(Timestamp now) noexcept {
  for (std::size_t sender = 0; sender < name_inbox_.size(); ++sender) {
    SpscRing<LearnedName>& ring = *name_inbox_[sender];
    for (const LearnedName* learned = ring.front(); learned != nullptr; learned = ring.front()) {
      if (learned->expected.protocol != 0)
        dispatcher_.expect_from_elsewhere(learned->expected, now);
      else
        dispatcher_.learn_from_elsewhere(learned->client, learned->address, learned->name.view(), learned->ttl_seconds,
                                         now);
      ring.pop();
    }
  }
}

void Worker::flush(Timestamp now) noexcept {
  table_.flush(now);
  dispatcher_.finish(now);
  windows_.finish();
}

void Worker::on_flow_end(FlowRecord& record, FlowDetail* detail, EndReason reason) noexcept {
  if (reason == EndReason::kActiveTimeout) {
    dispatcher_.decide(record, detail);
    if (record.is(FlowRecord::kFlagShadow)) return;
    ++metrics_.flows_ended[static_cast<std::size_t>(reason)];
    export_flow(record, detail, reason);
    return;
  }
  dispatcher_.conclude(record, detail);
  if (record.is(FlowRecord::kFlagShadow)) return;
  ++metrics_.flow_directions[WorkerMetrics::index_of(flow_protocol(record), directions_seen(record))];
  if (record.is(FlowRecord::kFlagMidstream)) ++metrics_.tcp_midstream_flows;
  ++metrics_.flows_ended[static_cast<std::size_t>(reason)];
  export_flow(record, detail, reason);
}

void Worker::export_flow(const FlowRecord& record, const FlowDetail* detail, EndReason reason) noexcept {
  // A flood's records, if they are too many, do not take the place of the users' ones.
  if (!options_.can_wait && FlowTable::unanswered(record) && !export_ring_.has_room(kExportRingFlows / 2)) {
    ++metrics_.losses[static_cast<std::size_t>(LossReason::kExportRingYielded)];
    return;
  }
  FinishedFlow* slot = export_ring_.reserve();
  while (slot == nullptr && options_.can_wait) {
    options_.collector_bell->ring();
    std::this_thread::yield();
    slot = export_ring_.reserve();
  }
  if (slot == nullptr) {
    ++metrics_.losses[static_cast<std::size_t>(LossReason::kExportRingFull)];
    return;
  }
  slot->record = record;
  slot->reason = reason;
  slot->has_detail = detail != nullptr;
  slot->has_attributes = false;
  if (record.key.protocol == kTcp) {
    slot->tcp_quality = table_.tcp_quality(record);
    slot->tcp_counters = slot->tcp_quality.counters_in_use() ? table_.tcp_counters(record) : TcpCounters{};
  }
  if (detail != nullptr) {
    slot->detail = *detail;
    if (const FlowAttributes* attributes = table_.attributes_if_any(*detail); attributes != nullptr) {
      slot->attributes.clear();
      slot->attributes.copy_texts(*attributes);
      slot->has_attributes = true;
    }
  }
  export_ring_.push();
  ++metrics_.flow_records_exported;
}

void Worker::on_name(const IpAddress& client, const IpAddress& address, std::string_view name,
                     std::uint32_t ttl_seconds) noexcept {
  metrics_.losses[static_cast<std::size_t>(LossReason::kNameExchangeFull)] +=
      name_exchange_->tell_others(worker_index_, client, address, name, ttl_seconds);
}

void Worker::on_expectation(const ExpectedFlow& expected) noexcept {
  metrics_.losses[static_cast<std::size_t>(LossReason::kNameExchangeFull)] +=
      name_exchange_->tell_others(worker_index_, expected);
}

void Worker::follow(const OverloadLadder& ladder) noexcept {
  if (metrics_.overload_level != ladder.level()) {
    metrics_.overload_level = ladder.level();
    ++metrics_.overload_entries[static_cast<std::size_t>(ladder.level())];
  }
  if (measures_ == ladder.measures()) return;
  measures_ = ladder.measures();
  table_.set_emergency(measures_.emergency_timeouts);
  table_.set_accepting(!measures_.count_only);
}

void Worker::come_round(std::uint64_t now_cycles, std::uint64_t busy_cycles, std::uint64_t idle_cycles) noexcept {
  heartbeat_.beat(now_cycles);
  metrics_.busy_cycles += busy_cycles;
  metrics_.idle_cycles += idle_cycles;
  if (busy_cycles + idle_cycles < stall_cycles_) [[likely]]
    return;
  ++metrics_.stalls;
  metrics_.stalled_cycles += busy_cycles + idle_cycles;
}

void Worker::publish_if_due() noexcept {
  const std::uint64_t now = cycles_now();
  if (now < next_publication_) return;
  next_publication_ = now + static_cast<std::uint64_t>(cycles_per_second() * kPublishSeconds);
  publish();
}

void Worker::publish() noexcept {
  metrics_.active_flows = table_.active_flows();
  metrics_.details_used = table_.details_used();
  metrics_.closed_list_overflows = table_.closed_list_overflows();
  metrics_.losses[static_cast<std::size_t>(LossReason::kDetailPoolFull)] = table_.details_refused();
  metrics_.losses[static_cast<std::size_t>(LossReason::kAttributePoolFull)] = table_.attributes_refused();
  metrics_.losses[static_cast<std::size_t>(LossReason::kFlowTableFull)] = table_.untracked_packets();
  metrics_.losses[static_cast<std::size_t>(LossReason::kOverloadUntracked)] = table_.shed_packets();
  metrics_.export_ring_records = export_ring_.size();
  metrics_.heartbeat = wall_clock_now();
  dispatcher_.publish_gauges();
  snapshots_.publish(metrics_);
}

}  // namespace netpulse
