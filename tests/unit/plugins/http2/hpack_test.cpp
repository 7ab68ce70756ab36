#include "plugins/http2/hpack.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "plugins/http2/huffman.h"
#include "tests/unit/plugins/http2/frames.h"

namespace netpulse {
namespace {

using test::ByteVector;
using test::hex_bytes;

struct Decoded {
  HpackName name;
  std::string value;
  friend bool operator==(const Decoded&, const Decoded&) = default;
};
using Fields = std::vector<Decoded>;

class Hpack : public ::testing::Test {
 protected:
  Hpack() { table->reset(); }

  /// The known fields of a block; none at all if it is malformed.
  std::optional<Fields> decode(const ByteVector& block) {
    HpackReader reader(block, *table);
    Fields fields;
    while (true) {
      const HpackReader::Event event = reader.next();
      if (event == HpackReader::Event::kEnd) return fields;
      if (event == HpackReader::Event::kMalformed) return std::nullopt;
      if (reader.field().name != HpackName::kOther)
        fields.push_back({reader.field().name, std::string(reader.field().value)});
    }
  }
  std::optional<Fields> decode(std::string_view digits) { return decode(hex_bytes(digits)); }

  std::unique_ptr<HpackTable> table = std::make_unique<HpackTable>();
};

const Fields kFirstRequest{{HpackName::kMethod, "GET"}, {HpackName::kAuthority, "www.example.com"}};

TEST_F(Hpack, DecodesTheRepresentationsOfAppendixC2) {
  EXPECT_EQ(decode("400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572"), Fields{});
  EXPECT_EQ(table->used_bytes(), 55U);
  EXPECT_EQ(decode("040c 2f73 616d 706c 652f 7061 7468"), Fields{});
  EXPECT_EQ(decode("1008 7061 7373 776f 7264 0673 6563 7265 74"), Fields{});
  EXPECT_EQ(table->count(), 1U);
  EXPECT_EQ(decode("82"), (Fields{{HpackName::kMethod, "GET"}}));
}

TEST_F(Hpack, DecodesTheRequestsOfAppendixC3) {
  EXPECT_EQ(decode("8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d"), kFirstRequest);
  EXPECT_EQ(table->used_bytes(), 57U);
  EXPECT_EQ(decode("8286 84be 5808 6e6f 2d63 6163 6865"), kFirstRequest);
  EXPECT_EQ(table->used_bytes(), 110U);
  EXPECT_EQ(decode("8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65"), kFirstRequest);
  EXPECT_EQ(table->used_bytes(), 164U);
}

TEST_F(Hpack, DecodesTheHuffmanCodedRequestsOfAppendixC4) {
  EXPECT_EQ(decode("8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff"), kFirstRequest);
  EXPECT_EQ(decode("8286 84be 5886 a8eb 1064 9cbf"), kFirstRequest);
  EXPECT_EQ(decode("8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf"), kFirstRequest);
  EXPECT_EQ(table->used_bytes(), 164U);
}

TEST_F(Hpack, EvictsAsInAppendixC5) {
  table->set_bytes_max(256);
  EXPECT_EQ(decode("4803 3330 3258 0770 7269 7661 7465 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133"
                   "3a32 3120 474d 546e 1768 7474 7073 3a2f 2f77 7777 2e65 7861 6d70 6c65 2e63 6f6d"),
            (Fields{{HpackName::kStatus, "302"}}));
  EXPECT_EQ(table->used_bytes(), 222U);
  EXPECT_EQ(decode("4803 3330 37c1 c0bf"), (Fields{{HpackName::kStatus, "307"}}));
  EXPECT_EQ(table->used_bytes(), 222U);
  EXPECT_EQ(decode("88c1 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3220 474d 54c0 5a04 677a"
                   "6970 7738 666f 6f3d 4153 444a 4b48 514b 425a 584f 5157 454f 5049 5541 5851 5745 4f49 553b 206d"
                   "6178 2d61 6765 3d33 3630 303b 2076 6572 7369 6f6e 3d31"),
            (Fields{{HpackName::kStatus, "200"}}));
  EXPECT_EQ(table->used_bytes(), 215U);
  EXPECT_EQ(table->count(), 3U);
}

TEST_F(Hpack, EvictsAsInAppendixC6) {
  table->set_bytes_max(256);
  EXPECT_EQ(decode("4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e 919d"
                   "29ad 1718 63c7 8f0b 97c8 e9ae 82ae 43d3"),
            (Fields{{HpackName::kStatus, "302"}}));
  EXPECT_EQ(table->used_bytes(), 222U);
  EXPECT_EQ(decode("4883 640e ffc1 c0bf"), (Fields{{HpackName::kStatus, "307"}}));
  EXPECT_EQ(decode("88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab 77ad 94e7 821d"
                   "d7f2 e6c7 b335 dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f 9587 3160 65c0 03ed 4ee5 b106"
                   "3d50 07"),
            (Fields{{HpackName::kStatus, "200"}}));
  EXPECT_EQ(table->used_bytes(), 215U);
}

TEST_F(Hpack, ReadsIntegersOfSeveralBytes) {
  EXPECT_EQ(decode("3f9a 0a"), Fields{});  // 1337 (appendix C.1.2), as the table's size
  EXPECT_EQ(table->bytes_max(), 1337U);
  EXPECT_EQ(decode("3fe1 ffff 03"), Fields{});  // more than is kept here
  EXPECT_EQ(table->bytes_max(), HpackTable::kBytesMax);
  EXPECT_EQ(decode("3fff ffff ff7f"), std::nullopt);
  EXPECT_EQ(decode("3f80 8080 8080 00"), std::nullopt);
  EXPECT_EQ(decode("3f80"), std::nullopt);
}

TEST_F(Hpack, RefusesWhatNoEncoderWrites) {
  EXPECT_EQ(decode("80"), std::nullopt);              // index 0
  EXPECT_EQ(decode("41 0f 7777"), std::nullopt);      // a literal longer than the block
  EXPECT_EQ(decode("41 81 00"), std::nullopt);        // wrong padding
  EXPECT_EQ(decode("41 82 1fff"), std::nullopt);      // eight bits of padding and more
  EXPECT_EQ(decode("41 84 ffffffff"), std::nullopt);  // EOS
  EXPECT_EQ(decode("40"), std::nullopt);
}

TEST_F(Hpack, AnEntryThatIsNotKeptIsAnUnknownField) {
  EXPECT_EQ(decode("ff 80 08 82"), (Fields{{HpackName::kMethod, "GET"}}));
  EXPECT_EQ(decode("7f 80 08 01 61"), Fields{});  // its name too
  EXPECT_EQ(table->count(), 1U);
}

TEST_F(Hpack, KeepsItsEntriesInARingOfBytes) {
  // Each entry has 10 + 32 bytes and its value; so all places of the ring are come by.
  for (int i = 0; i < 2000; ++i) {
    const std::string value(static_cast<std::size_t>(1 + i * 7 % 200), static_cast<char>('a' + i % 26));
    table->insert({HpackName::kAuthority, value}, 10, value.size());
    ASSERT_LE(table->used_bytes(), HpackTable::kBytesMax);
    for (std::size_t age = 0; age < table->count(); ++age) {
      std::array<char, kHpackValueBytesMax> scratch;
      HpackTable::Found found;
      ASSERT_TRUE(table->find(age, scratch, found));
      const int j = i - static_cast<int>(age);
      ASSERT_EQ(found.field.value,
                std::string(static_cast<std::size_t>(1 + j * 7 % 200), static_cast<char>('a' + j % 26)));
      ASSERT_EQ(found.name_bytes, 10U);
    }
  }
}

TEST_F(Hpack, AnEntryTooLargeEmptiesTheTable) {
  table->insert({HpackName::kOther, ""}, 10, 10);
  table->insert({HpackName::kOther, ""}, 10, 5000);
  EXPECT_EQ(table->count(), 0U);
  EXPECT_EQ(table->used_bytes(), 0U);
}

TEST(HpackHuffman, SaysHowLongATextIsThatHasNoRoom) {
  const ByteVector coded = hex_bytes("f1e3c2e5f23a6ba0ab90f4ff");
  std::array<char, 3> room{};
  std::size_t bytes = 0;
  EXPECT_TRUE(decode_hpack_huffman(coded, room, bytes));
  EXPECT_EQ(bytes, 15U);
  EXPECT_EQ(std::string(room.data(), room.size()), "www");
}

TEST(HpackHuffman, KnowsTheLongestCodes) {
  // 0x0a has 30 bits, all ones but the last two: 0x3ffffffc.
  std::array<char, 4> room{};
  std::size_t bytes = 0;
  EXPECT_TRUE(decode_hpack_huffman(hex_bytes("fffffff3"), room, bytes));
  EXPECT_EQ(bytes, 1U);
  EXPECT_EQ(room[0], '\n');
}

}  // namespace
}  // namespace netpulse
