#include "plugins/quic/packet_header.h"

#include <gtest/gtest.h>

#include "tests/unit/plugins/quic/quic_builder.h"

namespace netpulse {
namespace {

using namespace test;

std::uint64_t varint_of(std::string_view hex, bool* failed = nullptr) {
  const ByteVector bytes = from_hex(hex);
  ByteCursor cursor(bytes);
  const std::uint64_t value = quic_varint(cursor);
  if (failed != nullptr) *failed = cursor.failed();
  return value;
}

TEST(QuicVarint, ReadsTheExamplesOfTheStandard) {  // RFC 9000 appendix A.1
  EXPECT_EQ(varint_of("c2197c5eff14e88c"), 151288809941952652U);
  EXPECT_EQ(varint_of("9d7f3e7d"), 494878333U);
  EXPECT_EQ(varint_of("7bbd"), 15293U);
  EXPECT_EQ(varint_of("25"), 37U);
  EXPECT_EQ(varint_of("4025"), 37U);
}

TEST(QuicVarint, FailsIfItIsCut) {
  for (const char* const cut : {"", "40", "9d7f3e", "c2197c5eff14e8"}) {
    bool failed = false;
    EXPECT_EQ(varint_of(cut, &failed), 0U) << cut;
    EXPECT_TRUE(failed) << cut;
  }
}

TEST(QuicLongHeader, ReadsConnectionIdsOfEveryLength) {
  for (const std::size_t size : {0U, 1U, 8U, 20U, 21U, 255U}) {
    ByteVector packet{0xc3, 0x6b, 0x33, 0x43, 0xcf};
    append(packet, with_length8(ByteVector(size, 0xdd)));
    append(packet, with_length8(ByteVector(255 - size, 0x55)));
    QuicLongHeader header;
    ASSERT_TRUE(read_quic_long_header(packet, header));
    EXPECT_EQ(header.version, kQuicVersion2);
    EXPECT_EQ(header.destination_id.size(), size);
    EXPECT_EQ(header.source_id.size(), 255 - size);
    EXPECT_EQ(header.bytes, packet.size());
    packet.pop_back();
    EXPECT_FALSE(read_quic_long_header(packet, header));
  }
}

TEST(QuicLongHeader, NumbersTheTypesOfV2Otherwise) {
  EXPECT_EQ(quic_packet_type(0xc0, false), QuicPacketType::kInitial);
  EXPECT_EQ(quic_packet_type(0xf0, false), QuicPacketType::kRetry);
  EXPECT_EQ(quic_packet_type(0xc0, true), QuicPacketType::kRetry);
  EXPECT_EQ(quic_packet_type(0xd0, true), QuicPacketType::kInitial);
  EXPECT_EQ(quic_packet_type(0xe0, true), QuicPacketType::kZeroRtt);
  EXPECT_EQ(quic_packet_type(0xf0, true), QuicPacketType::kHandshake);
}

TEST(QuicExtent, RefusesLengthsThatDoNotFit) {
  ByteVector start{0xc0, 0, 0, 0, 1, 0, 0};
  QuicLongHeader header;
  ASSERT_TRUE(read_quic_long_header(start, header));
  const auto fits = [&](std::string_view fields, std::size_t payload) {
    ByteVector packet = start;
    append(packet, from_hex(fields));
    append(packet, ByteVector(payload));
    QuicPacketExtent extent;
    return read_quic_extent(packet, header, QuicPacketType::kInitial, extent);
  };
  EXPECT_TRUE(fits("0014", 20));
  EXPECT_TRUE(fits("0014", 21));
  EXPECT_FALSE(fits("0014", 19));
  EXPECT_FALSE(fits("0013", 20));                // no room for the sample
  EXPECT_TRUE(fits("02eeee14", 20));             // with a token
  EXPECT_FALSE(fits("ffffffffffffffff14", 20));  // a token of 2^62-1 bytes
  EXPECT_FALSE(fits("00ffffffffffffffff", 20));  // a packet of as many
  EXPECT_FALSE(fits("00", 0));
}

TEST(QuicVersionNegotiation, NeedsAVersionThatIsKnown) {
  const auto is_one = [](const ByteVector& packet) {
    QuicLongHeader header;
    return read_quic_long_header(packet, header) && is_quic_version_negotiation(packet, header);
  };
  EXPECT_TRUE(is_one(version_negotiation({0x12345678, kQuicVersion1})));
  EXPECT_TRUE(is_one(version_negotiation({0x1a2a3a4a})));
  EXPECT_FALSE(is_one(version_negotiation({})));
  EXPECT_FALSE(is_one(version_negotiation({0x12345678})));
  ByteVector odd = version_negotiation({kQuicVersion1});
  odd.push_back(0);
  EXPECT_FALSE(is_one(odd));
}

TEST(QuicVersion, KnowsTheDeployedOnes) {
  EXPECT_EQ(known_quic_version(0xff000016)->salt, QuicSalt::kDraft22);
  EXPECT_EQ(known_quic_version(0xff000017)->salt, QuicSalt::kDraft23);
  EXPECT_EQ(known_quic_version(0xff00001c)->salt, QuicSalt::kDraft23);
  EXPECT_EQ(known_quic_version(0xff00001d)->salt, QuicSalt::kDraft29);
  EXPECT_EQ(known_quic_version(0xff000020)->salt, QuicSalt::kDraft29);
  EXPECT_EQ(known_quic_version(0xff000021)->salt, QuicSalt::kV1);
  EXPECT_EQ(known_quic_version(0xff000022)->salt, QuicSalt::kV1);
  EXPECT_EQ(known_quic_version(0xfaceb002)->salt, QuicSalt::kDraft23);
  EXPECT_TRUE(known_quic_version(0x51303530)->google_hello);
  EXPECT_FALSE(known_quic_version(0x54303531)->google_hello);
  EXPECT_TRUE(known_quic_version(kQuicVersion2)->is_v2());
  for (const std::uint32_t unknown : {0U, 2U, 0xff000015U, 0xff000023U, 0x1a2a3a4aU, kGquicQ046})
    EXPECT_FALSE(known_quic_version(unknown).has_value()) << unknown;
  EXPECT_TRUE(is_gquic_public_version(0x51303433));
  EXPECT_FALSE(is_gquic_public_version(0x51303434));
  EXPECT_FALSE(is_gquic_public_version(0x51303530));
}

}  // namespace
}  // namespace netpulse
