#include "engine/worker/engine.h"

#include <algorithm>
#include <atomic>
#include <string>
#include <thread>
#include <utility>

#include "engine/analysis/analysis_plan.h"
#include "engine/base/cycles.h"
#include "engine/metrics/collector.h"
#include "engine/worker/overload_monitor.h"
#include "engine/worker/pinning.h"
#include "engine/worker/reader.h"
#include "engine/worker/run_names.h"
#include "engine/worker/stop_rule.h"
#include "engine/worker/watchdog.h"
#include "engine/worker/worker.h"

namespace netpulse {
namespace {

constexpr std::size_t kWorkersMax = 256;
constexpr std::chrono::microseconds kEmptyRingNap{50};
constexpr int kEmptyRingSpins = 64;

/// Packets lost because they were not taken in time.
std::uint64_t late_drops(const SourceStats& stats) {
  std::uint64_t packets = 0;
  for (const SourceDrop drop : {SourceDrop::kMissed, SourceDrop::kNoBuffer, SourceDrop::kBufferFull,
                                SourceDrop::kRingFull, SourceDrop::kFillRingEmpty})
    packets += stats.dropped_by(drop);
  return packets;
}

/// Each worker's part of a total.
std::size_t share(std::size_t total, std::size_t workers) { return std::max<std::size_t>(1, total / workers); }

/// Packets of one second at a time.
void process_by_second(Worker& worker, SecondClock& clock, std::span<PacketView> batch, Timestamp now) {
  while (!batch.empty()) {
    if (!clock.holds(batch.front().received_at)) clock.move_to(batch.front().received_at);
    std::size_t count = 1;
    while (count < batch.size() && clock.holds(batch[count].received_at)) ++count;
    worker.process(batch.first(count), now, clock.mark());
    batch = batch.subspan(count);
  }
}

/// The packets of a batch, as they were put together.
void process_runs(Worker& worker, DispatchBatch& batch) {
  std::span<PacketView> packets(batch.packets.data(), batch.packet_count);
  for (std::size_t i = 0; i < batch.run_count; ++i) {
    worker.process(packets.first(batch.runs[i].packet_count), batch.now, batch.runs[i].mark);
    packets = packets.subspan(batch.runs[i].packet_count);
  }
  if (batch.run_count == 0 || batch.runs[batch.run_count - 1].mark != batch.mark)
    worker.process({}, batch.now, batch.mark);
}

}  // namespace

struct Engine::Implementation {
  EngineOptions options;
  std::vector<std::unique_ptr<PacketSource>> sources;
  AnalysisPlan plan;
  HashSeed seed = HashSeed::from_system();
  std::shared_ptr<RunNames> names = std::make_shared<RunNames>();
  std::vector<std::unique_ptr<Worker>> workers;
  std::vector<std::unique_ptr<DispatchRing>> rings;  // one per worker if a reader dispatches
  std::unique_ptr<Reader> reader;
  std::unique_ptr<NameExchange> name_exchange;
  std::unique_ptr<Collector> collector;
  Watchdog watchdog;
  /// By source, as the collector last asked for them: a driver may take its time to answer, which no worker has.
  std::vector<std::atomic<std::uint64_t>> late_drops_of;
  /// By source, as its polling thread last asked.
  std::vector<std::atomic<double>> backlog_of;
  std::vector<std::thread> threads;
  std::atomic<bool> stop{false};
  std::atomic<std::size_t> threads_running{0};
  std::atomic<bool> started{false};

  Implementation(const EngineOptions& engine_options, AnalysisPlan analysis_plan)
      : options(engine_options), plan(std::move(analysis_plan)) {}

  void name_everything(std::vector<std::string> interfaces);
  void make_workers();
  void make_collector();
  void poll_source(std::size_t index);
  void read_ring(std::size_t index);
  void begin_thread(std::size_t index);
  void watch_threads();
  SourceStats sum_of_sources() const;
  void collect_names(RunReport& report) const;
  void collect_tables(RunReport& report) const;
};

void Engine::Implementation::name_everything(std::vector<std::string> interfaces) {
  *names = names_of(plan);
  names->interfaces = std::move(interfaces);
}

void Engine::Implementation::make_workers() {
  const std::size_t count = options.worker_count;
  WorkerOptions worker_options;
  worker_options.flow_table = options.flow_table;
  worker_options.flow_table.flows_max = share(options.flow_table.flows_max, count);
  worker_options.flow_table.details_max = share(options.flow_table.details_max, count);
  worker_options.flow_table.attributes_max = share(options.flow_table.attributes_max, count);
  worker_options.analysis = options.analysis;
  worker_options.home = options.home;
  const std::size_t rows_max = options.collect_names || options.collect_latest ? options.rows_max : 0;
  worker_options.names = {options.collect_names, options.names_max, rows_max,
                          options.collect_latest ? ReportRows::Keep::kLatest : ReportRows::Keep::kFirst};
  worker_options.can_wait = sources.front()->can_wait();
  worker_options.real_time = sources.front()->real_time();
  worker_options.collector_bell = &collector->bell();
  for (std::size_t i = 0; i < count; ++i) workers.push_back(std::make_unique<Worker>(worker_options, plan, seed));
  if (sources.size() < count) {
    std::vector<DispatchRing*> ends;
    for (std::size_t i = 0; i < count; ++i) {
      rings.push_back(std::make_unique<DispatchRing>(kDispatchRingBatches));
      ends.push_back(rings.back().get());
    }
    reader = std::make_unique<Reader>(*sources.front(), plan, seed, options.fragments_max, std::move(ends));
  } else if (count > 1) {
    std::vector<NameInbox*> inboxes;
    for (const auto& worker : workers) inboxes.push_back(&worker->name_inbox());
    name_exchange = std::make_unique<NameExchange>(std::move(inboxes));
    for (std::size_t i = 0; i < count; ++i) workers[i]->set_name_exchange(name_exchange.get(), i);
  }
}

void Engine::Implementation::make_collector() {
  Collector::Inputs inputs;
  inputs.names = names;
  inputs.sources = [this] {
    std::vector<SourceCounters> counters;
    if (reader != nullptr) backlog_of[0].store(reader->backlog_ratio(), std::memory_order_relaxed);
    for (std::size_t source = 0; source < sources.size(); ++source) {
      std::size_t interface = 0;
      std::uint64_t late = 0;
      for (const SourceStats& stats : sources[source]->interface_stats()) {
        counters.push_back({source, interface++, stats, backlog_of[source].load(std::memory_order_relaxed)});
        late += late_drops(stats);
      }
      late_drops_of[source].store(late, std::memory_order_relaxed);
    }
    return counters;
  };
  inputs.add_shared = [this](WorkerMetrics& total) {
    if (reader == nullptr) return;
    total.losses[static_cast<std::size_t>(LossReason::kQueueFull)] += reader->dropped_packets();
    total.losses[static_cast<std::size_t>(LossReason::kShadowQueueFull)] += reader->dropped_shadows();
    reader->add_fragment_counters(total);
  };
  collector = std::make_unique<Collector>(std::move(inputs));
}

/// A worker with a source of its own: poll, decode, process, release.
void Engine::Implementation::poll_source(std::size_t index) {
  PacketSource& source = *sources[index];
  Worker& worker = *workers[index];
  WorkerMetrics& metrics = worker.metrics();
  Decoder decoder(seed, options.fragments_max);
  std::array<RawPacket, kBatchPackets> raw;
  const auto views = std::make_unique<std::array<PacketView, kBatchPackets>>();
  StopRule rule(stop, source.delay_max());
  SecondClock clock;
  OverloadMonitor overload(!source.can_wait());
  PollResult polled;
  Timestamp now;
  std::uint64_t cycles = cycles_now();
  while (polled.status == PollStatus::kOk && !rule.over(polled.packet_count)) {
    polled = source.poll(raw);
    now = std::max(now, polled.now);
    bool one_second = true;
    for (std::size_t i = 0; i < polled.packet_count; ++i) {
      one_second &= clock.holds(raw[i].received_at);
      raw[i].number = (raw[i].number - 1) * sources.size() + index + 1;  // sources count on their own
      decoder.decode(raw[i], (*views)[i]);
      worker.prefetch((*views)[i]);
    }
    worker.receive_names(now);
    if (source.real_time()) clock.advance(polled.now);
    const std::span batch(views->data(), polled.packet_count);
    if (one_second) [[likely]]
      worker.process(batch, now, clock.mark());  // also an empty one, which tells the time
    else
      process_by_second(worker, clock, batch, now);
    source.release({raw.data(), polled.packet_count});
    const FragmentTableStats& fragments = decoder.fragment_stats();
    metrics.fragments_tracked = fragments.tracked;
    metrics.fragments_matched = fragments.matched;
    metrics.fragments_unmatched = fragments.unmatched;
    metrics.fragments_evicted = fragments.evicted;
    metrics.fragments_ranges_forgotten = fragments.ranges_forgotten;
    const std::uint64_t before = std::exchange(cycles, cycles_now()), taken = cycles - before;
    const std::uint64_t idle = polled.packet_count == 0 ? taken : std::min(polled.waited_cycles, taken);
    worker.come_round(cycles, taken - idle, idle);
    overload.note(taken - idle, idle);
    if (overload.due()) [[unlikely]] {
      const double backlog = source.backlog_ratio();
      backlog_of[index].store(backlog, std::memory_order_relaxed);
      worker.follow(
          overload.update(backlog, late_drops_of[index].load(std::memory_order_relaxed), worker.flow_table_ratio()));
    }
    worker.publish_if_due();
  }
  worker.heartbeat().end();
  worker.flush(now);
  worker.publish();
}

/// A worker behind the reader.
void Engine::Implementation::read_ring(std::size_t index) {
  DispatchRing& ring = *rings[index];
  Worker& worker = *workers[index];
  OverloadMonitor overload(!sources.front()->can_wait());
  std::uint64_t cycles = cycles_now();
  int spins = 0;
  for (bool last = false; !last;) {
    DispatchBatch* batch = ring.front();
    const bool idle = batch == nullptr;
    if (idle) {
      if (++spins > kEmptyRingSpins) std::this_thread::sleep_for(kEmptyRingNap);
    } else {
      spins = 0;
      const std::span packets(batch->packets.data(), batch->packet_count);
      for (const PacketView& packet : packets) worker.prefetch(packet);
      process_runs(worker, *batch);
      last = batch->last;
      if (last) worker.flush(batch->now);
      ring.pop();
    }
    const std::uint64_t before = std::exchange(cycles, cycles_now()), taken = cycles - before;
    worker.come_round(cycles, idle ? 0 : taken, idle ? taken : 0);
    overload.note(idle ? 0 : taken, idle ? taken : 0);
    if (overload.due()) [[unlikely]]
      worker.follow(overload.update(static_cast<double>(ring.size()) / static_cast<double>(ring.capacity()),
                                    reader->dropped_packets(), worker.flow_table_ratio()));
    worker.publish_if_due();
  }
  worker.heartbeat().end();
  worker.publish();
}

void Engine::Implementation::begin_thread(std::size_t index) {
  threads_running.fetch_add(1);
  threads.emplace_back([this, index] {
    if (!options.cores.empty()) pin_this_thread(options.cores[index % options.cores.size()]);
    name_this_thread("np-worker-" + std::to_string(index));
    if (reader == nullptr)
      poll_source(index);
    else
      read_ring(index);
    threads_running.fetch_sub(1);
  });
}

void Engine::Implementation::watch_threads() {
  if (!sources.front()->real_time()) return;
  for (std::size_t i = 0; i < workers.size(); ++i) {
    std::string who = "worker " + std::to_string(i);
    if (!options.cores.empty()) who += " on core " + std::to_string(options.cores[i % options.cores.size()]);
    watchdog.watch(std::move(who), workers[i]->heartbeat());
  }
  if (reader != nullptr) watchdog.watch("the reader", reader->heartbeat());
}

SourceStats Engine::Implementation::sum_of_sources() const {
  SourceStats sum;
  for (const auto& source : sources) sum += source->stats();
  return sum;
}

void Engine::Implementation::collect_names(RunReport& report) const {
  if (!options.collect_names) return;
  for (std::size_t i = 0; i < plan.name_lists().size(); ++i) {
    std::vector<const NameSet*> sets;
    for (const auto& worker : workers) sets.push_back(&worker->dispatcher().name_sets()[i]);
    MergedNames all = merged(sets);
    report.names.push_back({plan.name_lists()[i], std::move(all.names)});
    report.metrics.total.losses[static_cast<std::size_t>(LossReason::kNameSetFull)] += all.lost;
  }
}

void Engine::Implementation::collect_tables(RunReport& report) const {
  if (!options.collect_names && !options.collect_latest) return;
  for (const ReportTableDescription& description : plan.tables()) report.tables.push_back({description, {}});
  std::vector<ReportRow> rows;
  for (const auto& worker : workers) {
    const auto found = worker->dispatcher().rows();
    rows.insert(rows.end(), found.begin(), found.end());
  }
  // Of a live run each worker has its latest.
  const std::size_t rows_max = options.collect_latest ? rows.size() : options.rows_max;
  report.metrics.total.losses[static_cast<std::size_t>(LossReason::kReportRowsFull)] += keep_first_rows(rows, rows_max);
  for (const ReportRow& row : rows) report.tables[row.table].rows.push_back(row);
  Dispatcher& all = workers.front()->dispatcher();
  for (std::size_t i = 1; i < workers.size(); ++i) all.merge_findings(workers[i]->dispatcher());
  for (const ReportRow& row : all.host_rows()) report.tables[row.table].rows.push_back(row);
}

Engine::Engine(const EngineOptions& options, std::vector<std::unique_ptr<PacketSource>> sources, AnalysisPlan plan,
               std::vector<std::string> interfaces)
    : implementation_(std::make_unique<Implementation>(options, std::move(plan))) {
  NP_ASSERT(!sources.empty() && options.worker_count >= 1 && options.worker_count <= kWorkersMax);
  NP_ASSERT(sources.size() == 1 || sources.size() == options.worker_count);
  Implementation& engine = *implementation_;
  engine.sources = std::move(sources);
  engine.late_drops_of = std::vector<std::atomic<std::uint64_t>>(engine.sources.size());
  engine.backlog_of = std::vector<std::atomic<double>>(engine.sources.size());
  for (std::atomic<double>& backlog : engine.backlog_of) backlog.store(-1);
  engine.name_everything(std::move(interfaces));
  engine.make_collector();
  engine.make_workers();
}

Engine::~Engine() {
  if (!implementation_->started.load() || implementation_->threads.empty()) return;
  request_stop();
  for (std::thread& thread : implementation_->threads) thread.join();
}

void Engine::add_flow_sink(FlowSink& sink) {
  implementation_->names->exporters.emplace_back(sink.name());
  implementation_->collector->add_flow_sink(sink);
}
void Engine::add_flow_watcher(FlowSink& watcher) { implementation_->collector->add_flow_watcher(watcher); }
void Engine::add_metrics_sink(MetricsSink& sink) { implementation_->collector->add_metrics_sink(sink); }

void Engine::use_places(PlaceDatabase& places) {
  add_regions(*implementation_->names, places.countries());
  implementation_->collector->use_places(places);
}

void Engine::start() {
  Implementation& engine = *implementation_;
  NP_ASSERT(!engine.started.exchange(true));
  // Measured here: the first call sleeps, and a worker that made it would leave its source waiting.
  static_cast<void>(cycles_per_second());
  std::vector<Collector::WorkerEnd> ends;
  for (const auto& worker : engine.workers)
    ends.push_back({&worker->export_ring(), &worker->window_ring(), &worker->snapshots()});
  engine.collector->start(std::move(ends));
  for (std::size_t i = 0; i < engine.workers.size(); ++i) engine.begin_thread(i);
  engine.watch_threads();
  if (engine.reader == nullptr) return;
  engine.threads_running.fetch_add(1);
  engine.threads.emplace_back([&engine] {
    name_this_thread("np-reader");
    engine.reader->run(engine.stop);
    engine.threads_running.fetch_sub(1);
  });
}

void Engine::request_stop() noexcept { implementation_->stop.store(true, std::memory_order_relaxed); }

bool Engine::finished() const noexcept { return implementation_->threads_running.load() == 0; }

RunReport Engine::wait() {
  Implementation& engine = *implementation_;
  for (std::thread& thread : engine.threads) thread.join();
  engine.threads.clear();
  engine.collector->finish();
  RunReport report;
  engine.collector->fill(report, engine.options.top_entries);
  engine.collect_names(report);
  engine.collect_tables(report);
  for (const auto& source : engine.sources)
    if (std::string error = source->error(); !error.empty()) report.source_errors.push_back(std::move(error));
  if (engine.names->interfaces.empty()) {
    auto complete = std::make_shared<RunNames>(*engine.names);
    complete->interfaces = engine.sources.front()->interfaces();
    report.metrics.names = std::move(complete);
  }
  return report;
}

std::vector<std::string> Engine::watch() { return implementation_->watchdog.look(cycles_now(), cycles_per_second()); }

SourceStats Engine::source_stats() const noexcept { return implementation_->sum_of_sources(); }
const RunNames& Engine::names() const noexcept { return *implementation_->names; }

}  // namespace netpulse
