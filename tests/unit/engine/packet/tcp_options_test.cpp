#include "engine/packet/tcp_options.h"

#include <gtest/gtest.h>

#include <vector>

namespace netpulse {
namespace {

/// A TCP header with these options, filled up to a multiple of four; header_words: what its data offset says.
TcpSynOptions read(std::vector<std::uint8_t> options, int header_words = -1, std::size_t bytes_cut = 0) {
  options.resize((options.size() + 3) / 4 * 4);
  std::vector<std::uint8_t> frame(20);
  frame.insert(frame.end(), options.begin(), options.end());
  frame[12] = static_cast<std::uint8_t>((header_words < 0 ? frame.size() / 4 : header_words) << 4);
  frame.resize(frame.size() - bytes_cut);
  PacketView packet;
  packet.frame = frame.data();
  packet.captured_bytes = static_cast<std::uint32_t>(frame.size());
  packet.transport_offset = 0;
  return read_tcp_syn_options(packet);
}

TEST(TcpOptions, ReadsWhatALinuxSynSays) {
  const TcpSynOptions found = read({2, 4, 0x05, 0xb4, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 1, 3, 3, 7});
  EXPECT_TRUE(found.has_window_scale);
  EXPECT_EQ(found.window_scale, 7);
  EXPECT_EQ(found.segment_bytes_max, 1460);
  EXPECT_TRUE(found.whole);
}

TEST(TcpOptions, NoOptionsAreWhole) {
  const TcpSynOptions found = read({});
  EXPECT_TRUE(found.whole);
  EXPECT_FALSE(found.has_window_scale);
  EXPECT_EQ(found.segment_bytes_max, 0);
}

TEST(TcpOptions, AShiftCountIsFourteenAtMost) { EXPECT_EQ(read({3, 3, 200, 0}).window_scale, 14); }

TEST(TcpOptions, NothingCountsBehindTheEndOfOptions) {
  const TcpSynOptions found = read({0, 3, 3, 7});
  EXPECT_FALSE(found.has_window_scale);
  EXPECT_TRUE(found.whole);
}

TEST(TcpOptions, OptionsOfAWrongLengthAreSkipped) {
  const TcpSynOptions found = read({2, 3, 9, 3, 4, 7, 7, 0});
  EXPECT_FALSE(found.has_window_scale);
  EXPECT_EQ(found.segment_bytes_max, 0);
  EXPECT_TRUE(found.whole);
}

TEST(TcpOptions, ALengthThatCannotBeEndsTheList) {
  for (const std::uint8_t length : std::vector<std::uint8_t>{0, 1, 40, 255}) {
    const TcpSynOptions found = read({3, 3, 7, 99, length, 2, 4, 5});
    EXPECT_TRUE(found.has_window_scale);
    EXPECT_FALSE(found.whole) << int{length};
  }
  EXPECT_FALSE(read({1, 1, 1, 3}).whole);  // a kind without its length
}

TEST(TcpOptions, CutOptionsAreNotWhole) {
  for (std::size_t cut = 1; cut <= 8; ++cut) EXPECT_FALSE(read({2, 4, 0x05, 0xb4, 3, 3, 7, 0}, -1, cut).whole) << cut;
}

TEST(TcpOptions, AHeaderThatIsNotThereSaysNothing) {
  EXPECT_FALSE(read({3, 3, 7, 0}, 4).whole);  // data offset below the header's own length
  EXPECT_FALSE(read({}, -1, 1).whole);
  PacketView none;
  none.transport_offset = 0xffff;
  EXPECT_EQ(tcp_header_bytes(none), 0U);
  EXPECT_FALSE(read_tcp_syn_options(none).whole);
}

}  // namespace
}  // namespace netpulse
