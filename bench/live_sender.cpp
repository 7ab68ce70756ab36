// Sends UDP frames on an interface as fast as the machine can: the traffic of bench/live_sources.
//
//     live_sender INTERFACE SECONDS FRAME_BYTES FLOWS
//
// Prints how many frames the interface took. Meant for veth devices in network namespaces: it asks nobody.
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

namespace {

constexpr std::size_t kBatchFrames = 64;
constexpr std::size_t kHeaderBytes = 14 + 20 + 8;
constexpr std::uint16_t kPort = 40000;

void put16(std::uint8_t* at, std::size_t value) {
  at[0] = static_cast<std::uint8_t>(value >> 8);
  at[1] = static_cast<std::uint8_t>(value);
}

std::uint16_t ipv4_checksum(const std::uint8_t* header) {
  std::uint32_t sum = 0;
  for (int i = 0; i < 20; i += 2) sum += static_cast<std::uint32_t>(header[i] << 8 | header[i + 1]);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<std::uint16_t>(~sum);
}

/// A frame without addresses: set_flow() gives them.
std::vector<std::uint8_t> frame_of(std::size_t bytes) {
  std::vector<std::uint8_t> frame(bytes);
  const std::array<std::uint8_t, 14> ethernet{2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x08, 0x00};
  std::memcpy(frame.data(), ethernet.data(), ethernet.size());
  std::uint8_t* ip = frame.data() + 14;
  ip[0] = 0x45;
  put16(ip + 2, bytes - 14);
  ip[8] = 64;
  ip[9] = IPPROTO_UDP;
  put16(ip + 20, kPort);
  put16(ip + 22, kPort);
  put16(ip + 24, bytes - 34);
  return frame;
}

void set_flow(std::vector<std::uint8_t>& frame, std::uint32_t flow) {
  std::uint8_t* ip = frame.data() + 14;
  const std::uint32_t source = htonl(0x0a00'0000U + flow), destination = htonl(0x0ac0'0001U);
  std::memcpy(ip + 12, &source, 4);
  std::memcpy(ip + 16, &destination, 4);
  put16(ip + 10, 0);
  put16(ip + 10, ipv4_checksum(ip));
}

int open_socket(const char* interface) {
  const int descriptor = socket(AF_PACKET, SOCK_RAW, 0);
  sockaddr_ll address{};
  address.sll_family = AF_PACKET;
  address.sll_ifindex = static_cast<int>(if_nametoindex(interface));
  const int yes = 1;
  if (descriptor < 0 || address.sll_ifindex == 0 ||
      bind(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return -1;
  setsockopt(descriptor, SOL_PACKET, PACKET_QDISC_BYPASS, &yes, sizeof yes);
  return descriptor;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 5) {
    std::fprintf(stderr, "usage: live_sender INTERFACE SECONDS FRAME_BYTES FLOWS\n");
    return 2;
  }
  const int descriptor = open_socket(arguments[1]);
  if (descriptor < 0) {
    std::perror(arguments[1]);
    return 1;
  }
  const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(std::atof(arguments[2]));
  const auto bytes = static_cast<std::size_t>(std::strtoul(arguments[3], nullptr, 10));
  const auto flows = static_cast<std::uint32_t>(std::strtoul(arguments[4], nullptr, 10));
  if (bytes < kHeaderBytes || flows == 0 || flows > 1U << 23) {
    std::fprintf(stderr, "live_sender: frames have 42 bytes at least, flows are 1 to 8388608\n");
    return 2;
  }
  std::vector<std::vector<std::uint8_t>> frames(kBatchFrames, frame_of(bytes));
  std::array<iovec, kBatchFrames> parts{};
  std::array<mmsghdr, kBatchFrames> messages{};
  for (std::size_t i = 0; i < kBatchFrames; ++i) {
    parts[i] = {frames[i].data(), bytes};
    messages[i].msg_hdr.msg_iov = &parts[i];
    messages[i].msg_hdr.msg_iovlen = 1;
  }
  std::uint64_t sent = 0;
  std::uint32_t flow = 0;
  while (std::chrono::steady_clock::now() < end) {
    for (auto& frame : frames) set_flow(frame, flow = flow + 1 < flows ? flow + 1 : 0);
    // A frame that the device refuses ends the call: it was not sent, and neither were those behind it.
    const int taken = sendmmsg(descriptor, messages.data(), kBatchFrames, 0);
    if (taken > 0) sent += static_cast<std::uint64_t>(taken);
  }
  std::printf("%llu\n", static_cast<unsigned long long>(sent));
  close(descriptor);
  return 0;
}
