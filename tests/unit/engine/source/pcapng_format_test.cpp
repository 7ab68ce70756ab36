#include "engine/source/pcapng_format.h"

#include <gtest/gtest.h>

#include <limits>

#include "tests/unit/engine/source/capture_bytes.h"

namespace netpulse {
namespace {

using test::CaptureBytes;
using test::read_capture;

class PcapngInBothByteOrders : public testing::TestWithParam<std::endian> {
 protected:
  CaptureBytes bytes{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(Pcapng, PcapngInBothByteOrders, testing::Values(std::endian::little, std::endian::big));

TEST_P(PcapngInBothByteOrders, ReadsEnhancedPacketsOfSeveralInterfaces) {
  bytes.section().interface(1, 0, bytes.option(2, "eth0")).interface(113, 0, bytes.option(2, "wlan0"));
  bytes.enhanced_packet(1, 5'000'001, "cooked", 70).enhanced_packet(0, 6'000'000, "ether");
  const auto read = read_capture(bytes.bytes());
  ASSERT_EQ(read.packets.size(), 2);
  EXPECT_EQ(read.packets[0].text, "cooked");
  EXPECT_EQ(read.packets[0].wire_bytes, 70);
  EXPECT_EQ(read.packets[0].link_type, 113);
  EXPECT_EQ(read.packets[0].interface_index, 1);
  EXPECT_EQ(read.packets[0].received_at.nanoseconds, 5'000'001'000);
  EXPECT_EQ(read.packets[1].text, "ether");
  EXPECT_EQ(read.packets[1].link_type, 1);
  EXPECT_EQ(read.packets[1].interface_index, 0);
  EXPECT_EQ(read.packets[1].number, 2);
  EXPECT_EQ(read.interfaces, (std::vector<std::string>{"eth0", "wlan0"}));
  EXPECT_EQ(read.error, "");
}

TEST_P(PcapngInBothByteOrders, ReadsObsoletePacketBlocks) {
  CaptureBytes body(GetParam());
  body.u16(0).u16(77).u32(0).u32(3'000'000).u32(3).u32(9).text("abc");
  const auto read = read_capture(bytes.section().interface().block(2, body.bytes()).bytes());
  ASSERT_EQ(read.packets.size(), 1);
  EXPECT_EQ(read.packets[0].text, "abc");
  EXPECT_EQ(read.packets[0].wire_bytes, 9);
  EXPECT_EQ(read.packets[0].received_at.nanoseconds, 3'000'000'000);
}

TEST_P(PcapngInBothByteOrders, CutsSimplePacketsAtTheSnapLengthAndLendsThemATime) {
  const auto simple = [](std::uint32_t wire, const char* data) {
    return CaptureBytes(GetParam()).u32(wire).text(data).bytes();
  };
  bytes.section().interface(1, 5).block(3, simple(3, "abc")).enhanced_packet(0, 2'000'000, "x");
  bytes.block(3, simple(90, "abcdefgh"));
  const auto read = read_capture(bytes.bytes());
  ASSERT_EQ(read.packets.size(), 3);
  EXPECT_EQ(read.packets[0].text, "abc");
  EXPECT_FALSE(read.packets[0].received_at.known());
  EXPECT_EQ(read.packets[2].text, "abcde");
  EXPECT_EQ(read.packets[2].wire_bytes, 90);
  EXPECT_EQ(read.packets[2].received_at.nanoseconds, 2'000'000'000);
}

TEST_P(PcapngInBothByteOrders, SkipsBlocksItDoesNotKnow) {
  bytes.section().interface().block(4, "names").block(5, "statistics").block(0xbad, "custom");
  bytes.block(0x7fffffff, std::string(5000, 'x')).enhanced_packet(0, 1, "abc").block(10, "");
  const auto read = read_capture(bytes.bytes());
  EXPECT_EQ(read.packets.size(), 1);
  EXPECT_EQ(read.error, "");
}

TEST_P(PcapngInBothByteOrders, SkipsABlockLargerThanAnyBuffer) {
  bytes.section().interface().block(0xbad, std::string(3'000'000, 'x')).enhanced_packet(0, 1, "abc");
  EXPECT_EQ(read_capture(bytes.bytes()).packets.size(), 1);
  EXPECT_EQ(read_capture(bytes.bytes()).error, "");
  const std::string cut = bytes.bytes().substr(0, 1'000'000 + 48);
  EXPECT_EQ(read_capture(cut).error, "FILE: byte 48: the file ends inside a block, 2000012 bytes too early");
}

TEST_P(PcapngInBothByteOrders, AppliesEachInterfacesTimeResolutionAndOffset) {
  const auto time = [](char resolution, std::int64_t offset, std::uint64_t units) {
    CaptureBytes file(GetParam());
    const std::string seconds = CaptureBytes(GetParam()).u64(static_cast<std::uint64_t>(offset)).bytes();
    file.section().interface(1, 0, file.option(9, std::string(1, resolution)) + file.option(14, seconds));
    return read_capture(file.enhanced_packet(0, units, "x").bytes()).packets.at(0).received_at.nanoseconds;
  };
  EXPECT_EQ(time(9, 0, 1'234'567'890), 1'234'567'890);
  EXPECT_EQ(time(3, 0, 1'500), 1'500'000'000);
  EXPECT_EQ(time(0, 0, 7), 7'000'000'000);
  EXPECT_EQ(time(12, 0, 7'000'000'001'000), 7'000'000'001);
  EXPECT_EQ(time(6, 100, 1'000'000), 101'000'000'000);
  EXPECT_EQ(time(6, -100, 1'000'000), -99'000'000'000);
  EXPECT_EQ(time(static_cast<char>(0x80 | 10), 0, 1536), 1'500'000'000);
  EXPECT_EQ(time(static_cast<char>(0x80 | 32), 0, std::uint64_t{3} << 31), 1'500'000'000);
}

TEST(PcapngClock, KeepsOddResolutionsWithinWhatATimestampHolds) {
  constexpr std::uint64_t kAll = ~std::uint64_t{0};
  constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(PcapngClock(0, 0).to_timestamp(kAll).nanoseconds, kMax);
  EXPECT_EQ(PcapngClock(6, kMax).to_timestamp(kAll).nanoseconds, kMax);
  EXPECT_EQ(PcapngClock(6, std::numeric_limits<std::int64_t>::min()).to_timestamp(0).nanoseconds,
            std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(PcapngClock(28, 0).to_timestamp(kAll).nanoseconds, 1);
  EXPECT_EQ(PcapngClock(29, 0).to_timestamp(kAll).nanoseconds, 0);
  EXPECT_EQ(PcapngClock(127, 0).to_timestamp(kAll).nanoseconds, 0);
  EXPECT_EQ(PcapngClock(255, 0).to_timestamp(kAll).nanoseconds, 0);
  EXPECT_EQ(PcapngClock(128, 0).to_timestamp(3).nanoseconds, 3'000'000'000);
}

TEST(Pcapng, BeginsEachSectionAnewInItsOwnByteOrder) {
  CaptureBytes bytes(std::endian::little), second(std::endian::big);
  bytes.section().interface(1, 0, bytes.option(2, "one")).enhanced_packet(0, 1, "little");
  second.section().interface(101, 0, second.option(2, "two")).enhanced_packet(0, 2, "big");
  const auto read = read_capture(bytes.append(second).bytes());
  ASSERT_EQ(read.packets.size(), 2);
  EXPECT_EQ(read.packets[1].text, "big");
  EXPECT_EQ(read.packets[1].link_type, 101);
  EXPECT_EQ(read.packets[1].interface_index, 1);
  EXPECT_EQ(read.interfaces, (std::vector<std::string>{"one", "two"}));

  CaptureBytes without(std::endian::big);
  without.section().enhanced_packet(0, 2, "lost");
  const auto refused = read_capture(bytes.append(without).bytes());
  EXPECT_EQ(refused.packets.size(), 2);
  EXPECT_NE(refused.error.find("names interface 0, but the section has 0 so far"), std::string::npos)
      << "interfaces do not outlive their section";
}

TEST(Pcapng, NamesInterfacesByTheFileWhereTheyHaveNoName) {
  CaptureBytes bytes;
  bytes.section().interface().interface(1, 0, bytes.option(2, "")).interface(1, 0, bytes.option(2, "e\x1b[31m"));
  EXPECT_EQ(read_capture(bytes.bytes()).interfaces, (std::vector<std::string>{"FILE", "e\\x1b[31m"}));
}

TEST(Pcapng, IgnoresOptionsThatOverrunTheirBlock) {
  CaptureBytes bytes;
  const std::string overrun = CaptureBytes().u16(2).u16(500).text("eth0").bytes();
  const auto read = read_capture(bytes.section().interface(1, 0, overrun).enhanced_packet(0, 1, "abc").bytes());
  EXPECT_EQ(read.packets.size(), 1);
  EXPECT_EQ(read.error, "");
}

/// The error of a file whose third block, at byte 48, is `block`.
std::string error_of(const std::string& block) {
  CaptureBytes bytes;
  bytes.section().interface();
  EXPECT_EQ(bytes.bytes().size(), 48);
  const auto read = read_capture(bytes.text(block).zeros(2000).bytes());
  EXPECT_TRUE(read.packets.empty());
  EXPECT_EQ(read.status, PollStatus::kFailed);
  return read.error;
}

TEST(Pcapng, TellsWhichBlockLengthIsImpossible) {
  const auto with_length = [](std::uint32_t type, std::uint32_t length) {
    return error_of(CaptureBytes().u32(type).u32(length).zeros(60).bytes());
  };
  EXPECT_EQ(with_length(5, 0),
            "FILE: byte 48: a block of type 0x00000005 claims a length of 0 bytes; a multiple of 4 from 12 on is "
            "possible");
  EXPECT_NE(with_length(5, 11).find("a length of 11 bytes"), std::string::npos);
  EXPECT_NE(with_length(5, 13).find("a length of 13 bytes"), std::string::npos);
  EXPECT_NE(with_length(6, 28).find("from 32 on"), std::string::npos);
  EXPECT_NE(with_length(1, 16).find("from 20 on"), std::string::npos);
  EXPECT_NE(with_length(6, 0x7ffffffc).find("at most 1114112 are possible"), std::string::npos);
  EXPECT_NE(with_length(0x0a0d0d0a, 28).find("byte-order magic 0x00000000"), std::string::npos);
  EXPECT_EQ(error_of(CaptureBytes().u32(5).u32(16).u32(1).u32(12).bytes()),
            "FILE: byte 48: the two lengths of a block of type 0x00000005 differ");
}

TEST(Pcapng, RefusesPacketsThatDoNotFitTheirBlock) {
  const auto packet = [](std::uint32_t id, std::uint32_t captured) {
    return error_of(
        CaptureBytes().block(6, CaptureBytes().u32(id).u64(0).u32(captured).u32(4).text("abcd").bytes()).bytes());
  };
  EXPECT_EQ(packet(0, 5), "FILE: byte 48: a packet block with room for 4 bytes claims 5");
  EXPECT_NE(packet(0, 0xffffffff).find("claims 4294967295"), std::string::npos);
  EXPECT_NE(packet(1, 4).find("names interface 1, but the section has 1 so far"), std::string::npos);
}

TEST(Pcapng, RefusesAnotherVersion) {
  CaptureBytes bytes;
  bytes.block(0x0a0d0d0a, CaptureBytes().u32(0x1a2b3c4d).u16(2).u16(0).u64(0).bytes());
  EXPECT_EQ(read_capture(bytes.bytes()).error, "FILE: byte 0: pcapng version 2.0 is not supported; 1.0 is");
}

}  // namespace
}  // namespace netpulse
