#include "plugins/quic/gquic.h"

#include <gtest/gtest.h>

#include "tests/unit/plugins/quic/quic_builder.h"

namespace netpulse {
namespace {

using namespace test;

TEST(GquicHello, FindsNameAndUserAgent) {
  GquicHello hello;
  const ByteVector message = gquic_chlo();
  ASSERT_TRUE(read_gquic_hello(message, hello));
  EXPECT_EQ(hello.server_name, "gquic.example.org");
  EXPECT_EQ(hello.user_agent, "Browser/5.0");
}

TEST(GquicHello, NeedsAllOfTheMessage) {
  GquicHello hello;
  const ByteVector message = gquic_chlo();
  for (std::size_t size = 0; size < message.size(); ++size)
    EXPECT_FALSE(read_gquic_hello(Bytes(message).first(size), hello)) << size;
}

TEST(GquicHello, RefusesOffsetsThatGoBackAndTooManyTags) {
  GquicHello hello;
  ByteVector message = gquic_chlo();
  message[8 + 4] = 0xff;  // the first value ends behind the second one
  EXPECT_FALSE(read_gquic_hello(message, hello));
  message = gquic_chlo();
  message[4] = 129;
  message.resize(4096);
  EXPECT_FALSE(read_gquic_hello(message, hello));
}

TEST(GquicPacket, ReadsEveryPublicHeader) {
  const ByteVector chlo = gquic_chlo();
  for (const std::string_view version : {"Q024", "Q025", "Q030", "Q033", "Q034", "Q035", "Q037", "Q039", "Q043"}) {
    const ByteVector packet = gquic_packet(version, chlo);
    EXPECT_TRUE(has_gquic_public_header(packet)) << version;
    const Bytes stream = gquic_crypto_stream(packet);
    EXPECT_EQ(ByteVector(stream.begin(), stream.end()), chlo) << version;
  }
  EXPECT_FALSE(has_gquic_public_header(gquic_packet("Q044", chlo)));
  EXPECT_FALSE(has_gquic_public_header(gquic_packet("Q0x3", chlo)));
}

TEST(GquicPacket, ReadsQ046WithItsSecondHello) {
  const ByteVector chlo = gquic_chlo();
  ByteVector packet = from_hex("c35130343650eacfe6e706df272d0000000460da58929f6839d0860efc58a4010400");
  put_u16(packet, chlo.size());
  append(packet, chlo);
  const Bytes stream = gquic_crypto_stream(packet);
  EXPECT_EQ(ByteVector(stream.begin(), stream.end()), chlo);
  packet[5] = 0x05;  // the server's
  EXPECT_TRUE(gquic_crypto_stream(packet).empty());
}

}  // namespace
}  // namespace netpulse
