#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "engine/analysis/analysis_options.h"
#include "engine/analysis/analysis_plan.h"
#include "engine/analysis/analyzer_context.h"
#include "engine/analysis/attribution.h"
#include "engine/analysis/expectation_table.h"
#include "engine/analysis/name_cache.h"
#include "engine/analysis/stream_pool.h"
#include "engine/flow/flow_table.h"
#include "engine/metrics/name_set.h"
#include "engine/metrics/report_table.h"
#include "engine/metrics/worker_metrics.h"

namespace netpulse {

/// FlowRecord::analysis_state.
enum class AnalysisState : std::uint8_t {
  kUndecided,  ///< nobody has claimed the flow yet
  kOwned,      ///< its analyzer wants more packets
  kTentative,  ///< FlowDetail::candidate looks whether the flow is its own
  kDone,       ///< not analyzed any more
};

/// Hears of names that this worker learned and of flows that were announced to it, to tell the other workers (live
/// capture, one source per worker).
class NameListener {
 public:
  virtual ~NameListener() = default;
  virtual void on_name(const IpAddress& client, const IpAddress& address, std::string_view name,
                       std::uint32_t ttl_seconds) noexcept = 0;
  virtual void on_expectation(const ExpectedFlow& expected) noexcept = 0;
};

/// Finds each flow's analyzer, feeds it, and draws the conclusion: name, application, accounting. One per worker.
/// Packets are taken strictly in their order, one by one and not grouped by analyzer, so that a DNS answer names a flow
/// that begins later in the same batch, and only such a flow.
class Dispatcher final : public AnalyzerContext {
 public:
  struct NameCollection {
    bool enabled = false;
    std::size_t names_max = 0;  ///< per list
    std::size_t rows_max = 0;   ///< of all tables; 0: none are kept
    ReportRows::Keep rows = ReportRows::Keep::kFirst;
  };
  Dispatcher(const AnalysisPlan& plan, const AnalysisOptions& options, NameCollection collection, const HashSeed& seed,
             WorkerMetrics& metrics, WindowMeter& windows);

  /// The table whose records are analyzed; set once before use (the table's end handler leads back here).
  void attach(FlowTable& table) noexcept {
    table_ = &table;
    attribution_.attach(table);
  }
  void set_listener(NameListener* listener) noexcept { listener_ = listener; }

  /// Whether analyze() has anything to do for this packet.
  static bool wants(const PacketView& packet, const FlowRecord& record, bool created) noexcept {
    return created || (packet.tcp_flags & TcpFlags::kSyn) != 0 ||
           (packet.payload_captured_bytes != 0 &&
            record.analysis_state != static_cast<std::uint8_t>(AnalysisState::kDone));
  }
  /// packet's payload is replaced by the stream prefix it completes; nobody may need it afterwards.
  void analyze(PacketView& packet, FlowRecord& record, bool created) noexcept;
  /// Fetches what analyze() will need to name a new flow by a DNS answer.
  void prefetch_names(const PacketView& packet) const noexcept {
    if (names_.empty()) return;
    names_.prefetch(packet.src_addr(), packet.dst_addr());
    if (names_.told_everybody()) names_.prefetch(IpAddress{}, packet.dst_addr());
  }
  /// Overload: a new flow's payload is not read, unless it teaches something about others.
  void skip_analysis(const PacketView& packet, FlowRecord& record) noexcept;
  /// Counts a packet of a flow whose application is known.
  void account(const PacketView& packet, const FlowRecord& record) noexcept { attribution_.count(packet, record); }
  /// Takes note of a packet of a flow whose application is not known. True: analyze it before the next packet.
  bool wait(const PacketView& packet, FlowRecord& record) noexcept { return attribution_.wait(packet, record); }
  /// Draws the conclusion from what is known so far: application and accounting. A better name may still come.
  void decide(FlowRecord& record, FlowDetail* detail) noexcept { attribution_.decide(record, detail); }
  /// The flow ends: gives back its buffers, and decides now what was still open.
  void conclude(FlowRecord& record, FlowDetail* detail) noexcept;

  /// Lets analyzers look after what they keep between flows, about every second of packet time.
  void advance(Timestamp now) noexcept {
    if (now - advanced_at_ >= kAdvancePeriod) advance_analyzers(now, false);
  }
  /// The same for the last time: the run ends at now.
  void finish(Timestamp now) noexcept {
    advance_analyzers(now, true);
    for (NameSet& names : name_sets_) names.settle();
  }

  /// A name that another worker learned.
  void learn_from_elsewhere(const IpAddress& client, const IpAddress& address, std::string_view name,
                            std::uint32_t ttl_seconds, Timestamp now) noexcept {
    names_.learn(client, address, name, ttl_seconds, now);
  }
  /// A flow that was announced to another worker.
  void expect_from_elsewhere(const ExpectedFlow& expected, Timestamp now) noexcept { expectations_.add(expected, now); }
  /// Brings the gauges in the metrics up to date.
  void publish_gauges() noexcept;
  /// By AnalysisPlan::name_lists(); empty unless collection was enabled.
  const std::vector<NameSet>& name_sets() const noexcept { return name_sets_; }

  /// By AnalysisPlan::tables(), in no order.
  std::span<const ReportRow> rows() const noexcept {
    return rows_.has_value() ? rows_->rows() : std::span<const ReportRow>{};
  }
  /// Once all workers have ended: brings what the analyzers of the other one's found into this one's.
  void merge_findings(const Dispatcher& other) noexcept;
  /// Then: the rows about hosts, in the order of each table.
  std::vector<ReportRow> host_rows();

  // AnalyzerContext, for the packet in hand.
  FlowDetail& detail() noexcept override;
  void set_server_name(std::string_view name) noexcept override;
  void suggest_server_name(std::string_view name) noexcept override;
  void observe_name(std::size_t list_index, std::string_view name) noexcept override;
  void learn_address(const IpAddress& client, const IpAddress& address, std::string_view name,
                     std::uint32_t ttl_seconds) noexcept override;
  void expect_flow(std::size_t expected_index, const IpAddress& address, std::uint16_t port,
                   const ExpectationNote& note) noexcept override;
  const ExpectationNote* expectation(const IpAddress& address, std::uint16_t port) noexcept override;
  void add_row(std::size_t table_index, Direction sender, Timestamp begun_at,
               std::span<const std::int64_t> values) noexcept override;
  void add_host_row(std::size_t table_index, const IpAddress& host,
                    std::span<const std::int64_t> values) noexcept override;
  void count(std::size_t counter_index, std::uint64_t increment) noexcept override;
  void observe_latency(std::size_t histogram_index, Duration latency) noexcept override;
  void observe_value(std::size_t histogram_index, double value) noexcept override;
  void discard_stream(std::size_t count) noexcept override { discarded_ = count; }
  void skip_stream(std::size_t count) noexcept override {
    discarded_ = packet_->payload_captured_bytes;
    skipped_ = static_cast<std::uint32_t>(std::min(count, kStreamSkipBytesMax));
  }
  bool from_initiator() const noexcept override { return packet_->direction == record_->forward(); }
  bool stream_gave_up() const noexcept override { return gave_up_; }
  void set_attribute(FlowAttribute kind, std::string_view text) noexcept override;
  void set_number(FlowNumber kind, Direction sender, std::int64_t value) noexcept override;
  Assembly assemble(std::size_t offset, Bytes fragment) noexcept override;
  void drop_assembly() noexcept override;
  void hand_over() noexcept override { handed_over_ = true; }

 private:
  /// What classify() found.
  enum class Claim : std::uint8_t { kNobody, kTooShort, kClaimed };
  /// Payload packets without a claim after which a flow is given up: both directions' first ones, and one more each.
  static constexpr std::uint8_t kUnclaimedPacketsMax = 4;
  /// Payload packets within which a tentative claim has to be settled.
  static constexpr std::uint8_t kTentativePacketsMax = 32;
  /// Payload bytes below which "nobody" is not yet an answer over TCP.
  static constexpr std::size_t kShortPrefixBytes = 4;
  // FlowRecord::analysis_flags, by direction.
  static constexpr std::uint8_t kBaseKnown[2] = {0x01, 0x02};
  // FlowRecord::analysis_flags, counting how often the flow was handed over: further times end its analysis.
  static constexpr std::uint8_t kHandOverStep = 0x04, kHandOversMask = 0x0c;
  static constexpr Duration kAdvancePeriod = Duration::from_seconds(1);

  void analyze_datagram(PacketView& packet) noexcept;
  void analyze_stream(PacketView& packet) noexcept;
  Claim classify(const PacketView& view) noexcept;
  /// True if the flow was announced, and is what it was announced as.
  bool claim_expected(const PacketView& view) noexcept;
  /// tentative: the first of those who are not sure, if none was there before.
  Claim probe(AnalyzerMask candidates, const PacketView& view, ProtocolId& tentative) noexcept;
  /// Takes note of a tentative claim; false if there is no room to keep it.
  bool claim_tentatively(ProtocolId candidate) noexcept;
  void reject_candidate() noexcept;
  /// The flow's analyzer, or candidate, sees no more of it. mine: false if it has just said that it is not its own.
  void end_flow(FlowRecord& record, FlowDetail* detail, bool mine = true) noexcept;
  void fill_row(std::size_t table_index, ReportRow& row, std::span<const std::int64_t> values) noexcept;
  void consume(const PacketView& view) noexcept;
  void note_syn(const PacketView& packet) noexcept;
  /// The in-order bytes this packet brings to its direction; empty if it brings none yet.
  Bytes stream_prefix(const PacketView& packet, bool& held) noexcept;
  /// StreamBuffer::insert() that counts a segment if there was not room for all of it.
  bool hold(StreamBuffer& buffer, std::size_t offset, Bytes segment, bool* conflict = nullptr) noexcept;
  void keep_rest(Bytes prefix, bool held) noexcept;
  StreamBuffer* stream_buffer(std::size_t direction, bool make) noexcept;
  void release_streams(FlowDetail& detail) noexcept;
  void name_from_cache() noexcept;
  bool packet_teaches() noexcept {
    if (teaches_ == Teaches::kUnasked) teaches_ = plan_.teaches(*packet_) ? Teaches::kYes : Teaches::kNo;
    return teaches_ == Teaches::kYes;
  }
  void name_flow(FlowDetail& found, std::string_view name, std::uint8_t source) noexcept;
  bool undecided() const noexcept {
    return record_->analysis_state == static_cast<std::uint8_t>(AnalysisState::kUndecided);
  }
  void finish_analysis() noexcept;
  /// After a consume() that handed the flow over: true if it is to be decided anew.
  bool take_hand_over() noexcept;
  void release_stream(FlowDetail& detail, std::size_t direction) noexcept;
  void advance_analyzers(Timestamp now, bool last) noexcept;
  void* per_worker_memory() noexcept override { return per_worker_[protocol_in_hand_ - 1U].get(); }

  const AnalysisPlan& plan_;
  const AnalysisOptions options_;
  WorkerMetrics& metrics_;
  FlowTable* table_ = nullptr;
  NameListener* listener_ = nullptr;
  Attribution attribution_;
  NameCache names_;
  ExpectationTable expectations_;
  StreamPool streams_;
  std::vector<NameSet> name_sets_;
  std::optional<ReportRows> rows_;
  std::vector<ReportRow> host_rows_;                        // empty while packets come
  FlowDetail scratch_detail_;                               // written to when the pool is empty
  std::vector<AnalyzerEntry::PerWorkerMemory> per_worker_;  // by analyzer
  Timestamp advanced_at_;

  const PacketView* packet_ = nullptr;
  FlowRecord* record_ = nullptr;
  ProtocolId protocol_in_hand_ = 0;  // whose consume() or advance() runs
  std::size_t discarded_ = 0;
  std::uint32_t skipped_ = 0;  // behind the prefix
  bool nothing_new_ = false;   // the segment lies before what its direction waits for
  bool gave_up_ = false;
  bool handed_over_ = false;
  bool named_ = false;  // by the consume() in hand
  bool muted_ = false;  // a shadow flow: learns names, counts nothing
  enum class Teaches : std::uint8_t { kUnasked, kYes, kNo } teaches_ = Teaches::kUnasked;  // the packet in hand
};

}  // namespace netpulse
