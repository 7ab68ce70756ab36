#include "engine/source/af_xdp_interface.h"

#include <linux/if_packet.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "engine/source/interface_list.h"
#include "engine/source/live_capture.h"

namespace netpulse {
namespace {

constexpr auto kReopenInterval = std::chrono::milliseconds(500);
constexpr auto kQueueCountInterval = std::chrono::milliseconds(500);
constexpr auto kEndingMax = std::chrono::milliseconds(200);
constexpr std::uint32_t kEthernetHeaderBytes = 14 + 2 * 4;  // with two VLAN tags

/// All frames on the wire, for as long as the returned socket is open (packet(7)).
Result<FileDescriptor> set_promiscuous(const std::string& interface, unsigned interface_id) {
  FileDescriptor member(socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0));
  packet_mreq request{};
  request.mr_ifindex = static_cast<int>(interface_id);
  request.mr_type = PACKET_MR_PROMISC;
  if (!member.open() || setsockopt(member.get(), SOL_PACKET, PACKET_ADD_MEMBERSHIP, &request, sizeof request) != 0)
    return Error{interface + ": promiscuous mode is refused: " + std::strerror(errno) +
                 "; set promiscuous = false in [capture], or start netpulse with sudo"};
  return member;
}

}  // namespace

Result<NetworkDevice> af_xdp_device(const std::string& name) {
  const NetworkDevice device = network_device(name);
  if (device.id == 0) {
    const auto listed = list_interfaces();
    return Error{no_such_interface(name, listed ? listed.value() : std::vector<InterfaceInfo>{})};
  }
  if (!device.up) return Error{name + ": the interface is down; bring it up with: sudo ip link set " + name + " up"};
  if (!device.ethernet) return Error{name + ": AF_XDP captures Ethernet only; use --backend pcap"};
  return device;
}

Result<std::unique_ptr<AfXdpInterface>> AfXdpInterface::open(const std::string& name, const CaptureOptions& options) {
  std::unique_ptr<AfXdpInterface> interface(new AfXdpInterface(name, options));
  if (auto started = interface->start(); !started) return started.error();
  return interface;
}

Result<void> AfXdpInterface::start() {
  const auto found = af_xdp_device(name_);
  if (!found) return found.error();
  const NetworkDevice& device = found.value();
  auto monitor = LinkMonitor::open(device.id);
  if (!monitor) return Error{name_ + ": " + monitor.error().message};
  const std::uint32_t queues = std::min(device.queues, kQueuesMax);
  auto attached = AfXdpProgram::attach(name_, device.id, options_.af_xdp.mode, queues);
  if (!attached) return attached.error();
  AfXdpProgram program = std::move(attached).value();
  FileDescriptor promiscuous;
  if (options_.promiscuous) {
    auto member = set_promiscuous(name_, device.id);
    if (!member) return member.error();
    promiscuous = std::move(member).value();
  }
  AfXdpSocketRequest request{.interface = name_,
                             .options = options_.af_xdp,
                             .native = program.mode() == XdpMode::kNative,
                             .frame_bytes_max = device.mtu_bytes + kEthernetHeaderBytes,
                             .snap_length_bytes = options_.snap_length_bytes,
                             .mark = program.mark()};
  std::vector<std::unique_ptr<AfXdpSocket>> sockets;
  for (; request.queue < queues; ++request.queue) {
    auto socket = AfXdpSocket::open(request);
    if (!socket) return socket.error();
    sockets.push_back(std::move(socket).value());
  }
  // All are ready before the first gets frames: a flow's directions may come through different queues.
  for (std::uint32_t queue = 0; queue < queues; ++queue)
    if (auto redirected = program.redirect(queue, sockets[queue]->descriptor()); !redirected)
      return Error{name_ + ": " + redirected.error().message};
  const std::lock_guard lock(mutex_);
  device_ = device;
  monitor_ = std::move(monitor).value();
  program_ = std::move(program);
  promiscuous_ = std::move(promiscuous);
  sockets_ = std::move(sockets);
  missed_before_ = missed_frames(name_);
  return {};
}

bool AfXdpInterface::attend(bool idle) {
  if (!program_) return reopen();
  const Clock::time_point now = Clock::now();
  if (!ending_) {
    look_at_link();
    return false;  // those who share its queues must hear of it before it is replaced
  }
  const bool read =
      std::all_of(sockets_.begin(), sockets_.end(), [](const auto& socket) { return socket->backlog_ratio() == 0; });
  if (!idle || (!read && now < ending_until_)) return false;
  close();
  reopen();
  return true;
}

void AfXdpInterface::look_at_link() {
  const LinkMonitor::Events events = monitor_->take();
  note_losses(events.downs);
  bool ends = events.removed;
  const Clock::time_point now = Clock::now();
  if (!ends && now >= next_queue_count_) {
    next_queue_count_ = now + kQueueCountInterval;
    const std::uint32_t queues = receive_queues(name_);
    if (queues != 0 && queues != device_.queues) {
      note_losses(1);
      ends = true;
    }
  }
  if (!ends) return;
  // Frames go to the host until there are sockets again; those that are in the sockets are still read.
  program_->detach();
  ending_ = true;
  ending_until_ = now + kEndingMax;
}

void AfXdpInterface::close() {
  const SourceStats last = drops();
  const std::lock_guard lock(mutex_);
  earlier_drops_ = last;
  sockets_.clear();
  program_.reset();
  promiscuous_ = FileDescriptor();
  monitor_.reset();
  ending_ = false;
}

bool AfXdpInterface::reopen() {
  const Clock::time_point now = Clock::now();
  if (now < next_attempt_) return false;
  next_attempt_ = now + kReopenInterval;
  return start().ok();
}

void AfXdpInterface::note_losses(std::size_t count) {
  if (count == 0) return;
  const std::lock_guard lock(mutex_);
  earlier_drops_.interface_losses += count;
}

SourceStats AfXdpInterface::drops() const {
  const std::uint64_t missed = missed_frames(name_);
  const std::lock_guard lock(mutex_);
  SourceStats sum = earlier_drops_;
  for (const auto& socket : sockets_) sum += socket->drops();
  if (!sockets_.empty() && missed > missed_before_) sum.dropped_by(SourceDrop::kDriver) += missed - missed_before_;
  return sum;
}

const char* AfXdpInterface::mode() const noexcept {
  if (!program_.has_value() || program_->mode() == XdpMode::kGeneric) return kAfXdpModes[2];
  const bool zero_copy =
      std::all_of(sockets_.begin(), sockets_.end(), [](const auto& socket) { return socket->zero_copy(); });
  return kAfXdpModes[zero_copy ? 0 : 1];
}

std::vector<std::string> AfXdpInterface::notes() const {
  const auto zero_copy = static_cast<std::size_t>(
      std::count_if(sockets_.begin(), sockets_.end(), [](const auto& socket) { return socket->zero_copy(); }));
  std::string text = name_ + ": AF_XDP on " + std::to_string(sockets_.size()) +
                     (sockets_.size() == 1 ? " queue, " : " queues, ") +
                     (program_->mode() == XdpMode::kNative ? "native" : "generic") + " mode, ";
  if (zero_copy == sockets_.size())
    text += "zero-copy";
  else if (zero_copy != 0)
    text += "zero-copy on " + std::to_string(zero_copy) + " of them";
  else
    text += "copy";
  std::vector<std::string> notes{std::move(text)};
  if (program_->mode() == XdpMode::kGeneric)
    notes.push_back(name_ + ": the driver has no XDP of its own; libpcap is about as fast here");
  if (!sockets_.front()->frames_in_parts() &&
      device_.mtu_bytes + kEthernetHeaderBytes > options_.af_xdp.frame_bytes - AfXdpSocket::kHeadroomBytes)
    notes.push_back(name_ + ": frames over " +
                    std::to_string(options_.af_xdp.frame_bytes - AfXdpSocket::kHeadroomBytes) +
                    " bytes are dropped (and counted): this kernel or driver does not give them in parts; set "
                    "frame_bytes = 4096 in [capture.af_xdp], lower the MTU, or use --backend pcap");
  if (device_.strips_vlan_tags)
    notes.push_back(name_ + ": VLAN tags that the card takes off are not seen; to see them: sudo ethtool -K " + name_ +
                    " rxvlan off");
  return notes;
}

}  // namespace netpulse
