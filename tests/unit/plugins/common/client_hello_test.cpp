#include "plugins/common/client_hello.h"

#include <gtest/gtest.h>

#include "tests/unit/plugins/common/hello_builder.h"

namespace netpulse {
namespace {

using namespace test;

std::vector<std::string> server_names(const ClientHello& hello) {
  std::vector<std::string> names;
  for_each_server_name(hello.server_names, [&](std::string_view name) { names.emplace_back(name); });
  return names;
}

ClientHello with_server_name_data(const ByteVector& data, ByteVector& body) {
  HelloBuilder builder;
  builder.ciphers = {0x1301};
  body = builder.extension(0, data).client_body();
  ClientHello hello;
  EXPECT_TRUE(parse_client_hello(body, hello));
  return hello;
}

TEST(ClientHello, ShowsItsLists) {
  const ByteVector body = browser_hello("WWW.Example.org").client_body();
  ClientHello hello;
  ASSERT_TRUE(parse_client_hello(body, hello));
  EXPECT_EQ(hello.legacy_version, 0x0303);
  EXPECT_EQ(hello.version_offered(), 0x0304);
  EXPECT_EQ(hello.server_name(), "WWW.Example.org");
  EXPECT_EQ(hello.cipher_suites.size(), 32U);
  EXPECT_EQ(hello.supported_groups.size(), 8U);
  EXPECT_EQ(hello.signature_algorithms.size(), 16U);
  EXPECT_EQ(hello.ec_point_formats.size(), 1U);
  EXPECT_FALSE(hello.has_ech);
  EXPECT_FALSE(hello.bad_extension);
  std::vector<std::string> protocols;
  for_each_alpn(hello.alpn_protocols, [&](std::string_view protocol) { protocols.emplace_back(protocol); });
  EXPECT_EQ(protocols, (std::vector<std::string>{"h2", "http/1.1"}));
}

TEST(ClientHello, WithoutExtensionsIsWhole) {
  HelloBuilder builder;
  builder.version = 0x0301;
  builder.ciphers = {0x0004, 0x0005};
  ClientHello hello;
  const ByteVector body = builder.client_body();
  ASSERT_TRUE(parse_client_hello(body, hello));
  EXPECT_EQ(hello.version_offered(), 0x0301);
  EXPECT_TRUE(hello.server_name().empty());
}

TEST(ClientHello, CannotBeCutAnywhere) {
  const ByteVector body = browser_hello().client_body();
  ClientHello hello;
  for (std::size_t size = 0; size < body.size(); ++size) {
    // Right behind the compression methods is where older clients end.
    const bool ends_before_extensions = size == 2 + 32 + 33 + 34 + 2;
    EXPECT_EQ(parse_client_hello(Bytes(body).first(size), hello), ends_before_extensions) << size;
  }
}

TEST(ClientHello, RefusesBytesBehindItsExtensions) {
  ByteVector body = browser_hello().client_body();
  body.push_back(0);
  ClientHello hello;
  EXPECT_FALSE(parse_client_hello(body, hello));
}

TEST(ClientHello, TellsEncryptedClientHello) {
  const ByteVector body = browser_hello("public.example").extension(0xfe0d, ByteVector(60, 1)).client_body();
  ClientHello hello;
  ASSERT_TRUE(parse_client_hello(body, hello));
  EXPECT_TRUE(hello.has_ech);
}

TEST(ClientHello, TakesTheFirstOfTwoServerNames) {
  ByteVector body;
  const ClientHello hello = with_server_name_data(server_name_data({"one.example", "two.example"}), body);
  EXPECT_EQ(hello.server_name(), "one.example");
  EXPECT_EQ(server_names(hello), (std::vector<std::string>{"one.example", "two.example"}));
}

TEST(ClientHello, TakesTheFirstOfTwoServerNameExtensions) {
  HelloBuilder builder;
  builder.ciphers = {0x1301};
  const ByteVector body = builder.extension(0, server_name_data({"one.example"}))
                              .extension(0, server_name_data({"two.example"}))
                              .client_body();
  ClientHello hello;
  ASSERT_TRUE(parse_client_hello(body, hello));
  EXPECT_EQ(hello.server_name(), "one.example");
}

TEST(ClientHello, KeepsOddBytesOfAServerName) {
  ByteVector body;
  for (const std::string_view name : {std::string_view("a\0b", 3), std::string_view("\xc3\xa9.example"),
                                      std::string_view("192.0.2.1"), std::string_view("<img>\n")})
    EXPECT_EQ(with_server_name_data(server_name_data({name}), body).server_name(), name);
}

TEST(ClientHello, PassesOverNamesThatAreTooLongOrOfAnotherType) {
  ByteVector body;
  EXPECT_EQ(with_server_name_data(server_name_data({std::string(300, 'x')}), body).server_name(), "");
  ByteVector other = server_name_data({"a.example"});
  other[2] = 7;
  EXPECT_EQ(with_server_name_data(other, body).server_name(), "");
}

TEST(ClientHello, TreatsABrokenServerNameAsAbsentAndSaysSo) {
  ByteVector longer = server_name_data({"a.example"});
  ++longer[4];
  ByteVector shorter = server_name_data({"a.example"});
  --shorter[1];
  ByteVector body;
  for (const ByteVector& data :
       {ByteVector{}, ByteVector{0, 0}, ByteVector{0}, ByteVector{0, 3, 0, 0, 0}, longer, shorter}) {
    const ClientHello hello = with_server_name_data(data, body);
    EXPECT_TRUE(hello.bad_extension);
    EXPECT_TRUE(hello.has_server_name);
    EXPECT_EQ(hello.server_name(), "");
  }
}

TEST(ClientHello, OfDtlsHasACookie) {
  HelloBuilder builder = browser_hello();
  builder.version = 0xfefd;
  ByteVector body = builder.client_body();
  const ByteVector cookie = with_length8(ByteVector(20, 9));
  body.insert(body.begin() + 2 + 32 + 33, cookie.begin(), cookie.end());
  ClientHello hello;
  ASSERT_TRUE(parse_client_hello(body, hello, HelloForm::kDtls));
  EXPECT_EQ(hello.server_name(), "www.example.org");
}

TEST(Grease, IsSixteenValues) {
  int count = 0;
  for (unsigned value = 0; value <= 0xffff; ++value) count += is_grease(static_cast<std::uint16_t>(value)) ? 1 : 0;
  EXPECT_EQ(count, 16);
  EXPECT_TRUE(is_grease(0x0a0a));
  EXPECT_TRUE(is_grease(0xfafa));
  EXPECT_FALSE(is_grease(0x0a1a));
  EXPECT_FALSE(is_grease(0x1301));
}

TEST(ServerHello, HasItsVersionInAnExtensionSinceTls13) {
  const ByteVector body = server_hello_13().server_body();
  ServerHello hello;
  ASSERT_TRUE(parse_server_hello(body, hello));
  EXPECT_EQ(hello.legacy_version, 0x0303);
  EXPECT_EQ(hello.version(), 0x0304);
  EXPECT_EQ(hello.cipher_suite, 0x1301);
  EXPECT_FALSE(hello.is_hello_retry_request);
}

TEST(ServerHello, ShowsItsAlpnUpToTls12) {
  HelloBuilder builder;
  builder.ciphers = {0xc02f};
  const ByteVector body = builder.extension(0x0010, alpn_data({"h2"})).server_body();
  ServerHello hello;
  ASSERT_TRUE(parse_server_hello(body, hello));
  EXPECT_EQ(hello.version(), 0x0303);
  EXPECT_EQ(hello.alpn, "h2");
}

}  // namespace
}  // namespace netpulse
