#include "plugins/rtp/rtp_streams.h"

namespace netpulse {

RtpStream* RtpStreams::find(Chain& chain, std::uint32_t ssrc, Direction direction) noexcept {
  std::uint16_t before = 0;
  for (std::uint16_t at = chain.head; at != 0; at = slots_[at - 1U].next) {
    Slot& slot = slots_[at - 1U];
    if (!slot.stream.is(ssrc, direction)) {
      before = at;
      continue;
    }
    if (before != 0) {
      slots_[before - 1U].next = slot.next;
      slot.next = chain.head;
      chain.head = at;
    }
    return &slot.stream;
  }
  return nullptr;
}

RtpStream* RtpStreams::add(Chain& chain) noexcept {
  std::size_t count = 0;
  for (std::uint16_t at = chain.head; at != 0; at = slots_[at - 1U].next) ++count;
  if (count >= kStreamsPerFlowMax) return nullptr;
  std::uint16_t at = free_;
  if (at != 0)
    free_ = slots_[at - 1U].next;
  else if (never_used_ < slots_.size())
    at = static_cast<std::uint16_t>(++never_used_);
  else
    return nullptr;
  slots_[at - 1U].next = chain.head;
  chain.head = at;
  ++in_use_;
  return &slots_[at - 1U].stream;
}

void RtpStreams::release(Chain& chain) noexcept {
  while (chain.head != 0) {
    Slot& slot = slots_[chain.head - 1U];
    const std::uint16_t next = slot.next;
    slot.next = free_;
    free_ = chain.head;
    chain.head = next;
    --in_use_;
  }
}

}  // namespace netpulse
