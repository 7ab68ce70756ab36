#pragma once

#include <array>
#include <cstdint>

namespace netpulse {

/// The payload bytes of one direction of a TCP conversation that were seen before: what is left of its payload is what
/// the receiver's application gets of it (goodput). Bytes are told by their sequence numbers (RFC 9293 section 3.4),
/// not by what a segment looks like: a retransmission that fills a hole is new. Zero bytes are a direction without any.
class RepeatedPayload {
 public:
  /// Holes that are waited for. With more, the smallest is given up: bytes that fill it later count as repeated.
  static constexpr std::size_t kHolesMax = 4;

  struct Taken {
    std::uint32_t repeated_bytes = 0;
    bool hole_forgotten = false;
  };
  /// A segment whose payload is [begin, end) arrives when next is behind the highest byte seen; begin == end: without
  /// payload. Segments that begin at next need not be shown.
  Taken take(std::uint32_t begin, std::uint32_t end, std::uint32_t next) noexcept;
  /// A byte that the receiver had no room for: it will come again.
  void refuse(std::uint32_t count) noexcept { bytes_ += count; }

  std::uint64_t bytes() const noexcept { return bytes_; }

 private:
  /// [begin, end) was passed over; empty: not in use.
  struct Hole {
    std::uint32_t begin, end;
    std::uint32_t size() const noexcept { return end - begin; }
  };

  /// True if one had to be given up.
  bool remember(Hole hole) noexcept;

  std::array<Hole, kHolesMax> holes_{};
  std::uint64_t bytes_ = 0;
};
static_assert(sizeof(RepeatedPayload) == 40);

}  // namespace netpulse
