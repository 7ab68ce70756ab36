// How a direction of a stream is put in order: from its start, or from where its analyzer has got to.
#include "engine/analysis/dispatcher.h"

#include <algorithm>

namespace netpulse {

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

}  // namespace netpulse
