#include "engine/source/paced_source.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <thread>
#include <utility>

#include "engine/base/cycles.h"
#include "engine/source/source_meter.h"

namespace netpulse {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::nanoseconds;

constexpr nanoseconds kWaitMax = std::chrono::milliseconds(5);
constexpr Duration kBetweenRounds = Duration::from_milliseconds(1);

class PacedSource final : public PacketSource {
 public:
  PacedSource(SourceOpener opener, std::unique_ptr<PacketSource> source, const PacedOptions& options)
      : opener_(std::move(opener)), source_(std::move(source)), options_(options) {}

  PollResult poll(std::span<RawPacket> out) noexcept override {
    if (!refill()) return {0, final_status_, now_};
    if (next_ == held_count_) return {0, PollStatus::kOk, now_};  // the batch before this is not released yet
    tell_time();
    std::uint64_t waited_cycles = 0;
    if (held_[next_].received_at > now_) {
      const std::uint64_t begin = cycles_now();
      std::this_thread::sleep_for(std::min(kWaitMax, until(held_[next_].received_at)));
      waited_cycles = cycles_now() - begin;
      tell_time();
    }
    std::size_t count = 0;
    while (count < out.size() && next_ < held_count_ && held_[next_].received_at <= now_) {
      out[count] = held_[next_++];
      out[count].number = ++last_number_;
      ++count;
    }
    counters_.count(out.first(count));
    return {static_cast<std::uint32_t>(count), PollStatus::kOk, now_, waited_cycles};
  }

  void release(std::span<const RawPacket> batch) noexcept override {
    released_ += batch.size();
    if (released_ != held_count_ || held_count_ == 0) return;
    source_->release(std::span(held_).first(held_count_));
    released_ = held_count_ = next_ = 0;
  }

  SourceStats stats() const noexcept override { return counters_.stats(); }
  std::string error() const override { return source_ ? source_->error() : open_fault_; }
  std::vector<std::string> interfaces() const override {
    return source_ ? source_->interfaces() : std::vector<std::string>{};
  }
  bool can_wait() const noexcept override { return true; }
  bool real_time() const noexcept override { return true; }

 private:
  /// Sees to it that packets are held, unless all held ones are lent out. False at the end.
  bool refill() {
    while (held_count_ == 0) {
      if (final_status_ != PollStatus::kOk) return false;
      if (inner_status_ != PollStatus::kOk && !begin_round()) return false;
      const PollResult polled = source_->poll(held_);
      inner_status_ = polled.status;
      held_count_ = polled.packet_count;
      if (held_count_ == 0 && inner_status_ == PollStatus::kOk) return true;  // a pipe with nothing yet
      place_in_time(std::span(held_).first(held_count_));
    }
    return true;
  }

  bool begin_round() {
    final_status_ = inner_status_;
    if (!options_.loop || round_packets_ == 0 || inner_status_ == PollStatus::kFailed) return false;
    auto opened = opener_();
    if (!opened) {
      open_fault_ = opened.error().message;
      source_.reset();
      final_status_ = PollStatus::kFailed;
      return false;
    }
    source_ = std::move(opened).value();
    inner_status_ = final_status_ = PollStatus::kOk;
    round_packets_ = 0;
    return true;
  }

  /// Shifts the times of a batch: into the present, on from the last round, and over silences that are too long.
  void place_in_time(std::span<RawPacket> batch) {
    for (RawPacket& packet : batch) {
      if (round_packets_++ == 0) shift_ = first_shift(packet.received_at);
      packet.received_at = packet.received_at + shift_;
      const Duration gap = packet.received_at - latest_;
      if (options_.gap_max > Duration{} && latest_.known() && gap > options_.gap_max) {
        shift_ = shift_ - (gap - options_.gap_max);
        packet.received_at = latest_ + options_.gap_max;
      }
      if (!started_) {
        started_ = true;
        latest_ = now_ = origin_ = packet.received_at;
        origin_clock_ = Clock::now();
      }
      latest_ = std::max(latest_, packet.received_at);
    }
  }

  Duration first_shift(Timestamp first) const {
    if (started_) return latest_ + kBetweenRounds - first;
    if (!options_.start_now) return {};
    const auto wall = std::chrono::system_clock::now().time_since_epoch();
    return Timestamp{std::chrono::duration_cast<nanoseconds>(wall).count()} - first;
  }

  void tell_time() {
    const auto passed = static_cast<double>(nanoseconds(Clock::now() - origin_clock_).count()) * options_.speed;
    now_ = std::max(now_, origin_ + Duration{static_cast<std::int64_t>(passed)});
  }
  nanoseconds until(Timestamp moment) const {
    return nanoseconds(static_cast<std::int64_t>(static_cast<double>((moment - now_).nanoseconds) / options_.speed));
  }

  const SourceOpener opener_;
  std::unique_ptr<PacketSource> source_;
  const PacedOptions options_;
  std::string open_fault_;
  PollStatus inner_status_ = PollStatus::kOk, final_status_ = PollStatus::kOk;

  std::array<RawPacket, kBatchPackets> held_;  // one batch of source_, handed out bit by bit
  std::size_t held_count_ = 0, next_ = 0, released_ = 0;

  bool started_ = false;
  Timestamp origin_;  // packet time at origin_clock_
  Clock::time_point origin_clock_;
  Timestamp now_, latest_;
  Duration shift_;
  std::uint64_t round_packets_ = 0, last_number_ = 0;
  SourceMeter counters_;
};

}  // namespace

Result<std::unique_ptr<PacketSource>> open_paced_source(SourceOpener opener, const PacedOptions& options) {
  if (!(options.speed > 0)) return Error{"the replay speed must be greater than 0"};
  auto source = opener();
  if (!source) return source.error();
  return std::unique_ptr<PacketSource>(
      std::make_unique<PacedSource>(std::move(opener), std::move(source).value(), options));
}

}  // namespace netpulse
