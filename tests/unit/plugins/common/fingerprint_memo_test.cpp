#include "plugins/common/fingerprint_memo.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>

#include "tests/unit/plugins/common/hello_builder.h"

namespace netpulse {
namespace {

using namespace test;

/// What the memo says of a hello is what the plain functions say, also the second time.
class FingerprintMemoTest : public testing::Test {
 protected:
  void expect_same(const HelloBuilder& builder, Ja4Transport transport = Ja4Transport::kTcp) {
    const ByteVector body = builder.client_body();
    ClientHello hello;
    ASSERT_TRUE(parse_client_hello(body, hello));
    Md5Digest digest{};
    Ja4Text text;
    const bool has_ja3 = ja3(hello, digest), has_ja4 = ja4(hello, transport, text);
    for (int time = 0; time < 2; ++time) {
      FingerprintMemo::OfClient found;
      memo_->of_client(hello, transport, found);
      ASSERT_EQ(found.has_ja3, has_ja3);
      ASSERT_EQ(found.has_ja4, has_ja4);
      ASSERT_EQ(has_ja3 ? found.ja3 : digest, digest);
      ASSERT_EQ(has_ja4 ? found.ja4.view() : text.view(), text.view());
    }
  }
  void expect_same_of_server(const HelloBuilder& builder) {
    const ByteVector body = builder.server_body();
    ServerHello hello;
    ASSERT_TRUE(parse_server_hello(body, hello));
    Md5Digest digest{};
    const bool has = ja3s(hello, digest);
    for (int time = 0; time < 2; ++time) {
      Md5Digest found{};
      ASSERT_EQ(memo_->ja3s(hello, found), has);
      ASSERT_EQ(found, digest);
    }
  }

  std::unique_ptr<FingerprintMemo> memo_ = std::make_unique<FingerprintMemo>();
};

TEST_F(FingerprintMemoTest, AgreesOnABrowsersHelloWithOtherGreaseAndOrder) {
  HelloBuilder builder = browser_hello();
  expect_same(builder);
  builder.ciphers[0] = 0xfafa;
  expect_same(builder);
  std::reverse(builder.extensions.begin(), builder.extensions.end());
  expect_same(builder);
  std::reverse(builder.ciphers.begin(), builder.ciphers.end());
  expect_same(builder);
  for (const Ja4Transport transport : {Ja4Transport::kTcp, Ja4Transport::kQuic, Ja4Transport::kDtls})
    expect_same(builder, transport);
}

TEST_F(FingerprintMemoTest, TellsApartWhatDiffersInOneValue) {
  expect_same(browser_hello());
  const auto change = [&](auto what) {
    HelloBuilder builder = browser_hello();
    what(builder);
    expect_same(builder);
  };
  change([](HelloBuilder& hello) { hello.version = 0x0302; });
  change([](HelloBuilder& hello) { hello.ciphers.back() = 0x0036; });
  change([](HelloBuilder& hello) { hello.ciphers.pop_back(); });
  change([](HelloBuilder& hello) { hello.ciphers.push_back(0); });
  change([](HelloBuilder& hello) { hello.ciphers.push_back(hello.ciphers.back()); });
  for (std::size_t i = 0; i < browser_hello().extensions.size(); ++i) {
    change([&](HelloBuilder& hello) { hello.extensions[i].first = 0x0016; });
    change([&](HelloBuilder& hello) { hello.extensions[i].first = 0x8016; });
    change([&](HelloBuilder& hello) { hello.extensions.push_back(hello.extensions[i]); });
    change([&](HelloBuilder& hello) { hello.extensions.erase(hello.extensions.begin() + static_cast<long>(i)); });
    change([&](HelloBuilder& hello) {
      if (!hello.extensions[i].second.empty()) hello.extensions[i].second.back() ^= 0x01;
    });
  }
}

TEST_F(FingerprintMemoTest, AgreesOnValuesThatNearlyAreGrease) {
  for (const unsigned value : {0x0a0aU, 0x0a1aU, 0x1a0aU, 0x8a8aU, 0xfafaU, 0x0a0bU, 0x1b1bU, 0x0000U, 0x0909U})
    for (std::size_t at = 0; at < 9; ++at) {
      HelloBuilder builder;
      builder.ciphers.assign(9, 0x1301);
      builder.ciphers[at] = static_cast<std::uint16_t>(value);
      builder.extension(0x000a, with_length16(u16_values(builder.ciphers)));
      builder.extension(0x000d, with_length16(u16_values(builder.ciphers)));
      builder.extension(static_cast<std::uint16_t>(value));
      expect_same(builder);
    }
}

TEST_F(FingerprintMemoTest, AgreesOnListsOfEveryLength) {
  for (std::size_t count = 0; count < 150; ++count) {
    HelloBuilder ciphers, extensions, low_extensions, algorithms, formats;
    ByteVector list;
    for (std::size_t i = 0; i < count; ++i) {
      ciphers.ciphers.push_back(static_cast<std::uint16_t>(0xc000 + i));
      extensions.extension(static_cast<std::uint16_t>(0x4000 + i));
      low_extensions.extension(static_cast<std::uint16_t>(count - i));
      put_u16(list, 0x0401 + i);
    }
    algorithms.extension(0x000d, with_length16(list));
    formats.extension(0x000b, with_length8(ByteVector(count)));
    expect_same(ciphers);
    expect_same(extensions);
    expect_same(low_extensions);
    expect_same(algorithms);
    expect_same(formats);
  }
}

TEST_F(FingerprintMemoTest, FailsWhereThePlainFunctionsFail) {
  HelloBuilder builder;
  for (std::uint16_t cipher = 0; cipher < 2000; ++cipher) builder.ciphers.push_back(cipher);
  expect_same(builder);
}

TEST_F(FingerprintMemoTest, AgreesOnRandomHellos) {
  std::mt19937 random(20260101);
  const auto below = [&](std::size_t bound) { return random() % bound; };
  // Few kinds of values, so that hellos come again, in part and as a whole.
  const std::vector<std::uint16_t> types{0,  5,  10, 11, 13, 13, 16, 18,     21,     23,     27,     35,
                                         43, 45, 51, 63, 64, 65, 57, 0xff01, 0x4469, 0x0a0a, 0x7a7a, 0xfe0d};
  for (int i = 0; i < 20000; ++i) {
    HelloBuilder builder;
    builder.version = static_cast<std::uint16_t>(0x0301 + below(3));
    const std::size_t cipher_count = below(below(10) == 0 ? 120 : 6);
    for (std::size_t c = 0; c < cipher_count; ++c)
      builder.ciphers.push_back(static_cast<std::uint16_t>(below(8) == 0 ? 0x1a1a * below(2) : 0x1301 + below(3)));
    const std::size_t extension_count = below(below(10) == 0 ? 60 : 6);
    for (std::size_t e = 0; e < extension_count; ++e) {
      const std::uint16_t type = types[below(types.size())];
      ByteVector list;
      for (std::size_t v = below(4); v > 0; --v) put_u16(list, below(6) == 0 ? 0x2a2a : 0x0017 + below(2));
      builder.extension(type, type == 11 || type == 43 ? with_length8(list) : with_length16(list));
    }
    expect_same(builder, below(2) == 0 ? Ja4Transport::kTcp : Ja4Transport::kQuic);
    builder.ciphers.push_back(0x1301);
    expect_same_of_server(builder);
    if (HasFatalFailure()) FAIL() << i;
  }
}

}  // namespace
}  // namespace netpulse
