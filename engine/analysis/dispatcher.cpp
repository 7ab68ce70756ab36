#include "engine/analysis/dispatcher.h"

#include <algorithm>
#include <utility>

namespace netpulse {
namespace {

constexpr std::size_t kNameBytesAverage = 52;  // room in the name sets per name they may hold

}  // namespace

Dispatcher::Dispatcher(const AnalysisPlan& plan, const AnalysisOptions& options, NameCollection collection,
                       const HashSeed& seed, WorkerMetrics& metrics, WindowMeter& windows)
    : plan_(plan),
      options_(options),
      metrics_(metrics),
      attribution_(plan, metrics, windows),
      names_(options, seed),
      expectations_(options.expected_flows, seed),
      streams_(options.stream_buffers) {
  for (const AnalyzerEntry& analyzer : plan.analyzers()) per_worker_.push_back(analyzer.make_per_worker());
  if (collection.rows_max != 0) rows_.emplace(collection.rows_max, collection.rows);
  if (!collection.enabled) return;
  for (std::size_t i = 0; i < plan.name_lists().size(); ++i)
    name_sets_.emplace_back(collection.names_max, collection.names_max * kNameBytesAverage, seed);
}

void Dispatcher::analyze(PacketView& packet, FlowRecord& record, bool created) noexcept {
  packet_ = &packet;
  teaches_ = Teaches::kUnasked;
  record_ = &record;
  muted_ = record.is(FlowRecord::kFlagShadow);
  if (created) {
    if (packet.vlan_id != 0 || packet.tunnel_layers != 0) {
      FlowDetail& found = detail();
      found.vlan_id = packet.vlan_id;
      found.tunnel_id = packet.tunnel_id;
    }
    if (!names_.empty() && !muted_) name_from_cache();
  }
  if (created && record.analysis_state == static_cast<std::uint8_t>(AnalysisState::kDone)) [[unlikely]]
    decide(record, table_->detail_if_any(record));
  const bool tcp = packet.transport == TransportLayer::kTcp;
  if (tcp && (packet.tcp_flags & TcpFlags::kSyn) != 0) note_syn(packet);
  if (packet.payload_captured_bytes == 0 || record.analysis_state == static_cast<std::uint8_t>(AnalysisState::kDone))
    return;
  gave_up_ = handed_over_ = nothing_new_ = false;
  discarded_ = skipped_ = 0;
  if (tcp)
    analyze_stream(packet);
  else
    analyze_datagram(packet);
}

void Dispatcher::skip_analysis(const PacketView& packet, FlowRecord& record) noexcept {
  if (plan_.teaches(packet)) return;
  record.analysis_state = static_cast<std::uint8_t>(AnalysisState::kDone);
  if (!record.is(FlowRecord::kFlagShadow)) ++metrics_.losses[static_cast<std::size_t>(LossReason::kOverloadUnanalyzed)];
}

void Dispatcher::analyze_datagram(PacketView& packet) noexcept {
  do {
    if (undecided() && classify(packet) != Claim::kClaimed) {
      if (++record_->analysis_packets >= kUnclaimedPacketsMax) finish_analysis();
      return;
    }
    consume(packet);
  } while (handed_over_ && take_hand_over());
}

void Dispatcher::analyze_stream(PacketView& packet) noexcept {
  bool held = false;
  const Bytes prefix = stream_prefix(packet, held);
  if (nothing_new_) return;
  // Every packet costs budget, also one that only fills a hole: a flow cannot keep a buffer for ever.
  const bool budget_spent = ++record_->analysis_packets >= options_.packets_max;
  if (!prefix.empty()) {
    // Bytes before those that the analyzer in turn is given: they belonged to one that handed the flow over.
    std::size_t passed = 0;
    do {
      passed += discarded_;
      discarded_ = 0;
      const Bytes rest = prefix.subspan(std::min(passed, prefix.size()));
      if (rest.empty()) break;
      packet.payload_data = rest.data();
      packet.payload_captured_bytes = static_cast<std::uint32_t>(rest.size());
      packet.payload_bytes = std::max(packet.payload_bytes, packet.payload_captured_bytes);
      const Claim claim = undecided() ? classify(packet) : Claim::kClaimed;
      if (claim == Claim::kClaimed) {
        consume(packet);
      } else if (claim == Claim::kNobody && rest.size() >= kShortPrefixBytes) {
        discarded_ = rest.size();
        if (record_->analysis_packets >= kUnclaimedPacketsMax) finish_analysis();
      }
    } while (handed_over_ && take_hand_over());
    discarded_ += passed;
    if (record_->analysis_state == static_cast<std::uint8_t>(AnalysisState::kDone)) return;
    if (discarded_ != 0 && (!undecided() || passed != 0)) record_->analysis_packets = 0;
    keep_rest(prefix, held);
  }
  if (budget_spent && record_->analysis_packets != 0) finish_analysis();
}

Dispatcher::Claim Dispatcher::classify(const PacketView& view) noexcept {
  if (!expectations_.empty() && claim_expected(view)) return Claim::kClaimed;
  AnalyzerMask by_port = plan_.candidates_by_port(record_->key.protocol, record_->key.lo_port, record_->key.hi_port);
  // Who has handed the flow over has had the port already.
  if ((record_->analysis_flags & kHandOversMask) != 0 && record_->protocol_id != 0)
    by_port.remove(record_->protocol_id - 1U);
  ProtocolId tentative = 0;
  const Claim claim = probe(by_port, view, tentative);
  if (claim == Claim::kClaimed) return claim;
  const AnalyzerMask by_payload = plan_.candidates_by_payload(view.payload());
  const Claim second = probe(by_payload - by_port, view, tentative);
  if (second != Claim::kNobody) return second;
  if (claim != Claim::kNobody || tentative == 0) return claim;
  return claim_tentatively(tentative) ? Claim::kClaimed : Claim::kNobody;
}

bool Dispatcher::claim_expected(const PacketView& view) noexcept {
  if (view.transport != TransportLayer::kUdp) return false;
  const ExpectedFlow* expected = expectations_.find(view.dst_addr(), view.dst_port(), view.received_at);
  if (expected == nullptr) expected = expectations_.find(view.src_addr(), view.src_port(), view.received_at);
  if (expected == nullptr) return false;
  const Verdict verdict = plan_.analyzer(expected->protocol).probe(view);
  if (verdict != Verdict::kDone && verdict != Verdict::kTentative) return false;
  record_->protocol_id = expected->protocol;
  record_->analysis_state = static_cast<std::uint8_t>(AnalysisState::kOwned);
  return true;
}

Dispatcher::Claim Dispatcher::probe(AnalyzerMask candidates, const PacketView& view, ProtocolId& tentative) noexcept {
  Claim claim = Claim::kNobody;
  while (!candidates.empty()) {
    const std::size_t index = candidates.first();
    candidates.remove(index);
    const Verdict verdict = plan_.analyzers()[index].probe(view);
    if (verdict == Verdict::kDone) {
      record_->protocol_id = static_cast<ProtocolId>(index + 1);
      record_->analysis_state = static_cast<std::uint8_t>(AnalysisState::kOwned);
      return Claim::kClaimed;
    }
    if (verdict == Verdict::kNeedMore) claim = Claim::kTooShort;
    if (verdict == Verdict::kTentative && tentative == 0) tentative = static_cast<ProtocolId>(index + 1);
  }
  return claim;
}

bool Dispatcher::claim_tentatively(ProtocolId candidate) noexcept {
  FlowDetail* found = table_->detail(*record_);
  if (found == nullptr) return false;
  found->candidate = candidate;
  found->analyzer_state = {};
  record_->analysis_state = static_cast<std::uint8_t>(AnalysisState::kTentative);
  return true;
}

void Dispatcher::end_flow(FlowRecord& record, FlowDetail* detail, bool mine) noexcept {
  const bool owned = record.analysis_state == static_cast<std::uint8_t>(AnalysisState::kOwned);
  const bool tentative = record.analysis_state == static_cast<std::uint8_t>(AnalysisState::kTentative);
  if (detail == nullptr || (!owned && !tentative)) return;
  const ProtocolId owner = tentative ? detail->candidate : record.protocol_id;
  if (owner == 0 || plan_.analyzer(owner).end_flow == nullptr) return;
  record_ = &record;
  protocol_in_hand_ = owner;
  muted_ = record.is(FlowRecord::kFlagShadow);
  plan_.analyzer(owner).end_flow(detail->analyzer_state.data(), mine && owned, *this);
}

void Dispatcher::reject_candidate() noexcept {
  if (FlowDetail* found = table_->detail_if_any(*record_); found != nullptr) {
    end_flow(*record_, found);
    found->candidate = 0;
    found->analyzer_state = {};
  }
  record_->analysis_state = static_cast<std::uint8_t>(AnalysisState::kUndecided);
  if (++record_->analysis_packets >= kUnclaimedPacketsMax) finish_analysis();
}

void Dispatcher::consume(const PacketView& view) noexcept {
  const bool tentative = record_->analysis_state == static_cast<std::uint8_t>(AnalysisState::kTentative);
  const ProtocolId owner = tentative ? detail().candidate : record_->protocol_id;
  if (owner == 0) {
    finish_analysis();
    return;
  }
  const AnalyzerEntry& analyzer = plan_.analyzer(owner);
  const bool kept = packet_->transport == TransportLayer::kTcp ? analyzer.state_over_tcp : analyzer.state_over_udp;
  if (!kept) scratch_detail_.analyzer_state = {};
  std::uint8_t* state = kept ? detail().analyzer_state.data() : scratch_detail_.analyzer_state.data();
  protocol_in_hand_ = owner;
  named_ = false;
  const Verdict verdict = analyzer.consume(view, state, *this);
  if (tentative) {
    if (verdict == Verdict::kTentative) {
      if (++record_->analysis_packets >= kTentativePacketsMax) finish_analysis();
      return;
    }
    if (verdict != Verdict::kNeedMore && verdict != Verdict::kDone) {
      reject_candidate();
      return;
    }
    record_->protocol_id = owner;
    record_->analysis_state = static_cast<std::uint8_t>(AnalysisState::kOwned);
    record_->analysis_packets = 0;
  }
  if (handed_over_) return;  // see take_hand_over()
  switch (verdict) {
    case Verdict::kTentative:
      return;
    case Verdict::kNeedMore:
      // An analyzer without a name source never names the flow: no reason to wait with the application.
      if ((named_ || analyzer.name_source.empty()) && !analyzer.hands_over)
        decide(*record_, table_->detail_if_any(*record_));
      return;
    case Verdict::kNotMine:
      end_flow(*record_, table_->detail_if_any(*record_), false);
      record_->protocol_id = 0;
      finish_analysis();
      return;
    case Verdict::kDone:
    case Verdict::kMalformed:
      finish_analysis();
      return;
  }
}

bool Dispatcher::take_hand_over() noexcept {
  handed_over_ = false;
  if ((record_->analysis_flags & kHandOversMask) == kHandOversMask) {
    finish_analysis();
    return false;
  }
  end_flow(*record_, table_->detail_if_any(*record_));
  record_->analysis_flags = static_cast<std::uint8_t>(record_->analysis_flags + kHandOverStep);
  record_->analysis_state = static_cast<std::uint8_t>(AnalysisState::kUndecided);
  record_->analysis_packets = 0;
  if (FlowDetail* found = table_->detail_if_any(*record_); found != nullptr) {
    found->analyzer_state = {};
    if (packet_->transport != TransportLayer::kTcp) release_streams(*found);
  }
  return true;
}

void Dispatcher::advance_analyzers(Timestamp now, bool last) noexcept {
  advanced_at_ = now;
  muted_ = false;
  for (std::size_t i = 0; i < per_worker_.size(); ++i) {
    const AnalyzerEntry& analyzer = plan_.analyzers()[i];
    if (analyzer.advance == nullptr) continue;
    protocol_in_hand_ = static_cast<ProtocolId>(i + 1);
    analyzer.advance(per_worker_[i].get(), now, last, *this);
  }
}

void Dispatcher::merge_findings(const Dispatcher& other) noexcept {
  for (std::size_t i = 0; i < per_worker_.size(); ++i)
    if (const AnalyzerEntry& analyzer = plan_.analyzers()[i]; analyzer.merge != nullptr)
      analyzer.merge(per_worker_[i].get(), other.per_worker_[i].get());
}

std::vector<ReportRow> Dispatcher::host_rows() {
  host_rows_.clear();
  muted_ = false;
  for (std::size_t i = 0; i < per_worker_.size(); ++i) {
    const AnalyzerEntry& analyzer = plan_.analyzers()[i];
    if (analyzer.report == nullptr) continue;
    protocol_in_hand_ = static_cast<ProtocolId>(i + 1);
    analyzer.report(per_worker_[i].get(), *this);
  }
  return std::move(host_rows_);
}

void Dispatcher::finish_analysis() noexcept {
  FlowDetail* found = table_->detail_if_any(*record_);
  end_flow(*record_, found);
  record_->analysis_state = static_cast<std::uint8_t>(AnalysisState::kDone);
  if (found != nullptr) release_streams(*found);
  decide(*record_, found);
}

void Dispatcher::conclude(FlowRecord& record, FlowDetail* detail) noexcept {
  end_flow(record, detail);
  if (detail != nullptr) release_streams(*detail);
  decide(record, detail);
}

void Dispatcher::name_from_cache() noexcept {
  const PacketView& packet = *packet_;
  std::string_view name = names_.find(packet.src_addr(), packet.dst_addr(), packet.received_at);
  if (name.empty() && names_.told_everybody()) name = names_.find(IpAddress{}, packet.dst_addr(), packet.received_at);
  // Seen from the middle, the first packet may come from the server.
  if (name.empty() && record_->is(FlowRecord::kFlagMidstream))
    name = names_.find(packet.dst_addr(), packet.src_addr(), packet.received_at);
  if (name.empty()) return;
  FlowDetail* found = table_->detail(*record_);
  if (found == nullptr) return;
  table_->set_server_name(*found, name);
  found->name_source = kNameSourceDnsAnswer;
}

void Dispatcher::publish_gauges() noexcept {
  attribution_.publish_gauges();
  metrics_.name_cache_entries = names_.entries_used();
  metrics_.name_cache_capacity = names_.capacity();
  metrics_.name_cache_evictions = names_.evictions();
  metrics_.name_cache_overwritten = names_.overwritten();
  std::uint64_t names_lost = 0;
  for (const NameSet& names : name_sets_) names_lost += names.lost();
  metrics_.losses[static_cast<std::size_t>(LossReason::kNameSetFull)] = names_lost;
  if (!rows_.has_value()) return;
  metrics_.losses[static_cast<std::size_t>(LossReason::kReportRowsFull)] = rows_->lost();
  metrics_.report_rows_replaced = rows_->replaced();
}

}  // namespace netpulse
