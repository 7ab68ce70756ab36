#include "plugins/dns/dns_message.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>

#include "tests/unit/plugins/dns/dns_builder.h"

namespace netpulse {
namespace {

using namespace test;

/// The name at offset 12 + at of a message with these bytes behind the header; "!" if it is malformed.
std::string name_in(const ByteVector& bytes, std::size_t at = 0) {
  ByteVector message(12 + bytes.size(), 0);
  std::copy(bytes.begin(), bytes.end(), message.begin() + 12);
  DnsNameText text;
  return read_dns_name(message, 12 + at, text) != 0 ? std::string(text.view()) : "!";
}

TEST(DnsName, IsLowerCaseWithDots) { EXPECT_EQ(name_in(dns_name("wWw.ExAmPlE.org")), "www.example.org"); }

TEST(DnsName, OfTheRootIsNamed) {
  EXPECT_EQ(name_in({0}), "<Root>");
  const ByteVector message(13, 0);
  DnsNameText text;
  EXPECT_EQ(read_dns_name(message, 12, text), 13U);
  EXPECT_TRUE(text.is_root());
}

TEST(DnsName, EscapesWhatWouldChangeItsMeaning) {
  EXPECT_EQ(name_in({5, 'a', '.', 'b', '\\', 'c', 3, 'x', 0, '\n', 0}), "a\\.b\\\\c.x\\000\\010");
  EXPECT_EQ(name_in({2, 0xc3, 0xa9, 0}), "\xc3\xa9");
}

TEST(DnsName, WritesEachByteTheSameWhereverItStandsInItsLabel) {
  const auto expected = [](std::uint8_t byte) -> std::string {
    if (byte == '.' || byte == '\\') return {'\\', static_cast<char>(byte)};
    if (byte < 0x20 || byte == 0x7f) {
      std::string digits = std::to_string(byte);
      digits.insert(0, 3 - digits.size(), '0');
      return "\\" + digits;
    }
    return {static_cast<char>(byte >= 'A' && byte <= 'Z' ? byte + 32 : byte)};
  };
  for (std::size_t size = 1; size <= 20; ++size)
    for (std::size_t at = 0; at < size; ++at)
      for (unsigned byte = 0; byte < 256; ++byte) {
        std::vector<std::uint8_t> message(kDnsHeaderBytes, 0);
        message.push_back(static_cast<std::uint8_t>(size));
        for (std::size_t i = 0; i < size; ++i) message.push_back(static_cast<std::uint8_t>(i == at ? byte : 'a' + i));
        message.push_back(0);
        std::string text;
        for (std::size_t i = 0; i < size; ++i)
          text += i == at ? expected(static_cast<std::uint8_t>(byte)) : std::string(1, static_cast<char>('a' + i));
        DnsNameText name;
        ASSERT_EQ(read_dns_name(message, kDnsHeaderBytes, name), message.size());
        ASSERT_EQ(name.view(), text) << "byte " << byte << " at " << at << " of " << size;
        ASSERT_EQ(dns_name_end(message, kDnsHeaderBytes), message.size());
      }
}

/// Names are read in one piece where they can be, and label by label behind a pointer.
TEST(DnsName, IsTheSameReadThroughAPointer) {
  std::mt19937 random(3);
  for (int round = 0; round < 20'000; ++round) {
    ByteVector message(12, 0);
    while (message.size() < 12 + 1 + random() % 90) {
      const std::size_t label_bytes = 1 + random() % (round % 2 == 0 ? 8 : 40);
      message.push_back(static_cast<std::uint8_t>(label_bytes));
      for (std::size_t i = 0; i < label_bytes; ++i)
        message.push_back(static_cast<std::uint8_t>(random() % 200 == 0 ? random() : "aZ0-_@[`{m"[random() % 10]));
    }
    message.push_back(0);
    const std::size_t name_end = message.size();
    message.resize(name_end + random() % 70, 0x41);
    const std::size_t pointer = message.size();
    message.push_back(0xc0);
    message.push_back(12);
    DnsNameText direct, pointed, cut;
    ASSERT_EQ(read_dns_name(message, 12, direct), name_end);
    ASSERT_EQ(read_dns_name(message, pointer, pointed), message.size());
    ASSERT_EQ(direct.view(), pointed.view());
    // What lies behind the name does not matter, nor does it where nothing does.
    ASSERT_EQ(read_dns_name(Bytes(message).first(name_end), 12, cut), name_end);
    ASSERT_EQ(cut.view(), pointed.view());
    ASSERT_EQ(read_dns_name(Bytes(message).first(name_end - 1), 12, cut), 0U);
  }
}

TEST(DnsName, FollowsPointersBackwards) {
  ByteVector bytes = dns_name("example.org");
  const std::size_t second = bytes.size();
  append(bytes, {3, 'w', 'w', 'w', 0xc0, 12});
  const std::size_t third = bytes.size();
  append(bytes, {0xc0, static_cast<std::uint8_t>(12 + second)});
  EXPECT_EQ(name_in(bytes, second), "www.example.org");
  EXPECT_EQ(name_in(bytes, third), "www.example.org");
  ByteVector message(12, 0);
  append(message, bytes);
  DnsNameText text;
  EXPECT_EQ(read_dns_name(message, 12 + second, text), 12 + second + 6);
}

TEST(DnsName, RefusesPointersThatDoNotLeadBackwards) {
  EXPECT_EQ(name_in({0xc0, 12}), "!");                               // itself
  EXPECT_EQ(name_in({0xc0, 14, 0xc0, 12}), "!");                     // forwards
  EXPECT_EQ(name_in({0xc0, 14, 0xc0, 12}, 2), "!");                  // a cycle of two
  EXPECT_EQ(name_in({1, 'a', 0xc0, 12}), "!");                       // into its own label
  EXPECT_EQ(name_in({1, 'a', 0, 0xc0, 4}, 3), "!");                  // into the header
  EXPECT_EQ(name_in({0xc0}), "!");                                   // cut
  EXPECT_EQ(name_in({3, 'a', 'b', 'c', 0xc0, 13, 'd', 0}, 4), "!");  // into a label, then into a pointer's run
}

TEST(DnsName, FollowsAtMost128Pointers) {
  const auto chain = [](std::size_t pointers) {
    ByteVector bytes{1, 'a', 0};
    std::size_t target = 12;
    for (std::size_t i = 0; i < pointers; ++i) {
      const std::size_t here = 12 + bytes.size();
      append(bytes, dns_pointer(target));
      target = here;
    }
    return name_in(bytes, bytes.size() - 2);
  };
  EXPECT_EQ(chain(127), "a");
  EXPECT_EQ(chain(128), "a");
  EXPECT_EQ(chain(129), "!");
}

TEST(DnsName, RefusesReservedLabelTypes) {
  for (int length = 64; length < 192; ++length) {
    ByteVector bytes(300, 'a');
    bytes[0] = static_cast<std::uint8_t>(length);
    EXPECT_EQ(name_in(bytes), "!") << length;
  }
}

TEST(DnsName, HasAtMost255Bytes) {
  ByteVector bytes;
  for (int i = 0; i < 3; ++i) append(bytes, with_length8(ByteVector(63, 'a')));
  ByteVector longest = bytes;
  append(longest, with_length8(ByteVector(61, 'b')));
  longest.push_back(0);
  EXPECT_EQ(longest.size(), 255U);
  EXPECT_EQ(name_in(longest).size(), 253U);
  append(bytes, with_length8(ByteVector(62, 'b')));
  bytes.push_back(0);
  EXPECT_EQ(name_in(bytes), "!");
}

TEST(DnsName, OfControlCharactersFitsItsBuffer) {
  ByteVector bytes;
  for (int i = 0; i < 3; ++i) append(bytes, with_length8(ByteVector(63, 1)));
  append(bytes, with_length8(ByteVector(61, 1)));
  bytes.push_back(0);
  EXPECT_EQ(name_in(bytes).size(), 4U * 250 + 3);
}

TEST(DnsName, ComparesWithoutCaseAndThroughPointers) {
  ByteVector message(12, 0);
  append(message, dns_name("www.Example.org"));
  const std::size_t other = message.size();
  append(message, {3, 'W', 'W', 'W', 0xc0, 16});
  const std::size_t pointer = message.size();
  append(message, dns_pointer(12));
  const std::size_t different = message.size();
  append(message, dns_name("www.example.net"));
  EXPECT_TRUE(same_dns_name(message, 12, other));
  EXPECT_TRUE(same_dns_name(message, 12, pointer));
  EXPECT_TRUE(same_dns_name(message, other, pointer));
  EXPECT_FALSE(same_dns_name(message, 12, different));
  EXPECT_FALSE(same_dns_name(message, 12, message.size()));
}

TEST(DnsRecord, CannotReachBehindTheMessage) {
  DnsBuilder builder = dns_response("a.example");
  const std::size_t at = builder.offset();
  const ByteVector message = builder.record(1, dns_pointer(12), 1, {192, 0, 2, 1}, 77).message();
  DnsRecord record;
  for (std::size_t size = 0; size < message.size(); ++size)
    EXPECT_FALSE(read_dns_record(Bytes(message).first(size), at, record)) << size;
  ASSERT_TRUE(read_dns_record(message, at, record));
  EXPECT_EQ(record.ttl, 77U);
  EXPECT_EQ(record.end, message.size());
  EXPECT_EQ(record.data.size(), 4U);
}

}  // namespace
}  // namespace netpulse
