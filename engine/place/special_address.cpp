#include "engine/place/special_address.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstring>
#include <iterator>

namespace netpulse {
namespace {

using Kind = SpecialAddressKind;

struct Ipv4Block {
  std::uint32_t network;
  std::uint8_t prefix_bits;
  Kind kind;
};

constexpr std::uint32_t ipv4(std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
  return a << 24 | b << 16 | c << 8 | d;
}

/// Of two blocks that hold an address the first counts.
constexpr Ipv4Block kIpv4Blocks[] = {
    {ipv4(0, 0, 0, 0), 32, Kind::kUnspecified},            // RFC 1122 section 3.2.1.3
    {ipv4(0, 0, 0, 0), 8, Kind::kThisNetwork},             // RFC 791 section 3.2
    {ipv4(10, 0, 0, 0), 8, Kind::kPrivate},                // RFC 1918
    {ipv4(100, 64, 0, 0), 10, Kind::kSharedAddressSpace},  // RFC 6598
    {ipv4(127, 0, 0, 0), 8, Kind::kLoopback},              // RFC 1122 section 3.2.1.3
    {ipv4(169, 254, 0, 0), 16, Kind::kLinkLocal},          // RFC 3927
    {ipv4(172, 16, 0, 0), 12, Kind::kPrivate},             // RFC 1918
    {ipv4(192, 0, 0, 9), 32, Kind::kNone},                 // RFC 7723: PCP anycast
    {ipv4(192, 0, 0, 10), 32, Kind::kNone},                // RFC 8155: TURN anycast
    {ipv4(192, 0, 0, 0), 24, Kind::kReserved},             // RFC 6890 section 2.1: IETF protocol assignments
    {ipv4(192, 0, 2, 0), 24, Kind::kDocumentation},        // RFC 5737
    {ipv4(192, 88, 99, 0), 24, Kind::kReserved},           // RFC 7526: 6to4 relay anycast, deprecated
    {ipv4(192, 168, 0, 0), 16, Kind::kPrivate},            // RFC 1918
    {ipv4(198, 18, 0, 0), 15, Kind::kBenchmarking},        // RFC 2544
    {ipv4(198, 51, 100, 0), 24, Kind::kDocumentation},     // RFC 5737
    {ipv4(203, 0, 113, 0), 24, Kind::kDocumentation},      // RFC 5737
    {ipv4(224, 0, 0, 0), 4, Kind::kMulticast},             // RFC 5771
    {ipv4(255, 255, 255, 255), 32, Kind::kBroadcast},      // RFC 919
    {ipv4(240, 0, 0, 0), 4, Kind::kReserved},              // RFC 1112 section 4
};

struct Ipv6Block {
  std::uint64_t network_high;
  std::uint64_t network_low;
  std::uint8_t prefix_bits;
  Kind kind;
};

constexpr Ipv6Block kIpv6Blocks[] = {
    {0, 0, 128, Kind::kUnspecified},                        // RFC 4291 section 2.5.2
    {0, 1, 128, Kind::kLoopback},                           // RFC 4291 section 2.5.3
    {0x0064'ff9b'0001'0000, 0, 48, Kind::kPrivate},         // RFC 8215: local-use translation
    {0x0100'0000'0000'0000, 0, 64, Kind::kDiscardOnly},     // RFC 6666
    {0x0100'0000'0000'0001, 0, 64, Kind::kReserved},        // RFC 9780: dummy prefix
    {0x2001'0000'0000'0000, 0, 32, Kind::kTeredo},          // RFC 4380
    {0x2001'0001'0000'0000, 1, 128, Kind::kNone},           // RFC 7723: PCP anycast
    {0x2001'0001'0000'0000, 2, 128, Kind::kNone},           // RFC 8155: TURN anycast
    {0x2001'0001'0000'0000, 3, 128, Kind::kNone},           // RFC 9665: DNS-SD SRP anycast
    {0x2001'0002'0000'0000, 0, 48, Kind::kBenchmarking},    // RFC 5180
    {0x2001'0003'0000'0000, 0, 32, Kind::kNone},            // RFC 7450: AMT
    {0x2001'0004'0112'0000, 0, 48, Kind::kNone},            // RFC 7535: AS112
    {0x2001'0010'0000'0000, 0, 28, Kind::kOrchid},          // RFC 4843, deprecated
    {0x2001'0020'0000'0000, 0, 28, Kind::kOrchid},          // RFC 7343: names of hosts, not places
    {0x2001'0030'0000'0000, 0, 28, Kind::kOrchid},          // RFC 9374: names of drones
    {0x2001'0000'0000'0000, 0, 23, Kind::kReserved},        // RFC 2928: IETF protocol assignments
    {0x2001'0db8'0000'0000, 0, 32, Kind::kDocumentation},   // RFC 3849
    {0x2002'0000'0000'0000, 0, 16, Kind::kSixToFour},       // RFC 3056
    {0x3fff'0000'0000'0000, 0, 20, Kind::kDocumentation},   // RFC 9637
    {0x5f00'0000'0000'0000, 0, 16, Kind::kSegmentRouting},  // RFC 9602
    {0xfc00'0000'0000'0000, 0, 7, Kind::kUniqueLocal},      // RFC 4193
    {0xfe80'0000'0000'0000, 0, 10, Kind::kLinkLocal},       // RFC 4291 section 2.5.6
    {0xfec0'0000'0000'0000, 0, 10, Kind::kPrivate},         // RFC 3879: site-local, deprecated
    {0xff00'0000'0000'0000, 0, 8, Kind::kMulticast},        // RFC 4291 section 2.7
    {0, 0, 96, Kind::kReserved},                            // RFC 4291 section 2.5.5.1: IPv4-compatible, deprecated
};

constexpr std::uint64_t kNat64High = 0x0064'ff9b'0000'0000;

template <class Word>
Word big_endian(const std::uint8_t* octets) noexcept {
  Word value;
  std::memcpy(&value, octets, sizeof value);
  if constexpr (std::endian::native == std::endian::big) return value;
  if constexpr (sizeof value == sizeof(std::uint32_t)) return __builtin_bswap32(value);
  return static_cast<Word>(__builtin_bswap64(value));
}

/// The first bits of a 64-bit word; bits: 0-64.
constexpr std::uint64_t mask_64(unsigned bits) noexcept { return bits == 0 ? 0 : ~std::uint64_t{0} << (64 - bits); }

/// By first octet: the blocks from the first to the last one that hold such addresses. Most octets have none.
struct BlockRange {
  std::uint8_t first = 0, end = 0;
};
constexpr void widen(BlockRange& range, std::size_t block) {
  if (range.end == 0) range.first = static_cast<std::uint8_t>(block);
  range.end = static_cast<std::uint8_t>(block + 1);
}
constexpr auto kIpv4BlocksByOctet = [] {
  std::array<BlockRange, 256> ranges{};
  for (std::uint32_t octet = 0; octet < ranges.size(); ++octet)
    for (std::size_t i = 0; i < std::size(kIpv4Blocks); ++i) {
      const unsigned bits = std::min<unsigned>(kIpv4Blocks[i].prefix_bits, 8);
      if ((octet << 24 ^ kIpv4Blocks[i].network) >> (32 - bits) == 0) widen(ranges[octet], i);
    }
  return ranges;
}();
constexpr auto kIpv6BlocksByOctet = [] {
  std::array<BlockRange, 256> ranges{};
  for (std::uint64_t octet = 0; octet < ranges.size(); ++octet)
    for (std::size_t i = 0; i < std::size(kIpv6Blocks); ++i) {
      const unsigned bits = std::min<unsigned>(kIpv6Blocks[i].prefix_bits, 8);
      if (((octet << 56 ^ kIpv6Blocks[i].network_high) & mask_64(bits)) == 0) widen(ranges[octet], i);
    }
  return ranges;
}();

Kind ipv4_kind(std::uint32_t address) noexcept {
  const BlockRange range = kIpv4BlocksByOctet[address >> 24];
  for (std::size_t i = range.first; i < range.end; ++i)
    if (((address ^ kIpv4Blocks[i].network) >> (32 - kIpv4Blocks[i].prefix_bits)) == 0) return kIpv4Blocks[i].kind;
  return Kind::kNone;
}

Kind ipv6_kind(std::uint64_t high, std::uint64_t low) noexcept {
  const BlockRange range = kIpv6BlocksByOctet[high >> 56];
  for (std::size_t i = range.first; i < range.end; ++i) {
    const Ipv6Block& block = kIpv6Blocks[i];
    const unsigned high_bits = block.prefix_bits < 64 ? block.prefix_bits : 64;
    if (((high ^ block.network_high) & mask_64(high_bits)) == 0 &&
        ((low ^ block.network_low) & mask_64(block.prefix_bits - high_bits)) == 0)
      return block.kind;
  }
  return Kind::kNone;
}

}  // namespace

const char* special_address_kind_name(SpecialAddressKind kind) noexcept {
  static constexpr std::array<const char*, static_cast<std::size_t>(Kind::kCount)> kNames{
      "none",         "unspecified", "this_network", "private",   "shared_address_space", "unique_local",
      "loopback",     "link_local",  "multicast",    "broadcast", "documentation",        "benchmarking",
      "discard_only", "six_to_four", "teredo",       "orchid",    "segment_routing",      "reserved"};
  return kNames[static_cast<std::size_t>(kind)];
}

IpAddress address_to_place(const IpAddress& address) noexcept {
  const std::uint8_t* octets = address.octets.data();
  if (big_endian<std::uint64_t>(octets) != kNat64High || big_endian<std::uint32_t>(octets + 8) != 0) return address;
  return IpAddress::from_v4(octets + 12);
}

SpecialAddressKind special_address_kind(const IpAddress& address) noexcept {
  if (address.is_v4_mapped()) return ipv4_kind(big_endian<std::uint32_t>(address.octets.data() + 12));
  const IpAddress meant = address_to_place(address);
  const std::uint8_t* octets = meant.octets.data();
  if (meant.is_v4_mapped()) return ipv4_kind(big_endian<std::uint32_t>(octets + 12));
  return ipv6_kind(big_endian<std::uint64_t>(octets), big_endian<std::uint64_t>(octets + 8));
}

}  // namespace netpulse
