#include "plugins/common/fingerprint.h"

#include <gtest/gtest.h>

#include <string>

#include "plugins/common/digest.h"
#include "tests/unit/plugins/common/hello_builder.h"

namespace netpulse {
namespace {

using namespace test;

std::string ja4_of(const HelloBuilder& builder, Ja4Transport transport = Ja4Transport::kTcp) {
  const ByteVector body = builder.client_body();
  ClientHello hello;
  EXPECT_TRUE(parse_client_hello(body, hello));
  Ja4Text text;
  EXPECT_TRUE(ja4(hello, transport, text));
  return std::string(text.view());
}
std::string hex(const Md5Digest& digest) {
  const auto text = hex_text(digest);
  return {text.begin(), text.end()};
}
std::string md5_hex(std::string_view text) {
  Md5Digest digest;
  md5_digest(text, digest);
  return hex(digest);
}
std::string ja3_of(const HelloBuilder& builder) {
  const ByteVector body = builder.client_body();
  ClientHello hello;
  EXPECT_TRUE(parse_client_hello(body, hello));
  Md5Digest digest{};
  EXPECT_TRUE(ja3(hello, digest));
  return hex(digest);
}

TEST(Digest, MatchesThePublishedExamples) {
  EXPECT_EQ(md5_hex(""), "d41d8cd98f00b204e9800998ecf8427e");  // RFC 1321 appendix A.5
  EXPECT_EQ(md5_hex("message digest"), "f96b697d7cb7938d525a2f31aaf161d0");
  EXPECT_EQ(md5_hex("abc"), "900150983cd24fb0d6963f7d28e17f72");
  std::array<std::uint8_t, 32> digest;
  sha256_digest("abc", digest);  // FIPS 180-2 appendix B.1
  EXPECT_EQ(digest[0], 0xba);
  EXPECT_EQ(digest[31], 0xad);
}

TEST(Ja4, MatchesThePublishedExample) { EXPECT_EQ(ja4_of(browser_hello()), "t13d1516h2_8daaf6152771_e5627efa2ab1"); }

TEST(Ja4, DoesNotDependOnTheOrderOfExtensionsAndCiphers) {
  HelloBuilder shuffled = browser_hello();
  std::reverse(shuffled.extensions.begin(), shuffled.extensions.end());
  std::reverse(shuffled.ciphers.begin(), shuffled.ciphers.end());
  EXPECT_EQ(ja4_of(shuffled), ja4_of(browser_hello()));
  EXPECT_NE(ja3_of(shuffled), ja3_of(browser_hello()));
}

TEST(Ja4, NamesTransportAndMissingServerName) {
  HelloBuilder builder = browser_hello();
  std::erase_if(builder.extensions, [](const auto& extension) { return extension.first == 0; });
  EXPECT_EQ(ja4_of(builder, Ja4Transport::kQuic), "q13i1515h2_8daaf6152771_e5627efa2ab1");
}

TEST(Ja4, OfAnEmptyHelloIsZeros) {
  HelloBuilder builder;
  builder.version = 0x0301;
  EXPECT_EQ(ja4_of(builder), "t10i000000_000000000000_000000000000");
}

TEST(Ja4, TakesTheHighestVersionThatIsNoGrease) {
  HelloBuilder builder;
  builder.extension(0x002b, with_length8(u16_values({0xfafa, 0x0302, 0x0303, 0x0301})));
  EXPECT_EQ(ja4_of(builder).substr(0, 4), "t12i");
}

TEST(Ja4, CountsDtlsVersionsDownwards) {
  HelloBuilder builder;
  builder.version = 0xfefd;
  EXPECT_EQ(ja4_of(builder, Ja4Transport::kDtls).substr(0, 4), "dd2i");
  builder.extension(0x002b, with_length8(u16_values({0xfefd, 0xfefc})));
  EXPECT_EQ(ja4_of(builder, Ja4Transport::kDtls).substr(0, 4), "dd3i");
}

TEST(Ja4, WritesOddAlpnInHexadecimal) {
  const auto alpn_part = [](std::string_view protocol) {
    HelloBuilder builder;
    builder.extension(0x0010, alpn_data({protocol}));
    return ja4_of(builder).substr(8, 2);
  };
  EXPECT_EQ(alpn_part("h2"), "h2");
  EXPECT_EQ(alpn_part("http/1.1"), "h1");
  EXPECT_EQ(alpn_part("x"), "xx");
  EXPECT_EQ(alpn_part("\x30\xab"), "3b");
  EXPECT_EQ(alpn_part("\xab"), "ab");
  for (int byte = 0; byte < 256; ++byte) EXPECT_EQ(alpn_part(std::string(2, static_cast<char>(byte))).size(), 2U);
}

TEST(Ja4, ShowsCountsUpTo99) {
  HelloBuilder builder;
  for (std::uint16_t cipher = 1; cipher <= 150; ++cipher) builder.ciphers.push_back(cipher);
  EXPECT_EQ(ja4_of(builder).substr(4, 2), "99");
}

TEST(Ja3, HashesTheValuesInTheirOrderWithoutGrease) {
  EXPECT_EQ(ja3_of(browser_hello()),
            md5_hex("771,4865-4866-4867-49195-49199-49196-49200-52393-52392-49171-49172-156-157-47-53,"
                    "0-23-65281-10-11-35-16-5-13-18-51-45-43-27-17513-21,29-23-24,0"));
}

TEST(Ja3, KeepsTheCommasOfEmptyFields) {
  HelloBuilder builder;
  builder.version = 0x0301;
  builder.ciphers = {4, 5, 10};
  EXPECT_EQ(ja3_of(builder), md5_hex("769,4-5-10,,,"));
}

TEST(Ja3, RefusesMoreThanItsBufferHolds) {
  HelloBuilder builder;
  for (std::uint16_t cipher = 0; cipher < 2000; ++cipher)
    builder.ciphers.push_back(static_cast<std::uint16_t>(50000 + cipher));
  const ByteVector body = builder.client_body();
  ClientHello hello;
  ASSERT_TRUE(parse_client_hello(body, hello));
  Md5Digest digest{};
  EXPECT_FALSE(ja3(hello, digest));
  EXPECT_EQ(digest, Md5Digest{});
  Ja4Text text;
  EXPECT_FALSE(ja4(hello, Ja4Transport::kTcp, text));
  EXPECT_TRUE(text.empty());
}

TEST(Ja3s, HashesVersionCipherAndExtensions) {
  const ByteVector body = server_hello_13().server_body();
  ServerHello hello;
  ASSERT_TRUE(parse_server_hello(body, hello));
  Md5Digest digest{};
  ASSERT_TRUE(ja3s(hello, digest));
  EXPECT_EQ(hex(digest), md5_hex("771,4865,43-51"));
}

}  // namespace
}  // namespace netpulse
