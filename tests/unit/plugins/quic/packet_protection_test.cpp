#include "plugins/quic/packet_protection.h"

#include <gtest/gtest.h>

#include <random>

#include "tests/unit/plugins/quic/quic_builder.h"

namespace netpulse {
namespace {

using namespace test;

const ByteVector kOriginalId = from_hex("8394c8f03e515708");

template <std::size_t kBytes>
ByteVector vector_of(const std::array<std::uint8_t, kBytes>& bytes) {
  return {bytes.begin(), bytes.end()};
}
ByteVector vector_of(Bytes bytes) { return {bytes.begin(), bytes.end()}; }

QuicPacketExtent extent_of(const ByteVector& packet) {
  QuicLongHeader header;
  QuicPacketExtent extent;
  EXPECT_TRUE(read_quic_long_header(packet, header));
  EXPECT_TRUE(read_quic_extent(packet, header, QuicPacketType::kInitial, extent));
  EXPECT_EQ(extent.packet_bytes, packet.size());
  return extent;
}

struct KeyVector {
  QuicSalt salt;
  QuicSide side;
  const char *key, *iv, *header_key;
};

// RFC 9001 appendix A.1 and RFC 9369 appendix A.1.
constexpr KeyVector kKeyVectors[] = {
    {QuicSalt::kV1, QuicSide::kClient, "1f369613dd76d5467730efcbe3b1a22d", "fa044b2f42a3fd3b46fb255c",
     "9f50449e04a0e810283a1e9933adedd2"},
    {QuicSalt::kV1, QuicSide::kServer, "cf3a5331653c364c88f0f379b6067e37", "0ac1493ca1905853b0bba03e",
     "c206b8d9b9f0f37644430b490eeaa314"},
    {QuicSalt::kV2, QuicSide::kClient, "8b1a0bc121284290a29e0971b5cd045d", "91f73e2351d8fa91660e909f",
     "45b95e15235d6f45a6b19cbcb0294ba9"},
    {QuicSalt::kV2, QuicSide::kServer, "82db637861d55e1d011f19ea71d5d2a7", "dd13c276499c0249d3310652",
     "edf6d05c83121201b436e16877593c3a"},
};

/// With the processor's instructions, where it has them, and with OpenSSL.
class QuicKeyScheduleTest : public ::testing::TestWithParam<bool> {
 protected:
  QuicKeySchedule schedule{GetParam() && has_sha_instructions()};
};
INSTANTIATE_TEST_SUITE_P(Both, QuicKeyScheduleTest, ::testing::Bool());

TEST_P(QuicKeyScheduleTest, GivesTheKeysOfTheStandards) {
  for (const int round : {1, 2})  // the second time they are remembered
    for (const KeyVector& wanted : kKeyVectors) {
      const QuicInitialKeys& keys = schedule.keys(wanted.salt, wanted.side, kOriginalId);
      EXPECT_EQ(vector_of(keys.key), from_hex(wanted.key)) << round;
      EXPECT_EQ(vector_of(keys.iv), from_hex(wanted.iv)) << round;
      EXPECT_EQ(vector_of(keys.header_key), from_hex(wanted.header_key)) << round;
    }
}

TEST_P(QuicKeyScheduleTest, TellsIdsApartThatDifferInLengthOnly) {
  const ByteVector none, zero{0}, zeros{0, 0};
  const QuicInitialKeys of_none = schedule.keys(QuicSalt::kV1, QuicSide::kClient, none);
  const QuicInitialKeys of_one = schedule.keys(QuicSalt::kV1, QuicSide::kClient, zero);
  const QuicInitialKeys of_two = schedule.keys(QuicSalt::kV1, QuicSide::kClient, zeros);
  EXPECT_NE(of_none.key, of_one.key);
  EXPECT_NE(of_one.key, of_two.key);
  EXPECT_EQ(schedule.keys(QuicSalt::kV1, QuicSide::kClient, zero).key, of_one.key);
}

TEST_P(QuicKeyScheduleTest, GivesAConnectionsKeysWhateverCameBefore) {
  constexpr QuicSalt kSalts[] = {QuicSalt::kV1, QuicSalt::kV2, QuicSalt::kDraft29};
  std::mt19937 random(9);
  for (int i = 0; i < 2000; ++i) {
    // Few IDs, of which some share a place.
    ByteVector id(4 + random() % 2, 0x11);
    id.front() = static_cast<std::uint8_t>(random() % 2);
    id.back() = static_cast<std::uint8_t>(random() % 3);
    const QuicSalt salt = kSalts[random() % std::size(kSalts)];
    const QuicSide side = random() % 2 == 0 ? QuicSide::kClient : QuicSide::kServer;
    const QuicInitialKeys& keys = schedule.keys(salt, side, id);
    QuicKeySchedule fresh;
    const QuicInitialKeys& wanted = fresh.keys(salt, side, id);
    ASSERT_EQ(keys.key, wanted.key) << i;
    ASSERT_EQ(keys.iv, wanted.iv) << i;
    ASSERT_EQ(keys.header_key, wanted.header_key) << i;
  }
}

/// With the processor's instructions, where it has them, and with OpenSSL.
class QuicPacketProtectionTest : public ::testing::TestWithParam<bool> {
 protected:
  QuicPacketProtection protection{GetParam() && AesInstructions::available()};
};
INSTANTIATE_TEST_SUITE_P(Both, QuicPacketProtectionTest, ::testing::Bool());

// RFC 9001 appendix A.2: the frames, of which the rest of 1162 bytes is PADDING.
ByteVector client_frames() {
  ByteVector frames = from_hex(
      "060040f1010000ed0303ebf8fa56f12939b9584a3896472ec40bb863cfd3e86804fe3a47f06a2b69484c0000041301130201"
      "0000c000000010000e00000b6578616d706c652e636f6dff01000100000a00080006001d0017001800100007000504616c70"
      "6e000500050100000000003300260024001d00209370b2c9caa47fbabaf4559fedba753de171fa71f50f1ce15d43e994ec74"
      "d748002b0003020304000d0010000e0403050306030203080408050806002d00020101001c00024001003900320408ffffff"
      "ffffffffff05048000ffff07048000ffff0801100104800075300901100f088394c8f03e51570806048000ffff");
  frames.resize(1162);
  return frames;
}

// A.3: the server's frames and its packets, of RFC 9001 and of RFC 9369.
constexpr const char* kServerFrames =
    "02000000000600405a020000560303eefce7f7b37ba1d1632e96677825ddf73988cfc79825df566dc5430b9a045a12001301"
    "00002e00330024001d00209d3c940d89690b84d08a60993c144eca684d1081287c834d5311bcf32bb9da1a002b00020304";
constexpr const char* kServerPacketV1 =
    "cf000000010008f067a5502a4262b5004075c0d95a482cd0991cd25b0aac406a5816b6394100f37a1c69797554780bb38cc5"
    "a99f5ede4cf73c3ec2493a1839b3dbcba3f6ea46c5b7684df3548e7ddeb9c3bf9c73cc3f3bded74b562bfb19fb84022f8ef4"
    "cdd93795d77d06edbb7aaf2f58891850abbdca3d20398c276456cbc42158407dd074ee";
constexpr const char* kServerPacketV2 =
    "dc6b3343cf0008f067a5502a4262b5004075d92faaf16f05d8a4398c47089698baeea26b91eb761d9b89237bbf8726301791"
    "5358230035f7fd3945d88965cf17f9af6e16886c61bfc703106fbaf3cb4cfa52382dd16a393e42757507698075b2c984c707"
    "f0a0812d8cd5a6881eaf21ceda98f4bd23f6fe1a3e2c43edd9ce7ca84bed8521e2e140";

TEST_P(QuicPacketProtectionTest, OpensTheClientsPacketOfTheStandards) {
  QuicKeySchedule schedule;
  InitialBuilder builder;
  const ByteVector v1 = builder.build(client_frames());
  EXPECT_EQ(ByteVector(v1.begin(), v1.begin() + 32),
            from_hex("c000000001088394c8f03e5157080000449e7b9aec34d1b1c98dd7689fb8ec11"));
  EXPECT_EQ(ByteVector(v1.end() - 16, v1.end()), from_hex("e221af44860018ab0856972e194cd934"));
  EXPECT_EQ(vector_of(protection.open(schedule.keys(QuicSalt::kV1, QuicSide::kClient, kOriginalId), v1, extent_of(v1))),
            client_frames());
  builder.version = kQuicVersion2;
  const ByteVector v2 = builder.build(client_frames());
  EXPECT_EQ(ByteVector(v2.begin(), v2.begin() + 32),
            from_hex("d76b3343cf088394c8f03e5157080000449ea0c95e82ffe67b6abcdb4298b485"));
  EXPECT_EQ(vector_of(protection.open(schedule.keys(QuicSalt::kV2, QuicSide::kClient, kOriginalId), v2, extent_of(v2))),
            client_frames());
}

TEST_P(QuicPacketProtectionTest, OpensTheServersPacketOfTheStandards) {
  QuicKeySchedule schedule;
  const ByteVector v1 = from_hex(kServerPacketV1), v2 = from_hex(kServerPacketV2);
  EXPECT_EQ(vector_of(protection.open(schedule.keys(QuicSalt::kV1, QuicSide::kServer, kOriginalId), v1, extent_of(v1))),
            from_hex(kServerFrames));
  EXPECT_EQ(vector_of(protection.open(schedule.keys(QuicSalt::kV2, QuicSide::kServer, kOriginalId), v2, extent_of(v2))),
            from_hex(kServerFrames));
}

TEST_P(QuicPacketProtectionTest, OpensNothingIfAnyByteIsChanged) {
  QuicKeySchedule schedule;
  const QuicInitialKeys keys = schedule.keys(QuicSalt::kV1, QuicSide::kServer, kOriginalId);
  const ByteVector packet = from_hex(kServerPacketV1);
  const QuicPacketExtent extent = extent_of(packet);
  for (std::size_t at = 0; at < packet.size(); ++at) {
    ByteVector changed = packet;
    changed[at] ^= 0x01;
    EXPECT_TRUE(protection.open(keys, changed, extent).empty()) << at;
  }
  EXPECT_FALSE(protection.open(keys, packet, extent).empty());
}

TEST_P(QuicPacketProtectionTest, OpensFramesOfEverySize) {
  QuicKeySchedule schedule;
  for (std::size_t size = 4; size < 600; ++size)
    for (const std::size_t number_bytes : {1, 2, 3, 4}) {
      InitialBuilder builder;
      builder.packet_number_bytes = number_bytes;
      builder.packet_number = 0x7b;
      builder.token = ByteVector(size % 37, 0x70);
      ByteVector frames(size);
      for (std::size_t i = 0; i < size; ++i) frames[i] = static_cast<std::uint8_t>(i * 7 + size);
      const ByteVector packet = builder.build(frames);
      ASSERT_EQ(vector_of(protection.open(schedule.keys(QuicSalt::kV1, QuicSide::kClient, kOriginalId), packet,
                                          extent_of(packet))),
                frames)
          << size << ' ' << number_bytes;
    }
}

TEST_P(QuicPacketProtectionTest, ChecksTheRetryOfTheStandards) {
  using RetryTag = QuicPacketProtection::RetryTag;
  const ByteVector v1 = from_hex("ff000000010008f067a5502a4262b5746f6b656e04a265ba2eff4d829058fb3f0f2496ba");
  const ByteVector v2 = from_hex("cf6b3343cf0008f067a5502a4262b5746f6b656ec8646ce8bfe33952d955543665dcc7b6");
  EXPECT_EQ(protection.check_retry(QuicSalt::kV1, kOriginalId, v1), RetryTag::kValid);
  EXPECT_EQ(protection.check_retry(QuicSalt::kV2, kOriginalId, v2), RetryTag::kValid);
  EXPECT_EQ(protection.check_retry(QuicSalt::kV2, kOriginalId, v1), RetryTag::kInvalid);
  EXPECT_EQ(protection.check_retry(QuicSalt::kV1, from_hex("8394c8f03e515709"), v1), RetryTag::kInvalid);
  EXPECT_EQ(protection.check_retry(QuicSalt::kV1, kOriginalId, Bytes(v1).first(15)), RetryTag::kInvalid);
  EXPECT_EQ(protection.check_retry(QuicSalt::kDraft22, kOriginalId, v1), RetryTag::kUnknown);
}

}  // namespace
}  // namespace netpulse
