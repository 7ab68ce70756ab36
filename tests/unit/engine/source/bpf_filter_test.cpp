#include "engine/source/bpf_filter.h"

#include <gtest/gtest.h>

#include <string>

namespace netpulse {
namespace {

/// IPv4 UDP from port 1 to port 53.
const std::string kDatagram(
    "\x45\x00\x00\x1c\x00\x00\x00\x00\x40\x11\x00\x00\x0a\x00\x00\x01\x0a\x00\x00\x02"
    "\x00\x01\x00\x35\x00\x08\x00\x00",
    28);
const std::string kFrame = std::string(12, '\x02') + std::string("\x08\x00", 2) + kDatagram;

RawPacket packet(const std::string& bytes, std::uint16_t link_type) {
  RawPacket packet;
  packet.data = reinterpret_cast<const std::uint8_t*>(bytes.data());
  packet.captured_bytes = packet.wire_bytes = static_cast<std::uint32_t>(bytes.size());
  packet.link_type = link_type;
  return packet;
}

BpfFilter filter(const std::string& expression) { return std::move(BpfFilter::create(expression)).value(); }

TEST(BpfFilter, AcceptsByContent) {
  EXPECT_TRUE(filter("udp port 53").accepts(packet(kFrame, 1)));
  EXPECT_FALSE(filter("tcp port 53").accepts(packet(kFrame, 1)));
  EXPECT_TRUE(filter("less 100").accepts(packet(kFrame, 1)));
}

TEST(BpfFilter, CompilesForEachLinkType) {
  BpfFilter dns = filter("udp port 53");
  for (int round = 0; round < 3; ++round) {
    EXPECT_TRUE(dns.accepts(packet(kFrame, 1)));
    EXPECT_TRUE(dns.accepts(packet(kDatagram, 101)));
    EXPECT_FALSE(dns.accepts(packet(kFrame, 101)));
  }
  EXPECT_EQ(dns.faults(), "");
}

TEST(BpfFilter, NeverReadsPastWhatWasCaptured) {
  BpfFilter dns = filter("udp port 53");
  for (std::size_t size = 0; size < kFrame.size() - 4; ++size) {
    const std::vector<char> cut(kFrame.begin(), kFrame.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_FALSE(dns.accepts(packet(std::string(cut.begin(), cut.end()), 1)));
  }
}

TEST(BpfFilter, TellsOfALinkTypeItDoesNotFit) {
  BpfFilter wireless = filter("type mgt");  // not for Ethernet, but good for 802.11
  EXPECT_FALSE(wireless.accepts(packet(kFrame, 1)));
  EXPECT_TRUE(wireless.faults().starts_with("filter \"type mgt\" does not fit link type 1: ")) << wireless.faults();
  EXPECT_EQ(wireless.faults().find('\n'), std::string::npos);
}

TEST(BpfFilter, RefusesAnExpressionThatNoLinkTypeFits) {
  const auto bad = BpfFilter::create("tcp and and");
  ASSERT_FALSE(bad.ok());
  EXPECT_NE(bad.error().message.find("syntax error"), std::string::npos) << bad.error().message;
}

TEST(BpfFilter, StopsCompilingAtALimitOfLinkTypes) {
  BpfFilter all = filter("greater 0");
  for (std::uint16_t link_type = 0; link_type < 1000; ++link_type) all.accepts(packet(kFrame, link_type));
  EXPECT_FALSE(all.accepts(packet(kFrame, 1000)));
  EXPECT_TRUE(all.accepts(packet(kFrame, 1)));
}

}  // namespace
}  // namespace netpulse
