#include "engine/source/network_device.h"

#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "engine/source/file_descriptor.h"

namespace netpulse {
namespace {

/// netdevice(7) and ethtool requests about one interface.
class DeviceQuery {
 public:
  explicit DeviceQuery(const std::string& name) : socket_(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)), name_(name) {}

  /// Fills request and returns true if the system answers.
  bool ask(unsigned long command, ifreq& request) const {
    name_.copy(request.ifr_name, IFNAMSIZ - 1);
    return socket_.open() && ioctl(socket_.get(), command, &request) == 0;
  }
  template <class T>
  bool ask_ethtool(std::uint32_t command, T& answer) const {
    answer.cmd = command;
    ifreq request{};
    request.ifr_data = reinterpret_cast<char*>(&answer);
    return ask(SIOCETHTOOL, request);
  }

 private:
  FileDescriptor socket_;
  const std::string& name_;
};

std::string sysfs_path(const std::string& name) { return "/sys/class/net/" + name; }

void ask_queues(const DeviceQuery& query, NetworkDevice& device) {
  ethtool_channels channels{};
  if (!query.ask_ethtool(ETHTOOL_GCHANNELS, channels)) return;
  device.queues = std::max(1U, channels.combined_count + channels.rx_count);
  device.queues_max = std::max(device.queues, channels.max_combined + channels.max_rx);
}

}  // namespace

NetworkDevice network_device(const std::string& name) {
  NetworkDevice device;
  const DeviceQuery query(name);
  ifreq request{};
  if (!query.ask(SIOCGIFINDEX, request)) return device;
  device.id = static_cast<unsigned>(request.ifr_ifindex);
  if (query.ask(SIOCGIFFLAGS, request)) device.up = (request.ifr_flags & IFF_UP) != 0;
  if (query.ask(SIOCGIFMTU, request)) device.mtu_bytes = static_cast<std::uint32_t>(request.ifr_mtu);
  if (query.ask(SIOCGIFHWADDR, request))
    device.ethernet = request.ifr_hwaddr.sa_family == ARPHRD_ETHER || request.ifr_hwaddr.sa_family == ARPHRD_LOOPBACK;
  ask_queues(query, device);
  ethtool_value flags{};
  device.strips_vlan_tags = query.ask_ethtool(ETHTOOL_GFLAGS, flags) && (flags.data & ETH_FLAG_RXVLAN) != 0;
  return device;
}

std::uint32_t receive_queues(const std::string& name) {
  const DeviceQuery query(name);
  ifreq request{};
  if (!query.ask(SIOCGIFINDEX, request)) return 0;
  NetworkDevice device;
  ask_queues(query, device);
  return device.queues;
}

bool hashes_symmetrically(const std::string& name) {
  if (receive_queues(name) == 1) return true;
  const DeviceQuery query(name);
  ethtool_rxfh sizes{};
  if (!query.ask_ethtool(ETHTOOL_GRSSH, sizes)) return false;
  // input_xfrm of Linux 6.8, in what was reserved before; bit 0: RXH_XFRM_SYM_XOR.
  if ((sizes.rsvd8[0] & 1) != 0) return true;
  constexpr std::uint32_t kKeyBytesMin = 16, kKeyBytesMax = 1024, kIndirectionMax = 1 << 16;
  if (sizes.key_size < kKeyBytesMin || sizes.key_size > kKeyBytesMax || sizes.indir_size > kIndirectionMax)
    return false;
  const std::size_t indirection_bytes = sizes.indir_size * sizeof(std::uint32_t);
  std::vector<std::uint32_t> memory((sizeof(ethtool_rxfh) + indirection_bytes + sizes.key_size + 3) / 4);
  auto& answer = *reinterpret_cast<ethtool_rxfh*>(memory.data());
  answer.indir_size = sizes.indir_size;
  answer.key_size = sizes.key_size;
  if (!query.ask_ethtool(ETHTOOL_GRSSH, answer)) return false;
  const auto* key = reinterpret_cast<const std::uint8_t*>(memory.data()) + sizeof(ethtool_rxfh) + indirection_bytes;
  for (std::uint32_t i = 2; i < sizes.key_size; ++i)
    if (key[i] != key[i - 2]) return false;
  return true;
}

std::vector<std::string> interfaces_above(const std::string& name) {
  constexpr std::string_view kPrefix = "upper_";
  std::vector<std::string> names;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(sysfs_path(name), ignored))
    if (std::string file = entry.path().filename().string(); file.starts_with(kPrefix))
      names.push_back(file.substr(kPrefix.size()));
  return names;
}

std::uint64_t missed_frames(const std::string& name) {
  std::uint64_t sum = 0;
  for (const char* counter : {"rx_missed_errors", "rx_fifo_errors"}) {
    std::uint64_t frames = 0;
    if (std::ifstream file(sysfs_path(name) + "/statistics/" + counter); file >> frames) sum += frames;
  }
  return sum;
}

}  // namespace netpulse
