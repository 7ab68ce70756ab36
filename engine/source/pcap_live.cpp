#include "engine/source/pcap_live.h"

#include <poll.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "engine/base/cycles.h"
#include "engine/base/wall_clock.h"
#include "engine/source/pcap_handle.h"
#include "engine/source/source_meter.h"

namespace netpulse {
namespace {

constexpr int kWaitMilliseconds = 5;
/// The kernel hands over a block that is not full after some milliseconds, late on a busy machine.
constexpr Duration kRingDelayMax = Duration::from_milliseconds(50);
constexpr auto kDropsInterval = std::chrono::milliseconds(100);
constexpr std::size_t kArenasMax = 64;  // batches a caller may hold at a time
/// What a packet takes in the kernel's ring besides its bytes: its header, addresses, alignment (TPACKET_V3).
constexpr std::uint64_t kRingOverheadBytes = 100;
constexpr std::uint64_t kRingBytesMin = 1U << 20;

class PcapLiveSource final : public PacketSource {
 public:
  /// ring_bytes: of each handle.
  PcapLiveSource(std::vector<std::unique_ptr<PcapHandle>> handles, std::uint64_t ring_bytes)
      : handles_(std::move(handles)), meters_(handles_.size()), ring_bytes_(ring_bytes * handles_.size()) {}

  PollResult poll(std::span<RawPacket> out) noexcept override {
    waited_cycles_ = 0;
    const std::size_t slot = free_arena();
    std::size_t count = 0;
    if (slot == kArenasMax) {
      wait();
    } else {
      out = out.first(std::min(out.size(), kBatchPackets));
      count = receive(out, slot);
      if (count == 0) {
        wait();
        count = receive(out, slot);
      }
    }
    update_drops();
    advance_clock(out.first(count));
    newest_ = count == kBatchPackets ? out[count - 1].received_at : now_;  // else the rings are empty
    return {static_cast<std::uint32_t>(count), PollStatus::kOk, now_, waited_cycles_};
  }

  void release(std::span<const RawPacket> batch) noexcept override {
    if (batch.empty()) return;
    BatchArena& arena = *arenas_[batch.front().cookie];
    NP_ASSERT(arena.lent_packets >= batch.size());
    arena.lent_packets -= batch.size();
  }

  SourceStats stats() const noexcept override {
    SourceStats sum;
    for (const InterfaceMeter& meter : meters_) sum += meter.stats();
    return sum;
  }
  std::vector<SourceStats> interface_stats() const override {
    std::vector<SourceStats> all;
    for (const InterfaceMeter& meter : meters_) all.push_back(meter.stats());
    return all;
  }
  std::string error() const override { return {}; }
  std::vector<std::string> interfaces() const override {
    std::vector<std::string> names;
    for (const auto& handle : handles_) names.push_back(handle->interface());
    return names;
  }
  bool can_wait() const noexcept override { return false; }
  Duration delay_max() const noexcept override { return kRingDelayMax; }
  /// What came after the last packet is still in the ring, and came at about the rate of late.
  double backlog_ratio() const noexcept override {
    const double lag = (now_ - newest_ - kRingDelayMax).seconds();
    return lag <= 0 ? 0 : std::min(1.0, lag * ring_bytes_per_second_ / static_cast<double>(ring_bytes_));
  }

 private:
  std::size_t free_arena() {
    for (std::size_t slot = 0; slot < arenas_.size(); ++slot)
      if (arenas_[slot]->lent_packets == 0) return slot;
    if (arenas_.size() < kArenasMax) {
      arenas_.push_back(std::make_unique<BatchArena>());
      return arenas_.size() - 1;
    }
    return kArenasMax;
  }

  /// Each interface gets its turn to be first, so that a busy one does not starve the others.
  std::size_t receive(std::span<RawPacket> out, std::size_t slot) {
    BatchArena& arena = *arenas_[slot];
    arena.clear();
    first_handle_ = (first_handle_ + 1) % handles_.size();
    for (std::size_t i = 0; i < handles_.size() && arena.count() < out.size(); ++i) {
      const std::size_t index = (first_handle_ + i) % handles_.size();
      const auto rest = out.subspan(arena.count());
      const std::size_t received = handles_[index]->receive(rest, arena);
      for (RawPacket& packet : rest.first(received)) packet.interface_index = static_cast<std::uint16_t>(index);
      meters_[index].received.count(rest.first(received));
    }
    const std::size_t count = arena.count();
    for (std::size_t i = 0; i < count; ++i) {
      out[i].data = arena.at(i);
      out[i].number = ++last_number_;
      out[i].cookie = slot;
    }
    arena.lent_packets = count;
    return count;
  }

  void wait() {
    const std::uint64_t begin = cycles_now();
    wait_for_packets();
    waited_cycles_ += cycles_now() - begin;
  }

  void wait_for_packets() {
    descriptors_.clear();
    for (const auto& handle : handles_) descriptors_.push_back({handle->descriptor(), POLLIN, 0});
    if (::poll(descriptors_.data(), descriptors_.size(), kWaitMilliseconds) <= 0) return;
    for (std::size_t i = 0; i < handles_.size(); ++i)
      if ((descriptors_[i].revents & (POLLERR | POLLHUP)) != 0) handles_[i]->note_error();
  }

  void update_drops() {
    const auto now = std::chrono::steady_clock::now();
    if (now < next_drops_) return;
    next_drops_ = now + kDropsInterval;
    update_rate(now);
    for (std::size_t i = 0; i < handles_.size(); ++i) {
      handles_[i]->update_drops();
      meters_[i].dropped_kernel.set(handles_[i]->dropped_kernel_packets());
      meters_[i].dropped_interface.set(handles_[i]->dropped_interface_packets());
      meters_[i].losses.set(handles_[i]->losses());
    }
  }

  void update_rate(std::chrono::steady_clock::time_point now) {
    std::uint64_t bytes = 0;
    for (const InterfaceMeter& meter : meters_)
      bytes += meter.received.captured_bytes.value() + meter.received.packets.value() * kRingOverheadBytes;
    const std::chrono::duration<double> elapsed = now - rate_at_;
    ring_bytes_per_second_ = static_cast<double>(bytes - rate_bytes_) / elapsed.count();
    rate_bytes_ = bytes;
    rate_at_ = now;
  }

  void advance_clock(std::span<const RawPacket> batch) {
    now_ = std::max(now_, wall_clock_now());
    for (const RawPacket& packet : batch) now_ = std::max(now_, packet.received_at);
  }

  struct InterfaceMeter {
    SourceMeter received;
    SharedCounter dropped_kernel, dropped_interface, losses;

    SourceStats stats() const noexcept {
      SourceStats stats = received.stats();
      stats.dropped_by(SourceDrop::kBufferFull) = dropped_kernel.value();
      stats.dropped_by(SourceDrop::kDriver) = dropped_interface.value();
      stats.interface_losses = losses.value();
      return stats;
    }
  };

  std::vector<std::unique_ptr<PcapHandle>> handles_;
  std::vector<InterfaceMeter> meters_;  // by handle
  std::vector<std::unique_ptr<BatchArena>> arenas_;
  std::vector<pollfd> descriptors_;
  std::size_t first_handle_ = 0;
  std::uint64_t last_number_ = 0;
  Timestamp now_, newest_;
  const std::uint64_t ring_bytes_;
  double ring_bytes_per_second_ = 0;
  std::uint64_t rate_bytes_ = 0;
  std::chrono::steady_clock::time_point rate_at_;
  std::uint64_t waited_cycles_ = 0;  // in the poll() in hand
  std::chrono::steady_clock::time_point next_drops_;
};

}  // namespace

Result<std::vector<std::unique_ptr<PacketSource>>> open_live_sources(const CaptureOptions& options, std::size_t count) {
  if (options.interfaces.empty()) return Error{"no interface was named"};
  if (!FanOutGroup::available() || count == 0) count = 1;
  std::vector<std::shared_ptr<FanOutGroup>> groups(options.interfaces.size());
  if (count > 1)
    for (auto& group : groups) group = std::make_shared<FanOutGroup>();
  const std::uint64_t ring_bytes = std::max(options.buffer_bytes / count, kRingBytesMin);
  std::vector<std::unique_ptr<PacketSource>> sources;
  for (std::size_t worker = 0; worker < count; ++worker) {
    std::vector<std::unique_ptr<PcapHandle>> handles;
    for (std::size_t i = 0; i < options.interfaces.size(); ++i) {
      auto handle = PcapHandle::open(options.interfaces[i], options, ring_bytes, groups[i]);
      if (!handle) return handle.error();
      handles.push_back(std::move(handle).value());
    }
    sources.push_back(std::make_unique<PcapLiveSource>(std::move(handles), ring_bytes));
  }
  return sources;
}

}  // namespace netpulse
