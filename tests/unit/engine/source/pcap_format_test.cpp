#include "engine/source/pcap_format.h"

#include <gtest/gtest.h>

#include "tests/unit/engine/source/capture_bytes.h"

namespace netpulse {
namespace {

using test::CaptureBytes;
using test::read_capture;

constexpr std::uint32_t kMicro = 0xa1b2c3d4, kNano = 0xa1b23c4d, kModified = 0xa1b2cd34;

class PcapInBothByteOrders : public testing::TestWithParam<std::endian> {};
INSTANTIATE_TEST_SUITE_P(Pcap, PcapInBothByteOrders, testing::Values(std::endian::little, std::endian::big));

TEST_P(PcapInBothByteOrders, ReadsMicroseconds) {
  const auto read = read_capture(
      CaptureBytes(GetParam()).pcap_header(kMicro).pcap_record(1, 2, "abc", 60).pcap_record(3, 999999, "").bytes());
  ASSERT_EQ(read.packets.size(), 2);
  EXPECT_EQ(read.packets[0].text, "abc");
  EXPECT_EQ(read.packets[0].wire_bytes, 60);
  EXPECT_EQ(read.packets[0].received_at.nanoseconds, 1'000'002'000);
  EXPECT_EQ(read.packets[0].number, 1);
  EXPECT_EQ(read.packets[0].link_type, 1);
  EXPECT_EQ(read.packets[1].captured_bytes, 0);
  EXPECT_EQ(read.packets[1].number, 2);
  EXPECT_EQ(read.now.nanoseconds, 3'999'999'000);
  EXPECT_EQ(read.status, PollStatus::kEndOfInput);
  EXPECT_EQ(read.error, "");
  EXPECT_EQ(read.interfaces, std::vector<std::string>{"FILE"});
}

TEST_P(PcapInBothByteOrders, ReadsNanoseconds) {
  const auto read = read_capture(CaptureBytes(GetParam()).pcap_header(kNano).pcap_record(1, 2, "abc").bytes());
  ASSERT_EQ(read.packets.size(), 1);
  EXPECT_EQ(read.packets[0].received_at.nanoseconds, 1'000'000'002);
}

TEST_P(PcapInBothByteOrders, ReadsTheLongerRecordsOfModifiedPcap) {
  CaptureBytes bytes(GetParam());
  bytes.pcap_header(kModified);
  for (const char* data : {"first", "second"})
    bytes.u32(7).u32(0).u32(std::string(data).size()).u32(100).u32(2).u32(0x0800).text(data);
  const auto read = read_capture(bytes.bytes());
  ASSERT_EQ(read.packets.size(), 2);
  EXPECT_EQ(read.packets[0].text, "first");
  EXPECT_EQ(read.packets[1].text, "second");
  EXPECT_EQ(read.packets[1].wire_bytes, 100);
  EXPECT_EQ(read.error, "");
}

TEST_P(PcapInBothByteOrders, TakesOnlyTheLinkTypeFromItsField) {
  const auto link_type = [](std::uint32_t field) {
    return read_capture(CaptureBytes(GetParam()).pcap_header(kMicro, field).pcap_record(1, 0, "x").bytes())
        .packets.at(0)
        .link_type;
  };
  EXPECT_EQ(link_type(113), 113);
  EXPECT_EQ(link_type(0xf4000001), 1) << "four FCS bytes follow each packet";
  EXPECT_EQ(link_type(12), 101) << "raw IP as BSD numbers it";
  EXPECT_EQ(link_type(0x02240002), kLinkTypeUnknown) << "a link-layer class";
}

TEST(Pcap, RaisesAWireLengthThatIsTooSmall) {
  const auto read = read_capture(CaptureBytes().pcap_header().pcap_record(1, 0, "abcdef", 2).bytes());
  EXPECT_EQ(read.packets.at(0).wire_bytes, 6);
}

TEST(Pcap, SwapsLengthsWhereOldVersionsDid) {
  const auto lengths = [](std::uint16_t minor, std::uint32_t first, std::uint32_t second) {
    CaptureBytes bytes;
    bytes.pcap_header(kMicro, 1, 65535, 2, minor).u32(1).u32(0).u32(first).u32(second).text("abc");
    const auto packet = read_capture(bytes.bytes()).packets.at(0);
    return std::pair(packet.captured_bytes, packet.wire_bytes);
  };
  EXPECT_EQ(lengths(4, 3, 9), std::pair(3U, 9U));
  EXPECT_EQ(lengths(3, 3, 9), std::pair(3U, 9U));
  EXPECT_EQ(lengths(3, 9, 3), std::pair(3U, 9U));
  EXPECT_EQ(lengths(2, 9, 3), std::pair(3U, 9U));
}

TEST(Pcap, DoesNotBelieveTheSnapLength) {
  for (const std::uint32_t snap : {0U, 1U, 0x80000000U, 0xffffffffU}) {
    const auto read = read_capture(CaptureBytes().pcap_header(kMicro, 1, snap).pcap_record(1, 0, "abcdef").bytes());
    ASSERT_EQ(read.packets.size(), 1) << snap;
    EXPECT_EQ(read.packets[0].text, "abcdef");
    EXPECT_EQ(read.error, "");
  }
}

TEST(Pcap, ReadsTimesWithTooManyMicrosecondsAndOfTheFarFuture) {
  const auto read = read_capture(
      CaptureBytes().pcap_header().pcap_record(1, 0xffffffff, "a").pcap_record(0xffffffff, 0, "b").bytes());
  EXPECT_EQ(read.packets.at(0).received_at.nanoseconds, 1'000'000'000 + 4'294'967'295'000);
  EXPECT_EQ(read.packets.at(1).received_at.nanoseconds, 4'294'967'295'000'000'000);
}

TEST(Pcap, TellsWhereACapturedLengthIsImpossible) {
  CaptureBytes bytes;
  bytes.pcap_header().pcap_record(1, 0, "good").u32(2).u32(0).u32(262145).u32(60).zeros(100);
  const auto read = read_capture(bytes.bytes());
  EXPECT_EQ(read.packets.size(), 1);
  EXPECT_EQ(read.status, PollStatus::kFailed);
  EXPECT_EQ(read.error, "FILE: byte 44: a packet record claims 262145 captured bytes; at most 262144 are possible");
}

TEST(Pcap, ReadsTheLargestPacketPossible) {
  const std::string largest(kCapturedBytesMax, 'x');
  CaptureBytes bytes;
  bytes.pcap_header().pcap_record(1, 0, "a").pcap_record(2, 0, largest).pcap_record(3, 0, "b");
  for (const std::size_t block_bytes : {4096U, 1U << 18}) {
    const auto read = read_capture(bytes.bytes(), {}, block_bytes);
    ASSERT_EQ(read.packets.size(), 3);
    EXPECT_EQ(read.packets[1].text, largest);
    EXPECT_EQ(read.packets[2].text, "b");
  }
}

TEST(Pcap, RefusesVersionsBeforeTwo) {
  const auto read = read_capture(CaptureBytes().pcap_header(kMicro, 1, 65535, 1, 4).pcap_record(1, 0, "a").bytes());
  EXPECT_TRUE(read.packets.empty());
  EXPECT_EQ(read.error, "FILE: byte 0: pcap version 1.4 is not supported; 2.0 and later are");
}

}  // namespace
}  // namespace netpulse
