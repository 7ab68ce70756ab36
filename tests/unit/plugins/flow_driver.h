#pragma once

#include <algorithm>
#include <array>
#include <memory>

#include "engine/analysis/analyzer.h"
#include "tests/unit/plugins/recording_context.h"
#include "tests/unit/plugins/samples.h"

namespace netpulse::test {

/// Bytes in a heap block of exactly their size, so that a sanitizer sees the first one read too far.
class ExactBytes {
 public:
  explicit ExactBytes(Bytes bytes) : size_(bytes.size()), block_(new std::uint8_t[bytes.size()]) {
    for (std::size_t i = 0; i < size_; ++i) block_[i] = bytes[i];
  }
  Bytes view() const { return {block_.get(), size_}; }

 private:
  std::size_t size_;
  std::unique_ptr<std::uint8_t[]> block_;
};

/// Drives one analyzer over one flow as the dispatcher does: probe until it is decided, then consume with the stream
/// prefix (TCP) or the datagram.
class FlowDriver {
 public:
  FlowDriver(const AnalyzerEntry& analyzer, std::uint8_t protocol, std::uint16_t server_port, RecordingContext& context)
      : analyzer_(analyzer), context_(context) {
    if (context.per_worker_held == nullptr) context.per_worker_held = analyzer.make_per_worker();
    packet_.key.ip_version = 4;
    packet_.key.protocol = protocol;
    packet_.key.lo_addr = *IpAddress::parse("192.0.2.1");  // the client
    packet_.key.hi_addr = *IpAddress::parse("192.0.2.53");
    packet_.key.lo_port = 50000;
    packet_.key.hi_port = server_port;
  }

  /// The verdict so far: kNeedMore until the flow is decided or done.
  Verdict feed(bool from_initiator, Bytes payload) {
    if (payload.empty() || ended_) return verdict_;
    packet_.direction = from_initiator ? Direction::kLoToHi : Direction::kHiToLo;
    context_.initiator = from_initiator;
    ByteVector& prefix = prefix_[from_initiator ? 0 : 1];
    const bool stream = analyzer_.input == Input::kStreamPrefix && packet_.key.protocol == 6;
    if (!stream) prefix.clear();
    std::size_t& skip = skip_[from_initiator ? 0 : 1];
    const std::size_t passed_over = std::min(skip, payload.size());
    skip -= passed_over;
    payload = payload.subspan(passed_over);
    if (payload.empty()) return verdict_;
    prefix.insert(prefix.end(), payload.begin(), payload.end());
    const ExactBytes exact(prefix);
    packet_.payload_data = exact.view().data();
    packet_.payload_captured_bytes = packet_.payload_bytes = static_cast<std::uint32_t>(prefix.size());
    if (!mine_ && !tentative_) {
      probed_ = analyzer_.probe(packet_);
      mine_ = probed_ == Verdict::kDone;
      tentative_ = probed_ == Verdict::kTentative;
      ended_ = !mine_ && !tentative_ && probed_ != Verdict::kNeedMore;
      if (ended_) verdict_ = probed_;
      if (!mine_ && !tentative_) return verdict_;
    }
    context_.discarded = 0;
    context_.skipped.reset();
    verdict_ = analyzer_.consume(packet_, state_.data(), context_);
    undecided_ = verdict_ == Verdict::kTentative;
    if (undecided_) {
      verdict_ = Verdict::kNeedMore;
    } else if (tentative_ && verdict_ != Verdict::kNotMine) {
      mine_ = true;
    }
    if (mine_) tentative_ = false;
    discard_in_range_ = discard_in_range_ && context_.discarded <= prefix.size();
    if (discard_in_range_)
      prefix.erase(prefix.begin(), prefix.begin() + static_cast<std::ptrdiff_t>(context_.discarded));
    if (context_.skipped.has_value()) {
      prefix.clear();
      skip = std::min(*context_.skipped, kStreamSkipBytesMax);
    }
    ended_ = verdict_ != Verdict::kNeedMore || context_.handed_over;
    return verdict_;
  }
  Verdict feed(const Step& step) { return feed(step.from_initiator, step.payload); }

  bool mine() const { return mine_; }
  Verdict probed() const { return probed_; }
  Verdict verdict() const { return verdict_; }
  /// The last payload left open what the flow is: Verdict::kTentative, which verdict() calls kNeedMore.
  bool undecided() const { return undecided_; }
  /// No more was discarded than there was.
  bool discard_in_range() const { return discard_in_range_; }
  PacketView& packet() { return packet_; }

 private:
  const AnalyzerEntry& analyzer_;
  RecordingContext& context_;
  PacketView packet_;
  ByteVector prefix_[2];
  std::size_t skip_[2] = {0, 0};
  std::array<std::uint8_t, kAnalyzerStateBytes> state_{};
  bool mine_ = false, tentative_ = false, ended_ = false, discard_in_range_ = true, undecided_ = false;
  Verdict probed_ = Verdict::kNeedMore, verdict_ = Verdict::kNeedMore;
};

}  // namespace netpulse::test
