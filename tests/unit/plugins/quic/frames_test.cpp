#include "plugins/quic/frames.h"

#include <gtest/gtest.h>

#include "engine/analysis/stream_pool.h"
#include "tests/unit/plugins/quic/quic_builder.h"

namespace netpulse {
namespace {

using namespace test;

class QuicFrames : public ::testing::Test {
 protected:
  FramesResult read(const ByteVector& frames) {
    crypto.clear();
    held = frames;
    return read_quic_frames(held, crypto);
  }
  ByteVector held;
  CryptoFragments crypto;
};

TEST_F(QuicFrames, SortsCryptoAndPassesOverAllElseThatMayBeThere) {
  const ByteVector frames = joined({from_hex("0001010000"), crypto_frame(70, {7, 8}), from_hex("01"),
                                    from_hex("02050a020102030405"),  // ACK of three ranges
                                    from_hex("0305000001010203"), crypto_frame(0, {1, 2, 3}), ByteVector(40, 0)});
  ASSERT_EQ(read(frames), FramesResult::kRead);
  ASSERT_EQ(crypto.size(), 2U);
  EXPECT_EQ(crypto.begin()[0].offset, 0U);
  EXPECT_EQ(crypto.begin()[0].data.size(), 3U);
  EXPECT_EQ(crypto.begin()[1].offset, 70U);
  EXPECT_EQ(crypto.begin()[1].data[0], 7);
}

TEST_F(QuicFrames, RefusesFramesThatAreCutOrDoNotBelong) {
  const ByteVector whole = joined({crypto_frame(300, {1, 2, 3}), from_hex("02050a0101024100")});
  ASSERT_EQ(read(whole), FramesResult::kRead);
  for (std::size_t size = 1; size < whole.size(); ++size) {
    if (size == crypto_frame(300, {1, 2, 3}).size()) continue;
    EXPECT_EQ(read(ByteVector(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size))),
              FramesResult::kMalformed)
        << size;
  }
  for (const std::uint8_t type : {0x04, 0x05, 0x07, 0x08, 0x10, 0x1d, 0x1e, 0x40, 0xff})
    EXPECT_EQ(read({type, 0, 0, 0}), FramesResult::kMalformed) << int{type};
}

TEST_F(QuicFrames, PassesOverDataBeyondTheWindow) {
  EXPECT_EQ(read(joined({crypto_frame(0, {1}), crypto_frame(kStreamPrefixBytes, {2})})), FramesResult::kLeftOut);
  EXPECT_EQ(crypto.size(), 1U);
  EXPECT_EQ(read(joined({crypto_frame((1ULL << 62) - 1, {2})})), FramesResult::kLeftOut);
  EXPECT_EQ(read(crypto_frame(5, {})), FramesResult::kRead);
  EXPECT_EQ(crypto.size(), 0U);
}

TEST_F(QuicFrames, SurvivesAnyCountOfAckRangesAndFrames) {
  EXPECT_EQ(read(from_hex("020500ffffffffffffffff00000000")), FramesResult::kMalformed);
  EXPECT_EQ(read(from_hex("02050040ff00000000")), FramesResult::kMalformed);
  ByteVector many;
  for (std::size_t i = 0; i < 2 * CryptoFragments::kFragmentsMax; ++i) append(many, crypto_frame(i, {1}));
  EXPECT_EQ(read(many), FramesResult::kLeftOut);
  EXPECT_EQ(crypto.size(), CryptoFragments::kFragmentsMax);
}

TEST_F(QuicFrames, SaysThatTheConnectionIsClosed) {
  EXPECT_EQ(read(joined({crypto_frame(0, {1}), from_hex("1c0a0000"), from_hex("ff")})), FramesResult::kClosed);
  EXPECT_EQ(crypto.size(), 1U);
}

TEST_F(QuicFrames, ReadsGoogleFrames) {
  const ByteVector frames = joined({from_hex("000007"), crypto_frame(9, {1, 2}, 0x08), ByteVector(9, 0), {0xa0, 1, 2}});
  EXPECT_EQ(read_gquic_frames(frames, crypto), FramesResult::kRead);
  ASSERT_EQ(crypto.size(), 1U);
  EXPECT_EQ(crypto.begin()->offset, 9U);
  const ByteVector cut = from_hex("080005ff");
  EXPECT_EQ(read_gquic_frames(cut, crypto), FramesResult::kMalformed);
}

}  // namespace
}  // namespace netpulse
