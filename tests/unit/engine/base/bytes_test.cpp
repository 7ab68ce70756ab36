#include "engine/base/bytes.h"

#include <gtest/gtest.h>

#include <array>

namespace netpulse {
namespace {

TEST(ByteCursor, ReadsNetworkOrder) {
  constexpr std::array<std::uint8_t, 9> kBytes{0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09};
  ByteCursor cursor(kBytes);
  EXPECT_EQ(cursor.u8(), 0x01);
  EXPECT_EQ(cursor.u16(), 0x0203);
  EXPECT_EQ(cursor.u24(), 0x040506U);
  EXPECT_EQ(cursor.remaining(), 3U);
  EXPECT_FALSE(cursor.failed());
}

TEST(ByteCursor, FailureSticksAndReadsZero) {
  constexpr std::array<std::uint8_t, 3> kBytes{0xff, 0xff, 0xff};
  ByteCursor cursor(kBytes);
  EXPECT_EQ(cursor.u32(), 0U);
  EXPECT_TRUE(cursor.failed());
  EXPECT_EQ(cursor.u8(), 0);
  EXPECT_EQ(cursor.remaining(), 0U);
  EXPECT_TRUE(cursor.take(1).empty());
}

TEST(ByteCursor, RefusesAVectorLongerThanItsContainer) {
  constexpr std::array<std::uint8_t, 4> kBytes{0x00, 0x03, 0xaa, 0xbb};
  ByteCursor cursor(kBytes);
  EXPECT_TRUE(cursor.take_u16_length().empty());
  EXPECT_TRUE(cursor.failed());
}

}  // namespace
}  // namespace netpulse
