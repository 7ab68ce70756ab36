#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "engine/base/bytes.h"
#include "engine/base/page_memory.h"

namespace netpulse {

/// Bytes of one direction of a stream that are held while an analyzer waits for more.
inline constexpr std::size_t kStreamPrefixBytes = 16384;

/// A window of kStreamPrefixBytes over one direction: segments go in at their offsets, in any order, and the part
/// without holes comes out. Where segments overlap, the bytes that came first stay (RFC 9293 leaves it open; hosts
/// differ).
class StreamBuffer {
 public:
  void reset() noexcept { interval_count_ = 0; }
  /// Stores what of segment lies inside the window; offset is from the window's start. False if the window or the
  /// interval list could not hold all of it. conflict: set if a byte differs from the one that came first.
  bool insert(std::size_t offset, Bytes segment, bool* conflict = nullptr) noexcept;
  /// The bytes from the window's start up to the first hole.
  Bytes contiguous() const noexcept;
  /// Moves the window's start forward by count bytes, whether they are there or not.
  void discard(std::size_t count) noexcept;
  bool empty() const noexcept { return interval_count_ == 0; }

 private:
  static constexpr std::size_t kIntervalsMax = 32;
  struct Interval {
    std::uint16_t begin, end;  // [begin, end), sorted, never touching
  };
  std::uint32_t interval_count_ = 0;
  std::array<Interval, kIntervalsMax> intervals_;
  std::array<std::uint8_t, kStreamPrefixBytes> data_;

  friend class StreamPool;
};

/// The stream buffers of a worker. When all are in use the one held longest goes to the new owner, so that flows which
/// never finish their first message cannot keep the others from being analyzed.
class StreamPool {
 public:
  static constexpr std::uint32_t kNone = 0xffffffff;
  /// Whom a buffer belongs to: a flow's record index and direction.
  struct Owner {
    std::uint32_t record_index = kNone;
    std::uint32_t direction = 0;
  };

  explicit StreamPool(std::size_t buffers_max);

  /// A fresh buffer for owner. taken_from: its former owner if it had to be taken away, else record_index == kNone.
  std::uint32_t acquire(Owner owner, Owner& taken_from) noexcept;
  void release(std::uint32_t index) noexcept;
  StreamBuffer& operator[](std::uint32_t index) noexcept { return buffers_[index]; }
  std::size_t used() const noexcept { return used_; }
  std::size_t capacity() const noexcept { return buffers_.size(); }

 private:
  struct Link {
    Owner owner;
    std::uint32_t older, newer;  // in the list of buffers in use; newer also links the free list
  };
  void unlink(std::uint32_t index) noexcept;
  void link_newest(std::uint32_t index) noexcept;

  PageArray<StreamBuffer> buffers_;
  PageArray<Link> links_;
  std::uint32_t free_ = kNone, begun_ = 0, oldest_ = kNone, newest_ = kNone;
  std::size_t used_ = 0;
};

}  // namespace netpulse
