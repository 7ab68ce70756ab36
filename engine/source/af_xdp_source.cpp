#include "engine/source/af_xdp_source.h"

#include <algorithm>
#include <utility>

#include "engine/base/cycles.h"

namespace netpulse {
namespace {

constexpr int kWaitMilliseconds = 5;
constexpr auto kAttentionInterval = std::chrono::milliseconds(100);
/// A frame is in its ring as soon as the driver has it: what is asked for is that the rings are read empty.
constexpr Duration kDelayMax = Duration::from_milliseconds(1);
/// RawPacket::cookie: the queue's position in the list, above the socket's own cookie.
constexpr unsigned kQueueShift = 48;
constexpr std::uint64_t kSocketCookieMask = (std::uint64_t{1} << kQueueShift) - 1;

}  // namespace

AfXdpSource::AfXdpSource(std::vector<std::unique_ptr<AfXdpInterface>> interfaces, std::optional<BpfFilter> filter)
    : interfaces_(std::move(interfaces)), filter_(std::move(filter)), meters_(interfaces_.size()) {
  list_queues();
}

void AfXdpSource::list_queues() {
  queues_.clear();
  descriptors_.clear();
  for (std::size_t i = 0; i < interfaces_.size(); ++i)
    for (const auto& socket : interfaces_[i]->sockets()) {
      queues_.push_back({socket.get(), static_cast<std::uint16_t>(i)});
      descriptors_.push_back({socket->descriptor(), POLLIN, 0});
    }
  for (const auto& interface : interfaces_) descriptors_.push_back({interface->descriptor(), POLLIN, 0});
}

PollResult AfXdpSource::poll(std::span<RawPacket> out) noexcept {
  out = out.first(std::min(out.size(), kBatchPackets));
  PollResult result;
  std::size_t count = receive(out);
  if (count == 0) {
    result.waited_cycles = wait();
    count = receive(out);
  } else {
    attend_if_due(false);
  }
  const auto wall = std::chrono::system_clock::now().time_since_epoch();
  now_ = std::max(now_, Timestamp{std::chrono::duration_cast<std::chrono::nanoseconds>(wall).count()});
  for (RawPacket& packet : out.first(count)) {
    packet.received_at = now_;
    packet.number = ++last_number_;
  }
  result.packet_count = static_cast<std::uint32_t>(count);
  result.now = now_;
  return result;
}

/// Each queue gets its turn to be first, so that a busy one does not starve the others.
std::size_t AfXdpSource::receive(std::span<RawPacket> out) noexcept {
  backlog_ = 0;
  if (queues_.empty()) return 0;
  first_queue_ = first_queue_ + 1 < queues_.size() ? first_queue_ + 1 : 0;
  std::size_t count = 0;
  for (std::size_t i = 0; i < queues_.size(); ++i) {
    const std::size_t index = (first_queue_ + i) % queues_.size();
    const auto [socket, interface_index] = queues_[index];
    InterfaceMeter& meter = meters_[interface_index];
    socket->wake_up();
    auto packets = out.subspan(count);
    packets = packets.first(socket->receive(packets, chains_));
    backlog_ = std::max(backlog_, socket->backlog_ratio());
    if (filter_ && !packets.empty()) packets = packets.first(keep_accepted(packets, *socket, meter));
    for (RawPacket& packet : packets) {
      packet.cookie |= std::uint64_t{index} << kQueueShift;
      packet.interface_index = interface_index;
    }
    meter.received.count(packets);
    count += packets.size();
  }
  lent_packets_ += count;
  return count;
}

/// Gives back at once what the filter refuses; returns how many it moved to the front.
std::size_t AfXdpSource::keep_accepted(std::span<RawPacket> packets, AfXdpSocket& socket,
                                       InterfaceMeter& meter) noexcept {
  std::size_t kept = 0;
  for (const RawPacket& packet : packets) {
    if (filter_->accepts(packet))
      packets[kept++] = packet;
    else
      socket.give_back(packet.cookie, chains_);
  }
  socket.submit();
  meter.filtered.add(packets.size() - kept);
  return kept;
}

void AfXdpSource::release(std::span<const RawPacket> batch) noexcept {
  NP_ASSERT(lent_packets_ >= batch.size());
  lent_packets_ -= batch.size();
  for (auto packet = batch.begin(); packet != batch.end();) {
    const std::uint64_t queue = packet->cookie >> kQueueShift;
    AfXdpSocket& socket = *queues_[queue].socket;
    for (; packet != batch.end() && packet->cookie >> kQueueShift == queue; ++packet)
      socket.give_back(packet->cookie & kSocketCookieMask, chains_);
    socket.submit();
  }
}

/// For a packet, or news of an interface; returns the ticks that it took.
std::uint64_t AfXdpSource::wait() noexcept {
  const std::uint64_t before = cycles_now();
  const int ready = ::poll(descriptors_.data(), descriptors_.size(), kWaitMilliseconds);
  const std::uint64_t waited = cycles_now() - before;
  bool news = false;
  if (ready > 0)
    for (std::size_t i = queues_.size(); i < descriptors_.size(); ++i) news |= descriptors_[i].revents != 0;
  attend_if_due(news);
  return waited;
}

void AfXdpSource::attend_if_due(bool news) noexcept {
  const Clock::time_point now = Clock::now();
  if (!news && now < next_attention_) return;
  next_attention_ = now + kAttentionInterval;
  bool replaced = false;
  for (const auto& interface : interfaces_) replaced |= interface->attend(lent_packets_ == 0);
  if (replaced) list_queues();
}

SourceStats AfXdpSource::stats_of(std::size_t interface) const {
  SourceStats stats = interfaces_[interface]->drops();
  stats += meters_[interface].received.stats();
  stats.filtered_packets = meters_[interface].filtered.value();
  return stats;
}

SourceStats AfXdpSource::stats() const noexcept {
  SourceStats sum;
  for (std::size_t i = 0; i < interfaces_.size(); ++i) sum += stats_of(i);
  return sum;
}

std::vector<SourceStats> AfXdpSource::interface_stats() const {
  std::vector<SourceStats> all;
  for (std::size_t i = 0; i < interfaces_.size(); ++i) all.push_back(stats_of(i));
  return all;
}

std::vector<std::string> AfXdpSource::interfaces() const {
  std::vector<std::string> names;
  for (const auto& interface : interfaces_) names.push_back(interface->name());
  return names;
}

Duration AfXdpSource::delay_max() const noexcept { return kDelayMax; }

}  // namespace netpulse
