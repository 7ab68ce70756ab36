#include "plugins/rtp/rtp_sequence.h"

namespace netpulse {

void RtpSequence::advance(unsigned steps) noexcept {
  constexpr unsigned kWordBits = 64;
  if (steps >= kWordBits) {
    seen_[1] = steps < 2 * kWordBits ? seen_[0] << (steps - kWordBits) : 0;
    seen_[0] = 0;
  } else {
    seen_[1] = seen_[1] << steps | seen_[0] >> (kWordBits - steps);
    seen_[0] <<= steps;
  }
  seen_[0] |= 1;
}

RtpSequence::Place RtpSequence::add(std::uint16_t sequence) noexcept {
  const auto ahead = static_cast<std::uint16_t>(sequence - highest_);
  const auto behind = static_cast<std::uint16_t>(highest_ - sequence);
  if (ahead != 0 && ahead < kDropoutMax) {
    if (sequence < highest_) cycles_ += 0x10000;
    highest_ = sequence;
    advance(ahead);
    ++received_;
    return ahead == 1 ? Place::kNext : Place::kAhead;
  }
  if (behind <= kMisorderMax) {
    std::uint64_t& word = seen_[behind / 64];
    const std::uint64_t bit = std::uint64_t{1} << behind % 64;
    const bool repeated = (word & bit) != 0;
    word |= bit;
    ++received_;
    ++(repeated ? duplicates_ : reordered_);
    return repeated ? Place::kRepeated : Place::kLate;
  }
  if (sequence != next_after_stray_) {
    next_after_stray_ = static_cast<std::uint16_t>(sequence + 1);
    ++strays_;
    return Place::kStray;
  }
  expected_before_ = expected();
  restart_at(static_cast<std::uint16_t>(sequence - 1));
  highest_ = sequence;
  if (sequence == 0) cycles_ = 0x10000;
  advance(1);
  received_ += 2;
  --strays_;
  ++restarts_;
  return Place::kRestart;
}

}  // namespace netpulse
