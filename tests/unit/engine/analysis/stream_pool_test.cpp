#include "engine/analysis/stream_pool.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <numeric>
#include <random>
#include <string>
#include <vector>

namespace netpulse {
namespace {

std::string held(const StreamBuffer& buffer) { return std::string(as_text(buffer.contiguous())); }

class StreamBufferTest : public ::testing::Test {
 protected:
  StreamBufferTest() { buffer_->reset(); }
  void insert(std::size_t offset, std::string_view text) { buffer_->insert(offset, as_bytes(text)); }
  std::unique_ptr<StreamBuffer> buffer_ = std::make_unique<StreamBuffer>();
};

TEST_F(StreamBufferTest, GivesBytesOnlyUpToTheFirstHole) {
  insert(4, "efgh");
  EXPECT_EQ(held(*buffer_), "");
  insert(0, "ab");
  EXPECT_EQ(held(*buffer_), "ab");
  insert(2, "cd");
  EXPECT_EQ(held(*buffer_), "abcdefgh");
}

TEST_F(StreamBufferTest, KeepsWhatCameFirstWhereSegmentsOverlap) {
  insert(2, "CD");
  insert(0, "abcdef");
  EXPECT_EQ(held(*buffer_), "abCDef");
  insert(1, "xxxxxxx");
  EXPECT_EQ(held(*buffer_), "abCDefxx");
}

TEST_F(StreamBufferTest, DiscardsFromTheFrontAndKeepsLaterPieces) {
  insert(0, "abcd");
  insert(6, "gh");
  buffer_->discard(3);
  EXPECT_EQ(held(*buffer_), "d");
  insert(1, "ef");
  EXPECT_EQ(held(*buffer_), "defgh");
  buffer_->discard(5);
  EXPECT_TRUE(buffer_->empty());
}

TEST_F(StreamBufferTest, CutsAtTheWindowAndSaysSo) {
  const std::string large(kStreamPrefixBytes + 10, 'x');
  EXPECT_FALSE(buffer_->insert(0, as_bytes(large)));
  EXPECT_EQ(held(*buffer_).size(), kStreamPrefixBytes);
  EXPECT_FALSE(buffer_->insert(kStreamPrefixBytes, as_bytes("y")));
  EXPECT_FALSE(buffer_->insert(kStreamPrefixBytes * 1000, as_bytes("y")));
}

TEST_F(StreamBufferTest, RefusesMorePiecesThanItCanList) {
  std::size_t refused = 0;
  for (std::size_t i = 0; i < 200; ++i) refused += !buffer_->insert(i * 2 + 1, as_bytes("x"));
  EXPECT_GT(refused, 0U);
  // A piece that closes holes is still taken.
  EXPECT_TRUE(buffer_->insert(0, as_bytes(std::string(400, 'y'))));
  EXPECT_EQ(held(*buffer_).size(), 400U);
}

TEST_F(StreamBufferTest, AnyOrderOfAnyCutsGivesTheSameBytes) {
  std::string whole(3000, '\0');
  std::iota(whole.begin(), whole.end(), '\0');
  std::mt19937 random(1);
  for (int round = 0; round < 200; ++round) {
    buffer_->reset();
    struct Piece {
      std::size_t offset, size;
    };
    std::vector<Piece> pieces;
    for (std::size_t at = 0; at < whole.size();) {
      const std::size_t size = std::min<std::size_t>(100 + random() % 400, whole.size() - at);
      const std::size_t early = std::min<std::size_t>(at, random() % 50);
      pieces.push_back({at - early, size + early});
      at += size;
    }
    std::shuffle(pieces.begin(), pieces.end(), random);
    for (const Piece& piece : pieces) insert(piece.offset, std::string_view(whole).substr(piece.offset, piece.size));
    ASSERT_EQ(held(*buffer_), whole) << "round " << round;
  }
}

TEST(StreamPool, TakesTheBufferHeldLongestWhenAllAreInUse) {
  StreamPool pool(2);
  StreamPool::Owner former;
  const std::uint32_t first = pool.acquire({10, 0}, former);
  EXPECT_EQ(former.record_index, StreamPool::kNone);
  const std::uint32_t second = pool.acquire({11, 1}, former);
  EXPECT_NE(first, second);
  const std::uint32_t third = pool.acquire({12, 0}, former);
  EXPECT_EQ(third, first);
  EXPECT_EQ(former.record_index, 10U);
  EXPECT_EQ(pool.used(), 2U);
  pool.release(second);
  EXPECT_EQ(pool.used(), 1U);
  EXPECT_EQ(pool.acquire({13, 0}, former), second);
  EXPECT_EQ(former.record_index, StreamPool::kNone);
}

}  // namespace
}  // namespace netpulse
