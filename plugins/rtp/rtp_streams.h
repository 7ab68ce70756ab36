#pragma once

#include <cstdint>

#include "engine/base/page_memory.h"
#include "plugins/rtp/rtp_stream.h"

namespace netpulse {

/// The streams of a worker's flows: a pool of fixed size, in which each flow has a chain.
class RtpStreams {
 public:
  static constexpr std::size_t kStreamsMax = 8192;
  /// Streams of one flow: a conference bundles some tens; more are an attack, or no RTP.
  static constexpr std::size_t kStreamsPerFlowMax = 48;

  /// A flow's chain, kept in its state. Zero: no streams.
  struct Chain {
    std::uint16_t head;
  };

  RtpStreams() : slots_(kStreamsMax, PageMemory::Pages::kNormal) {}

  /// The flow's stream, moved to the front of its chain; null if there is none.
  RtpStream* find(Chain& chain, std::uint32_t ssrc, Direction direction) noexcept;
  /// Room for a new one; null if there is none.
  RtpStream* add(Chain& chain) noexcept;
  template <class Visit>
  void for_each(Chain chain, Visit visit) noexcept {
    for (std::uint16_t at = chain.head; at != 0; at = slots_[at - 1U].next) visit(slots_[at - 1U].stream);
  }
  /// Gives back all of a flow's streams.
  void release(Chain& chain) noexcept;
  std::size_t in_use() const noexcept { return in_use_; }

 private:
  struct Slot {
    RtpStream stream;
    std::uint16_t next;  // 1 + index; 0: the last
  };

  PageArray<Slot> slots_;
  std::size_t never_used_ = 0;  // slots from here on
  std::size_t in_use_ = 0;
  std::uint16_t free_ = 0;
};

}  // namespace netpulse
