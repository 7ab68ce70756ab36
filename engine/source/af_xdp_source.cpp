#include "engine/source/af_xdp_source.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "engine/base/cycles.h"

namespace netpulse {
namespace {

constexpr int kWaitMilliseconds = 5;
constexpr auto kNapMin = std::chrono::microseconds(100), kNapMax = std::chrono::microseconds(1000);
constexpr double kNapBacklogMax = 1.0 / 16;          // of a ring, filled during a nap
constexpr std::size_t kRunsMax = 4 * kBatchPackets;  // of one queue's packets, in a batch: a filter may refuse all
constexpr int kClockReadingsMax = 5;
constexpr std::int64_t kClockReadingNanoseconds = 1000;
constexpr std::int64_t kClockStepBackNanoseconds = 10'000'000;  // each kAttentionInterval
constexpr auto kAttentionInterval = std::chrono::milliseconds(100);
constexpr auto kReplacingInterval = std::chrono::milliseconds(5);
constexpr auto kPartingMax = std::chrono::milliseconds(100);
/// A frame is in its ring as soon as the driver has it: what is asked for is that the rings are read empty.
constexpr Duration kDelayMax = Duration::from_milliseconds(1);
/// RawPacket::cookie: the queue's position in the list, above the socket's own cookie.
constexpr unsigned kQueueShift = 48;
constexpr std::uint64_t kSocketCookieMask = (std::uint64_t{1} << kQueueShift) - 1;

/// CLOCK_MONOTONIC, as AfXdpStamp has it.
std::int64_t monotonic_ns() noexcept {
  return std::chrono::nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace

AfXdpSource::AfXdpSource(std::shared_ptr<AfXdpShare> share, std::size_t reader, std::optional<BpfFilter> filter)
    : share_(std::move(share)),
      reader_(reader),
      filter_(std::move(filter)),
      meters_(share_->interface_count()),
      nap_(kNapMin) {
  list_queues();
  set_clocks();
}

void AfXdpSource::list_queues() {
  epoch_ = share_->epoch();
  queues_ = share_->queues_of(reader_);
  descriptors_.clear();
  for (const AfXdpShare::Queue& queue : queues_) descriptors_.push_back({queue.socket->descriptor(), POLLIN, 0});
  next_ns_.assign(queues_.size(), AfXdpSocket::kEmpty);
  if (reader_ != 0) return;
  for (std::size_t i = 0; i < share_->interface_count(); ++i)
    descriptors_.push_back({share_->interface(i).descriptor(), POLLIN, 0});
}

PollResult AfXdpSource::poll(std::span<RawPacket> out) noexcept {
  out = out.first(std::min(out.size(), kBatchPackets));
  PollResult result;
  attend_if_due();
  if (reader_ != 0) follow_share();
  std::size_t count = receive(out);
  if (count == 0) {
    const std::uint64_t before = cycles_now();
    wait();
    result.waited_cycles = cycles_now() - before;
    count = receive(out);
  }
  stamp(out.first(count));
  result.packet_count = static_cast<std::uint32_t>(count);
  result.now = now_;
  return result;
}

void AfXdpSource::stamp(std::span<RawPacket> packets) noexcept {
  now_ = std::max(now_, wall_time(monotonic_ns()));
  for (RawPacket& packet : packets) {
    packet.number = ++last_number_;
    const std::int64_t stamp_ns = packet.received_at.nanoseconds;
    last_stamp_ = std::max(last_stamp_, stamp_ns != 0 ? wall_time(stamp_ns) : now_);
    packet.received_at = last_stamp_;
  }
}

std::size_t AfXdpSource::receive(std::span<RawPacket> out) noexcept {
  backlog_ = 0;
  for (std::size_t i = 0; i < queues_.size(); ++i) {
    AfXdpSocket& socket = *queues_[i].socket;
    socket.look();
    backlog_ = std::max(backlog_, socket.backlog_ratio());
    next_ns_[i] = socket.next_ns();
  }
  set_nap();
  const std::size_t count = merge(out);
  lent_packets_ += count;
  return count;
}

/// The queue whose next packet came first, up to where another queue's is due. Without stamps all are due at once: each
/// queue then gets its turn to be first.
std::size_t AfXdpSource::merge(std::span<RawPacket> out) noexcept {
  const std::size_t queues = queues_.size();
  first_queue_ = first_queue_ + 1 < queues ? first_queue_ + 1 : 0;
  std::size_t count = 0;
  for (std::size_t runs = 0; count < out.size() && runs < kRunsMax; ++runs) {
    std::size_t first = queues;
    std::uint64_t first_ns = AfXdpSocket::kEmpty, until_ns = AfXdpSocket::kEmpty;
    for (std::size_t i = 0; i < queues; ++i) {
      const std::size_t queue = first_queue_ + i < queues ? first_queue_ + i : first_queue_ + i - queues;
      if (next_ns_[queue] < first_ns) {
        until_ns = first_ns;
        first_ns = next_ns_[queue];
        first = queue;
      } else {
        until_ns = std::min(until_ns, next_ns_[queue]);
      }
    }
    if (first == queues) break;
    count += take(first, out.subspan(count), until_ns);
  }
  return count;
}

std::size_t AfXdpSource::take(std::size_t queue, std::span<RawPacket> out, std::uint64_t until_ns) noexcept {
  const auto [socket, interface_index] = queues_[queue];
  InterfaceMeter& meter = meters_[interface_index];
  auto packets = out.first(socket->receive(out, until_ns, chains_));
  nap_first_ |= !packets.empty();
  // A frame whose parts are not all there, or find no room, has to wait for another poll.
  next_ns_[queue] = packets.empty() ? AfXdpSocket::kEmpty : socket->next_ns();
  if (filter_ && !packets.empty()) packets = packets.first(keep_accepted(packets, *socket, meter));
  for (RawPacket& packet : packets) {
    packet.cookie |= std::uint64_t{queue} << kQueueShift;
    packet.interface_index = interface_index;
  }
  meter.received.count(packets);
  return packets.size();
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

/// For a packet, or news of an interface. While packets keep coming it sleeps for a moment instead of being woken for
/// the next one: waking costs more than receiving, also on the core that the packets come in on.
void AfXdpSource::wait() noexcept {
  if (std::exchange(nap_first_, false)) {
    std::this_thread::sleep_for(nap_);
    slept_ = true;
  } else if (::poll(descriptors_.data(), descriptors_.size(), kWaitMilliseconds) > 0) {
    nap_first_ = true;
    for (std::size_t i = queues_.size(); i < descriptors_.size(); ++i) news_ |= descriptors_[i].revents != 0;
  }
}

/// As long as leaves the rings nearly empty; short where packets are stamped only when they are read.
void AfXdpSource::set_nap() noexcept {
  if (!std::exchange(slept_, false)) return;
  const bool stamped = std::any_of(next_ns_.begin(), next_ns_.end(),
                                   [](std::uint64_t ns) { return ns != 0 && ns != AfXdpSocket::kEmpty; });
  nap_ = stamped && backlog_ < kNapBacklogMax ? std::min(nap_ * 2, kNapMax) : kNapMin;
}

void AfXdpSource::attend_if_due() noexcept {
  const Clock::time_point now = Clock::now();
  if (!std::exchange(news_, false) && now < next_attention_) return;
  next_attention_ = now + kAttentionInterval;
  set_clocks();
  if (reader_ != 0) return;
  if (share_->attend(lent_packets_ == 0)) list_queues();
  if (share_->replacing()) next_attention_ = now + kReplacingInterval;
}

void AfXdpSource::follow_share() noexcept {
  if (share_->epoch() == epoch_) return;
  const Clock::time_point now = Clock::now();
  if (epoch_left_at_ == Clock::time_point{}) epoch_left_at_ = now;
  // What lies in sockets that will be replaced is read first.
  if (lent_packets_ != 0 || (backlog_ != 0 && now - epoch_left_at_ < kPartingMax)) return;
  epoch_left_at_ = {};
  list_queues();
}

/// Where the two clocks stand towards each other; they are read one after the other, so again if something came
/// between. A wall clock that is set back is followed slowly, so that time always goes on.
void AfXdpSource::set_clocks() noexcept {
  std::int64_t ahead_ns = 0;
  for (int i = 0; i < kClockReadingsMax; ++i) {
    const std::int64_t before_ns = monotonic_ns();
    const auto wall = std::chrono::system_clock::now().time_since_epoch();
    ahead_ns = std::chrono::nanoseconds(wall).count() - before_ns;
    if (monotonic_ns() - before_ns < kClockReadingNanoseconds) break;
  }
  wall_ahead_ns_ = std::max(ahead_ns, wall_ahead_ns_ - kClockStepBackNanoseconds);
}

SourceStats AfXdpSource::stats_of(std::size_t interface) const {
  SourceStats stats = meters_[interface].received.stats();
  if (reader_ == 0) stats += share_->interface(interface).drops();
  stats.filtered_packets = meters_[interface].filtered.value();
  return stats;
}

SourceStats AfXdpSource::stats() const noexcept {
  SourceStats sum;
  for (std::size_t i = 0; i < meters_.size(); ++i) sum += stats_of(i);
  return sum;
}

std::vector<SourceStats> AfXdpSource::interface_stats() const {
  std::vector<SourceStats> all;
  for (std::size_t i = 0; i < meters_.size(); ++i) all.push_back(stats_of(i));
  return all;
}

std::vector<std::string> AfXdpSource::interfaces() const {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < share_->interface_count(); ++i) names.push_back(share_->interface(i).name());
  return names;
}

Duration AfXdpSource::delay_max() const noexcept { return kDelayMax; }

}  // namespace netpulse
