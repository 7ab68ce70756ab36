#include "engine/source/link_monitor.h"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>

namespace netpulse {
namespace {

constexpr std::size_t kMessageBytes = 32U << 10;  // what the kernel sends at one time at most
constexpr int kReadsMax = 64;

}  // namespace

Result<LinkMonitor> LinkMonitor::open(unsigned interface_id) {
  FileDescriptor netlink(socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, NETLINK_ROUTE));
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  address.nl_groups = RTMGRP_LINK;
  if (!netlink.open() || bind(netlink.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return Error{std::string("no news of the network interfaces: ") + std::strerror(errno)};
  return LinkMonitor(std::move(netlink), interface_id);
}

LinkMonitor::Events LinkMonitor::take() noexcept {
  alignas(nlmsghdr) std::array<char, kMessageBytes> buffer;
  Events events;
  for (int i = 0; i < kReadsMax; ++i) {
    const ssize_t bytes = recv(socket_.get(), buffer.data(), buffer.size(), 0);
    if (bytes > 0) {
      read(buffer.data(), static_cast<std::size_t>(bytes), events);
      continue;
    }
    if (bytes < 0 && errno == ENOBUFS) {  // some were lost: what is true now has to do
      std::array<char, IF_NAMESIZE> name{};
      removed_ |= if_indextoname(id_, name.data()) == nullptr;
      if (removed_) note(false, events);
      continue;
    }
    break;
  }
  events.removed = removed_;
  return events;
}

void LinkMonitor::read(const void* messages, std::size_t bytes, Events& events) noexcept {
  auto remaining = static_cast<unsigned>(bytes);
  for (const auto* header = static_cast<const nlmsghdr*>(messages); NLMSG_OK(header, remaining);
       header = NLMSG_NEXT(header, remaining)) {
    if (header->nlmsg_type != RTM_NEWLINK && header->nlmsg_type != RTM_DELLINK) continue;
    if (header->nlmsg_len < NLMSG_LENGTH(sizeof(ifinfomsg))) continue;
    const auto* link = static_cast<const ifinfomsg*>(NLMSG_DATA(header));
    if (static_cast<unsigned>(link->ifi_index) != id_ || link->ifi_family != AF_UNSPEC) continue;
    removed_ |= header->nlmsg_type == RTM_DELLINK;
    note(!removed_ && (link->ifi_flags & IFF_UP) != 0, events);
  }
}

void LinkMonitor::note(bool up, Events& events) noexcept {
  if (up_ && !up) ++events.downs;
  up_ = up;
}

}  // namespace netpulse
