#pragma once

#include <algorithm>
#include <cstdint>

namespace netpulse {

/// The sequence numbers of one RTP source: how many there should have been, and how many came.
///
/// Lost is what was expected less what was received, so a packet that comes twice hides one that is missing; duplicates
/// are counted for those who want to know. A leap of kDropoutMax or more is not believed until two packets in a row
/// confirm that the source began anew; what was expected before then stays.
/// Source: RFC 3550 appendices A.1 and A.3.
class RtpSequence {
 public:
  static constexpr std::uint16_t kDropoutMax = 3000, kMisorderMax = 100;

  enum class Place : std::uint8_t {
    kNext,      ///< one higher than the highest
    kAhead,     ///< higher than that: some are missing
    kLate,      ///< lower than the highest, and missing until now
    kRepeated,  ///< was there already
    kStray,     ///< far from all others, not counted; two in a row begin anew
    kRestart,   ///< the second of two such: both are counted now
  };

  void begin(std::uint16_t sequence) noexcept {
    *this = RtpSequence{};
    restart_at(sequence);
    received_ = 1;
  }
  Place add(std::uint16_t sequence) noexcept;

  /// Sequence numbers from the first to the highest; over restarts the sum.
  std::uint64_t expected() const noexcept { return expected_before_ + cycles_ + highest_ + 1 - base_; }
  std::uint64_t received() const noexcept { return received_; }  ///< with duplicates
  std::int64_t lost() const noexcept {
    return static_cast<std::int64_t>(expected()) - static_cast<std::int64_t>(received_);
  }
  /// What never came: lost() without the duplicates that hide it.
  std::uint64_t missing() const noexcept { return expected() - std::min(expected(), received_ - duplicates_); }
  std::uint64_t duplicates() const noexcept { return duplicates_; }
  std::uint64_t reordered() const noexcept { return reordered_; }  ///< came after a higher one
  std::uint64_t strays() const noexcept { return strays_; }
  std::uint32_t restarts() const noexcept { return restarts_; }

 private:
  static constexpr std::uint32_t kNoStray = 0x10000;

  void restart_at(std::uint16_t sequence) noexcept {
    base_ = highest_ = sequence;
    cycles_ = 0;
    seen_[0] = 1;
    seen_[1] = 0;
    next_after_stray_ = kNoStray;
  }
  void advance(unsigned steps) noexcept;

  std::uint64_t expected_before_ = 0, received_ = 0, cycles_ = 0;
  std::uint64_t duplicates_ = 0, reordered_ = 0, strays_ = 0;
  std::uint64_t seen_[2] = {0, 0};  // bit i: highest - i was there
  std::uint32_t next_after_stray_ = kNoStray, restarts_ = 0;
  std::uint16_t base_ = 0, highest_ = 0;
};

}  // namespace netpulse
