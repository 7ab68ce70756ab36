#include "engine/analysis/dispatcher.h"

#include <algorithm>
#include <cstring>

namespace netpulse {
namespace {

constexpr std::size_t kNameBytesAverage = 48;  // room in the name sets per name they may hold

}  // namespace

Dispatcher::Dispatcher(const AnalysisPlan& plan, const AnalysisOptions& options, NameCollection collection,
                       const HashSeed& seed, WorkerMetrics& metrics)
    : plan_(plan),
      options_(options),
      metrics_(metrics),
      attribution_(plan, metrics),
      names_(options, seed),
      expectations_(options.expected_flows, seed),
      streams_(options.stream_buffers) {
  for (const AnalyzerEntry& analyzer : plan.analyzers()) per_worker_.push_back(analyzer.make_per_worker());
  if (!collection.enabled) return;
  if (collection.rows_max != 0) rows_.emplace(collection.rows_max);
  for (std::size_t i = 0; i < plan.name_lists().size(); ++i)
    name_sets_.emplace_back(collection.names_max, collection.names_max * kNameBytesAverage, seed);
}

void Dispatcher::analyze(PacketView& packet, FlowRecord& record, bool created) noexcept {
  packet_ = &packet;
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

void Dispatcher::note_syn(const PacketView& packet) noexcept {
  const auto direction = static_cast<std::size_t>(packet.direction);
  table_->stream_base(*record_)[direction] = packet.tcp_seq + 1;
  record_->analysis_flags |= kBaseKnown[direction];
}

Bytes Dispatcher::stream_prefix(const PacketView& packet, bool& held) noexcept {
  const auto direction = static_cast<std::size_t>(packet.direction);
  std::uint32_t& base = table_->stream_base(*record_)[direction];
  // A SYN takes one sequence number before its payload (RFC 7413).
  const std::uint32_t sequence = packet.tcp_seq + ((packet.tcp_flags & TcpFlags::kSyn) != 0 ? 1 : 0);
  if ((record_->analysis_flags & kBaseKnown[direction]) == 0) {
    base = sequence;
    record_->analysis_flags |= kBaseKnown[direction];
  }
  Bytes payload = packet.payload();
  auto offset = static_cast<std::int32_t>(sequence - base);
  if (offset < 0) {
    // Old bytes: a retransmission, a keep-alive, or what is skipped. What is new in it counts.
    const std::size_t old_bytes = std::min<std::size_t>(base - sequence, payload.size());
    payload = payload.subspan(old_bytes);
    offset = 0;
    nothing_new_ = payload.empty();
    if (nothing_new_) return {};
  }
  const bool snapped = packet.payload_captured_bytes < packet.payload_bytes;
  StreamBuffer* buffer = stream_buffer(direction, false);
  if (buffer == nullptr) {
    if (offset == 0) {
      gave_up_ = snapped;
      return payload;
    }
    if (static_cast<std::size_t>(offset) >= kStreamPrefixBytes) {
      gave_up_ = true;  // the hole is larger than what could ever be kept: go on behind it
      base = sequence;
      return payload;
    }
    buffer = stream_buffer(direction, true);
    if (buffer == nullptr) return {};
    hold(*buffer, static_cast<std::size_t>(offset), payload);
    return {};
  }
  held = true;
  const std::size_t before = buffer->contiguous().size();
  hold(*buffer, static_cast<std::size_t>(offset), payload);
  const Bytes contiguous = buffer->contiguous();
  gave_up_ = contiguous.size() == kStreamPrefixBytes ||
             (snapped && contiguous.size() == static_cast<std::size_t>(offset) + payload.size());
  return contiguous.size() > before || gave_up_ ? contiguous : Bytes{};
}

bool Dispatcher::hold(StreamBuffer& buffer, std::size_t offset, Bytes segment, bool* conflict) noexcept {
  const bool whole = buffer.insert(offset, segment, conflict);
  if (!whole && !muted_) ++metrics_.losses[static_cast<std::size_t>(LossReason::kStreamWindowFull)];
  return whole;
}

void Dispatcher::keep_rest(Bytes prefix, bool held) noexcept {
  const auto direction = static_cast<std::size_t>(packet_->direction);
  std::uint32_t& base = table_->stream_base(*record_)[direction];
  const std::size_t count = std::min(discarded_, prefix.size());
  base += static_cast<std::uint32_t>(count) + skipped_;
  if (!held) {
    if (count == prefix.size()) return;
    if (StreamBuffer* buffer = stream_buffer(direction, true); buffer != nullptr)
      hold(*buffer, 0, prefix.subspan(count));
    return;
  }
  StreamBuffer* buffer = stream_buffer(direction, false);
  if (buffer == nullptr) return;
  if (count == 0 && prefix.size() == kStreamPrefixBytes) {
    finish_analysis();  // full, and the analyzer still cannot tell
    return;
  }
  buffer->discard(count + skipped_);
  if (!buffer->empty()) return;
  release_stream(*table_->detail_if_any(*record_), direction);
}

StreamBuffer* Dispatcher::stream_buffer(std::size_t direction, bool make) noexcept {
  FlowDetail* found = make ? table_->detail(*record_) : table_->detail_if_any(*record_);
  if (found == nullptr) return nullptr;
  if (found->stream[direction] == StreamPool::kNone) {
    if (!make) return nullptr;
    StreamPool::Owner former;
    found->stream[direction] =
        streams_.acquire({table_->index_of(*record_), static_cast<std::uint32_t>(direction)}, former);
    if (former.record_index != StreamPool::kNone) {
      FlowRecord& victim = table_->record_at(former.record_index);
      if (FlowDetail* theirs = table_->detail_if_any(victim); theirs != nullptr) {
        theirs->stream[former.direction] = StreamPool::kNone;
        release_streams(*theirs);
      }
      victim.analysis_state = static_cast<std::uint8_t>(AnalysisState::kDone);
      decide(victim, table_->detail_if_any(victim));
      ++metrics_.losses[static_cast<std::size_t>(LossReason::kStreamPoolFull)];
      // The victim may be this very flow's other direction.
      if (&victim == record_) return nullptr;
    }
  }
  return &streams_[found->stream[direction]];
}

void Dispatcher::release_stream(FlowDetail& detail, std::size_t direction) noexcept {
  std::uint32_t& stream = detail.stream[direction];
  if (stream != StreamPool::kNone) streams_.release(stream);
  stream = StreamPool::kNone;
}

void Dispatcher::release_streams(FlowDetail& detail) noexcept {
  release_stream(detail, 0);
  release_stream(detail, 1);
}

Assembly Dispatcher::assemble(std::size_t offset, Bytes fragment) noexcept {
  StreamBuffer* buffer = stream_buffer(static_cast<std::size_t>(packet_->direction), true);
  if (buffer == nullptr) return {.contiguous = offset == 0 ? fragment : Bytes{}, .conflict = false, .whole = false};
  Assembly assembly;
  assembly.whole = hold(*buffer, offset, fragment, &assembly.conflict);
  assembly.contiguous = buffer->contiguous();
  return assembly;
}

void Dispatcher::drop_assembly() noexcept {
  if (FlowDetail* found = table_->detail_if_any(*record_); found != nullptr)
    release_stream(*found, static_cast<std::size_t>(packet_->direction));
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

FlowDetail& Dispatcher::detail() noexcept {
  FlowDetail* found = table_->detail(*record_);
  if (found != nullptr) return *found;
  scratch_detail_ = FlowDetail{};
  return scratch_detail_;
}

void Dispatcher::set_server_name(std::string_view name) noexcept {
  FlowDetail& found = detail();
  if (name.empty()) return;
  if (found.name_source < kNameSourceCertificate && !table_->server_name(found).empty()) return;
  name_flow(found, name, record_->protocol_id);
}

void Dispatcher::suggest_server_name(std::string_view name) noexcept {
  FlowDetail& found = detail();
  if (!name.empty() && table_->server_name(found).empty()) name_flow(found, name, kNameSourceCertificate);
}

void Dispatcher::name_flow(FlowDetail& found, std::string_view name, std::uint8_t source) noexcept {
  named_ = true;  // decided when it is clear that the flow is not handed over
  if (&found == &scratch_detail_) return;
  InlineText<255> lower;
  lower.assign(name);
  for (std::size_t i = 0; i < lower.size; ++i) {
    char& c = lower.data[i];
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  }
  table_->set_server_name(found, lower.view());
  found.name_source = source;
}

void Dispatcher::set_attribute(FlowAttribute kind, std::string_view text) noexcept {
  if (text.empty() || muted_) return;
  FlowDetail* found = table_->detail(*record_);
  if (found == nullptr) return;  // counted as such
  if (FlowAttributes* attributes = table_->attributes(*found); attributes != nullptr) attributes->set(kind, text);
}

void Dispatcher::observe_name(std::size_t list_index, std::string_view name) noexcept {
  if (name_sets_.empty() || muted_ || name.empty()) return;
  if (!name_sets_[plan_.name_list(protocol_in_hand_, list_index)].insert(name))
    ++metrics_.losses[static_cast<std::size_t>(LossReason::kNameSetFull)];
}

void Dispatcher::learn_address(const IpAddress& client, const IpAddress& address, std::string_view name,
                               std::uint32_t ttl_seconds) noexcept {
  // A host that asks over IPv4 for an IPv6 address uses it from an address of its own that is not known here.
  const IpAddress scope = client.is_v4_mapped() == address.is_v4_mapped() ? client : IpAddress{};
  names_.learn(scope, address, name, ttl_seconds, packet_->received_at);
  if (listener_ != nullptr) listener_->on_name(scope, address, name, ttl_seconds);
}

void Dispatcher::expect_flow(std::size_t expected_index, const IpAddress& address, std::uint16_t port,
                             const ExpectationNote& note) noexcept {
  if (!plan_.teaches(*packet_)) return;
  const ExpectedFlow expected{address, port, plan_.expected(protocol_in_hand_, expected_index), note};
  if (!expectations_.add(expected, packet_->received_at) && !muted_)
    ++metrics_.losses[static_cast<std::size_t>(LossReason::kExpectationsFull)];
  if (listener_ != nullptr) listener_->on_expectation(expected);
}

const ExpectationNote* Dispatcher::expectation(const IpAddress& address, std::uint16_t port) noexcept {
  const ExpectedFlow* expected = expectations_.find(address, port, packet_->received_at);
  return expected != nullptr && expected->protocol == protocol_in_hand_ ? &expected->note : nullptr;
}

void Dispatcher::add_row(std::size_t table_index, Direction sender, Timestamp begun_at,
                         std::span<const std::int64_t> values) noexcept {
  if (muted_ || !rows_.has_value()) return;
  const FlowKey& key = record_->key;
  const bool from_lo = sender == Direction::kLoToHi;
  ReportRow row;
  row.begun_at = begun_at;
  row.src_addr = from_lo ? key.lo_addr : key.hi_addr;
  row.dst_addr = from_lo ? key.hi_addr : key.lo_addr;
  row.src_port = from_lo ? key.lo_port : key.hi_port;
  row.dst_port = from_lo ? key.hi_port : key.lo_port;
  keep_row(table_index, row, values);
}

void Dispatcher::add_host_row(std::size_t table_index, const IpAddress& host,
                              std::span<const std::int64_t> values) noexcept {
  if (muted_ || !rows_.has_value()) return;
  ReportRow row;
  row.src_addr = host;
  keep_row(table_index, row, values);
}

void Dispatcher::keep_row(std::size_t table_index, ReportRow& row, std::span<const std::int64_t> values) noexcept {
  row.table = static_cast<std::uint16_t>(plan_.table(protocol_in_hand_, table_index));
  row.values.fill(kNoValue);
  std::copy_n(values.begin(), std::min(values.size(), kReportColumnsMax), row.values.begin());
  if (!rows_->add(row)) ++metrics_.losses[static_cast<std::size_t>(LossReason::kReportRowsFull)];
}

void Dispatcher::count(std::size_t counter_index, std::uint64_t increment) noexcept {
  if (!muted_) metrics_.plugin_counters[plan_.counter_base(protocol_in_hand_) + counter_index] += increment;
}

void Dispatcher::observe_latency(std::size_t histogram_index, Duration latency) noexcept {
  if (!muted_) metrics_.plugin_histograms[plan_.histogram_base(protocol_in_hand_) + histogram_index].observe(latency);
}

void Dispatcher::publish_gauges() noexcept {
  metrics_.name_cache_entries = names_.entries_used();
  metrics_.name_cache_capacity = names_.capacity();
  metrics_.name_cache_evictions = names_.evictions();
  metrics_.name_cache_overwritten = names_.overwritten();
}

}  // namespace netpulse
