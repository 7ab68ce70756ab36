#include "engine/source/memory_source.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace netpulse {

const std::uint8_t* MemorySource::copy(Bytes frame) {
  if (chunk_left_ < frame.size() || chunks_.empty()) {
    chunk_left_ = std::max(kChunkBytes, frame.size());
    chunks_.push_back(std::make_unique_for_overwrite<std::uint8_t[]>(chunk_left_));
    chunk_at_ = chunks_.back().get();
  }
  std::uint8_t* const at = chunk_at_;
  if (!frame.empty()) std::memcpy(at, frame.data(), frame.size());
  chunk_at_ += frame.size();
  chunk_left_ -= frame.size();
  return at;
}

void MemorySource::add(Bytes frame, Timestamp received_at, std::uint16_t link_type, std::uint32_t wire_bytes,
                       std::uint16_t interface_index) {
  RawPacket& packet = packets_.emplace_back();
  packet.data = copy(frame);
  packet.captured_bytes = static_cast<std::uint32_t>(frame.size());
  packet.wire_bytes = std::max(wire_bytes, packet.captured_bytes);
  packet.received_at = received_at;
  packet.link_type = link_type;
  packet.interface_index = interface_index;
}

void MemorySource::add_all(PacketSource& source) {
  std::array<RawPacket, kBatchPackets> batch;
  PollResult polled;
  do {
    polled = source.poll(batch);
    const auto packets = std::span(batch).first(polled.packet_count);
    for (const RawPacket& packet : packets)
      add(packet.bytes(), packet.received_at, packet.link_type, packet.wire_bytes, packet.interface_index);
    source.release(packets);
  } while (polled.status == PollStatus::kOk);
  interfaces_ = source.interfaces();
}

void MemorySource::repeat(std::size_t rounds, Duration shift) {
  rounds_ = rounds;
  shift_ = shift;
}

void MemorySource::rewind() noexcept {
  next_ = round_ = 0;
  latest_ = {};
  last_number_ = 0;
  counters_.packets.set(0);
  counters_.captured_bytes.set(0);
}

PollResult MemorySource::poll(std::span<RawPacket> out) noexcept {
  if (next_ == packets_.size()) {
    ++round_;
    next_ = 0;
  }
  if (packets_.empty() || round_ >= rounds_) {
    next_ = packets_.size();
    round_ = rounds_;
    return {0, PollStatus::kEndOfInput, latest_};
  }
  const std::size_t count = std::min(out.size(), packets_.size() - next_);
  const Duration shift{shift_.nanoseconds * static_cast<std::int64_t>(round_)};
  for (std::size_t i = 0; i < count; ++i) {
    out[i] = packets_[next_ + i];
    out[i].received_at = out[i].received_at + shift;
    out[i].number = ++last_number_;
    latest_ = std::max(latest_, out[i].received_at);
  }
  next_ += count;
  counters_.count(out.first(count));
  return {static_cast<std::uint32_t>(count), PollStatus::kOk, latest_};
}

}  // namespace netpulse
