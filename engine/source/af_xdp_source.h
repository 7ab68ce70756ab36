#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <poll.h>

#include "engine/source/af_xdp_share.h"
#include "engine/source/bpf_filter.h"
#include "engine/source/chain_memory.h"
#include "engine/source/packet_source.h"
#include "engine/source/source_meter.h"

namespace netpulse {

/// All queues of one or more interfaces through AF_XDP, or a reader's share of them. Packets lie in the memory shared
/// with the kernel until release(). Time stamps are the wall clock when the driver had the frame (the time of the batch
/// where it leaves no room to note that), never going back; the queues' packets are put in this order as far as they
/// are there.
class AfXdpSource final : public PacketSource {
 public:
  /// reader: one of the share's. Reader 0 tells the interfaces' drops; the others only what they received.
  AfXdpSource(std::shared_ptr<AfXdpShare> share, std::size_t reader, std::optional<BpfFilter> filter);

  PollResult poll(std::span<RawPacket> out) noexcept override;
  void release(std::span<const RawPacket> batch) noexcept override;
  SourceStats stats() const noexcept override;
  std::vector<SourceStats> interface_stats() const override;
  std::string error() const override { return {}; }
  std::vector<std::string> interfaces() const override;
  bool can_wait() const noexcept override { return false; }
  Duration delay_max() const noexcept override;
  double backlog_ratio() const noexcept override { return backlog_; }

 private:
  using Clock = std::chrono::steady_clock;

  struct InterfaceMeter {
    SourceMeter received;
    SharedCounter filtered;
  };

  std::size_t receive(std::span<RawPacket> out) noexcept;
  std::size_t merge(std::span<RawPacket> out) noexcept;
  std::size_t take(std::size_t queue, std::span<RawPacket> out, std::uint64_t until_ns) noexcept;
  void stamp(std::span<RawPacket> packets) noexcept;
  void set_clocks() noexcept;
  Timestamp wall_time(std::int64_t monotonic) const noexcept { return {monotonic + wall_ahead_ns_}; }
  std::size_t keep_accepted(std::span<RawPacket> packets, AfXdpSocket& socket, InterfaceMeter& meter) noexcept;
  void wait() noexcept;
  void set_nap() noexcept;
  void attend_if_due() noexcept;
  /// Of a reader that does not look after the interfaces.
  void follow_share() noexcept;
  void list_queues();
  SourceStats stats_of(std::size_t interface) const;

  const std::shared_ptr<AfXdpShare> share_;
  const std::size_t reader_;
  std::optional<BpfFilter> filter_;
  std::vector<InterfaceMeter> meters_;  // by interface
  std::vector<AfXdpShare::Queue> queues_;
  std::vector<pollfd> descriptors_;  // the queues', then the interfaces'
  ChainMemory chains_;
  std::vector<std::uint64_t> next_ns_;  // by queue, while a batch is put together
  std::size_t first_queue_ = 0, lent_packets_ = 0;
  std::chrono::microseconds nap_;
  bool nap_first_ = false;  // packets came lately: more will have come after a nap
  bool slept_ = false;
  bool news_ = false;  // of an interface
  std::uint64_t last_number_ = 0;
  double backlog_ = 0;
  Timestamp now_, last_stamp_;
  std::int64_t wall_ahead_ns_ = std::numeric_limits<std::int64_t>::min() / 2;  // of CLOCK_MONOTONIC
  Clock::time_point next_attention_;
  std::uint32_t epoch_ = 0;          // of the share, when queues_ were listed
  Clock::time_point epoch_left_at_;  // when it was seen to have passed
};

}  // namespace netpulse
