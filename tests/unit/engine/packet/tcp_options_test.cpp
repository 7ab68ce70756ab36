#include "engine/packet/tcp_options.h"

#include <gtest/gtest.h>

#include <vector>

namespace netpulse {
namespace {

/// A TCP header with these options, filled up to a multiple of four; header_words: what its data offset says.
template <class Read>
auto read_by(Read read_packet, std::vector<std::uint8_t> options, int header_words, std::size_t bytes_cut) {
  options.resize((options.size() + 3) / 4 * 4);
  std::vector<std::uint8_t> frame(20);
  frame.insert(frame.end(), options.begin(), options.end());
  frame[12] = static_cast<std::uint8_t>((header_words < 0 ? frame.size() / 4 : header_words) << 4);
  frame.resize(frame.size() - bytes_cut);
  PacketView packet;
  packet.frame = frame.data();
  packet.captured_bytes = static_cast<std::uint32_t>(frame.size());
  packet.transport_offset = 0;
  packet.tcp_ack = 1000;
  return read_packet(packet);
}
TcpSynOptions read(std::vector<std::uint8_t> options, int header_words = -1, std::size_t bytes_cut = 0) {
  return read_by(read_tcp_syn_options, std::move(options), header_words, bytes_cut);
}
TcpSegmentOptions read_later(std::vector<std::uint8_t> options, std::size_t bytes_cut = 0) {
  return read_by(read_tcp_segment_options, std::move(options), -1, bytes_cut);
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

TEST(TcpOptions, TimeStampsAreReadWhereverTheyStand) {
  for (const auto& options : std::vector<std::vector<std::uint8_t>>{{1, 1, 8, 10, 0x80, 0, 0, 1, 0, 0, 0x10, 2},
                                                                    {8, 10, 0x80, 0, 0, 1, 0, 0, 0x10, 2, 0, 0}}) {
    const TcpSegmentOptions found = read_later(options);
    EXPECT_TRUE(found.has_time_stamps);
    EXPECT_EQ(found.time_stamp, 0x80000001U);
    EXPECT_EQ(found.time_stamp_echo, 0x1002U);
    for (std::size_t cut = 3; cut < 12; ++cut) EXPECT_FALSE(read_later(options, cut).has_time_stamps) << cut;
  }
  EXPECT_FALSE(read_later({8, 9, 0, 0, 0, 1, 0, 0, 0}).has_time_stamps);
}

TEST(TcpOptions, TheFirstSackBlockIsADuplicateAtOrBelowTheAcknowledgementOrWithinTheSecond) {
  const auto duplicate = [](std::vector<std::uint32_t> edges, int bytes = -1) {
    std::vector<std::uint8_t> option{5, static_cast<std::uint8_t>(bytes < 0 ? 2 + edges.size() * 4 : bytes)};
    for (const std::uint32_t edge : edges)
      for (int shift = 24; shift >= 0; shift -= 8) option.push_back(static_cast<std::uint8_t>(edge >> shift));
    const bool found = read_later(option).has_duplicate_sack;  // of a segment that acknowledges 1000
    std::vector<std::uint8_t> aligned{1, 1}, stamped{1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2, 1, 1};
    aligned.insert(aligned.end(), option.begin(), option.end());
    stamped.insert(stamped.end(), option.begin(), option.end());
    for (const auto& options : {option, aligned, stamped}) {
      EXPECT_EQ(read_by(has_duplicate_sack, options, -1, 0), found);
      EXPECT_FALSE(read_by(has_duplicate_sack, options, -1, 1));
    }
    return found;
  };
  EXPECT_TRUE(duplicate({900, 1000}));
  EXPECT_TRUE(duplicate({0xffffff00, 1000, 2000, 3000}));
  EXPECT_FALSE(duplicate({900, 1001}));
  EXPECT_FALSE(duplicate({2000, 3000}));
  EXPECT_TRUE(duplicate({2000, 3000, 2000, 3000}));
  EXPECT_TRUE(duplicate({2100, 2900, 2000, 3000, 4000, 5000}));
  EXPECT_FALSE(duplicate({1900, 2900, 2000, 3000}));
  EXPECT_FALSE(duplicate({2100, 3100, 2000, 3000}));
  EXPECT_FALSE(duplicate({1000, 900}));
  EXPECT_FALSE(duplicate({900, 900}));
  EXPECT_FALSE(duplicate({900, 1000}, 9));
  EXPECT_FALSE(duplicate({}));
}

}  // namespace
}  // namespace netpulse
