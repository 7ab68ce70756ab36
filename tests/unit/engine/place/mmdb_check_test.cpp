#include "engine/place/mmdb_check.h"

#include <gtest/gtest.h>

#include "engine/place/mmdb_file.h"
#include "engine/place/mmdb_section.h"
#include "tests/unit/engine/place/mmdb_builder.h"
#include "tests/unit/engine/place/temporary_file.h"

namespace netpulse {
namespace {

using namespace mmdb;

std::string error_of(std::string_view file) {
  const auto summary = check_mmdb(as_bytes(file));
  return summary.ok() ? "" : summary.error().message;
}
testing::AssertionResult refused(std::string_view file, std::string_view part) {
  const std::string error = error_of(file);
  if (error.find(part) != std::string::npos) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "\"" << error << "\" does not say \"" << part << "\"";
}

/// One node: data on both sides.
std::string tiny(const std::string& data, int left = 1 + 16, int right = 1 + 16) {
  return file(big_endian(static_cast<std::uint64_t>(left), 3) + big_endian(static_cast<std::uint64_t>(right), 3), data,
              metadata(1, 24, 6));
}

std::string sample(int record_bits = 24) {
  return Builder(record_bits)
      .add("8.8.8.0/24", nested_city("US", "Mountain View", 37.4, -122.1))
      .add("2a00::/16", nested_country("SE"))
      .build();
}

TEST(MmdbCheck, TellsWhatTheMetadataSays) {
  const std::string bytes = sample();
  const auto summary = check_mmdb(as_bytes(bytes));
  ASSERT_TRUE(summary.ok()) << summary.error().message;
  EXPECT_EQ(summary.value().database_type, "Test-Country");
  EXPECT_EQ(summary.value().description, "Countries by nobody");
  EXPECT_EQ(summary.value().built_at.nanoseconds, 1'700'000'000'000'000'000);
  EXPECT_EQ(summary.value().ip_version, 6U);
  EXPECT_EQ(summary.value().records.size(), 2U);
}

TEST(MmdbCheck, TakesAllRecordSizes) {
  for (const int bits : {24, 28, 32}) EXPECT_EQ(error_of(sample(bits)), "") << bits;
}

TEST(MmdbCheck, RefusesEachTruncation) {
  const std::string bytes = sample();
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_NE(error_of(std::string_view(bytes).substr(0, size)), "") << size;
  EXPECT_TRUE(refused(std::string_view(bytes).substr(0, bytes.size() / 2), "cut off"));
  EXPECT_TRUE(refused("", "cut off"));
}

TEST(MmdbCheck, RefusesAFileWithoutItsBeginning) {
  EXPECT_TRUE(refused(std::string_view(sample()).substr(100), "the search tree does not end where its metadata says"));
}

TEST(MmdbCheck, LeavesNothingToFearWhateverByteIsWrong) {
  const std::string good = sample();
  const TemporaryFile file;
  const std::vector<IpAddress> addresses{*IpAddress::parse("8.8.8.8"), *IpAddress::parse("255.255.255.255"),
                                         *IpAddress::parse("2a00::1"), *IpAddress::parse("::")};
  std::size_t taken = 0;
  for (std::size_t at = 0; at < good.size(); ++at)
    for (const int mask : {0x01, 0x20, 0x80, 0xff}) {
      std::string bad = good;
      bad[at] = static_cast<char>(bad[at] ^ mask);
      if (!check_mmdb(as_bytes(bad)).ok()) continue;
      // libmaxminddb reads it now, metadata as well.
      file.overwrite(bad);
      FileIdentity identity;
      const auto loaded = MmdbFile::load(file.path(), identity);
      if (!loaded.ok()) continue;
      ++taken;
      for (const IpAddress& address : addresses) (void)loaded.value()->lookup(address);
      (void)loaded.value()->contents();
    }
  EXPECT_GT(taken, 0U);
}

TEST(MmdbCheck, RefusesBadMetadata) {
  const auto with = [](const std::string& metadata) { return file(std::string(6, '\0'), text("x"), metadata); };
  EXPECT_TRUE(refused(with(""), "no well-formed map"));
  EXPECT_TRUE(refused(with(u16(1)), "not version 2"));
  EXPECT_TRUE(refused(with(map({{"binary_format_major_version", u16(3)}})), "not version 2"));
  EXPECT_TRUE(refused(with(metadata(1, 24, 5)), "ip_version"));
  EXPECT_TRUE(refused(with(metadata(1, 24, 6, "Test", array({text("en")}), u16(3))), "no texts"));
  EXPECT_TRUE(refused(with(metadata(1, 24, 6, "Test", array({u16(3)}))), "no texts"));
  EXPECT_TRUE(refused(with(metadata(1, 24, 6, "Test", text("en"))), "no texts"));
  EXPECT_TRUE(refused(with(metadata(1, 25, 6)), "record_size"));
  EXPECT_TRUE(refused(with(metadata(0, 24, 6)), "node_count"));
  EXPECT_TRUE(refused(with(metadata(0xffffffff, 32, 6)), "does not fit"));
}

TEST(MmdbCheck, RefusesMetadataThatGrowsWhenItIsExpanded) {
  // Each array holds the one before it twice, by pointers: 2^n values for 3n bytes.
  std::string laughs = map({{"languages", pointer(60)}});
  laughs.resize(60, '\0');
  for (std::size_t at = 60, next = at + 6; at < 600; at = next, next += 6)
    laughs += array({pointer(next), pointer(next)});
  laughs += text("ha");
  EXPECT_TRUE(refused(file(std::string(6, '\0'), text("x"), laughs), "no well-formed map"));
}

TEST(MmdbCheck, RefusesABuildTimeThatDoesNotFitOnlyAsATime) {
  std::string bytes = sample();
  const std::string key = text("build_epoch") + control(9, 8);
  bytes.replace(bytes.find(key) + key.size(), 8, 8, '\xff');
  const auto summary = check_mmdb(as_bytes(bytes));
  ASSERT_TRUE(summary.ok()) << summary.error().message;
  EXPECT_FALSE(summary.value().built_at.known());
}

TEST(MmdbCheck, RefusesTreesThatLeadNowhere) {
  EXPECT_EQ(error_of(tiny(text("x"))), "");
  EXPECT_TRUE(refused(tiny(text("x"), 2), "search tree is corrupt at node 0"));       // inside the separator
  EXPECT_TRUE(refused(tiny(text("x"), 17, 16), "search tree is corrupt at node 0"));  // likewise
  EXPECT_TRUE(refused(tiny(text("x"), 17, 1 + 16 + 2), "search tree is corrupt at node 0"));
  EXPECT_TRUE(refused(tiny(text("x"), 0), "deeper than an address"));  // a circle
}

TEST(MmdbCheck, RefusesATreeThatIsOneLevelTooDeep) {
  for (const int ip_version : {4, 6})
    for (const int extra : {0, 1}) {
      const int depth = (ip_version == 4 ? 32 : 128) + extra;
      std::string tree;
      for (int i = 1; i <= depth; ++i)
        tree += big_endian(static_cast<std::uint64_t>(i), 3) + big_endian(static_cast<std::uint64_t>(depth), 3);
      const std::string error =
          error_of(file(tree, text("x"), metadata(static_cast<std::size_t>(depth), 24, ip_version)));
      EXPECT_EQ(error.empty(), extra == 0) << error;
    }
}

TEST(MmdbCheck, RefusesCorruptData) {
  EXPECT_TRUE(refused(tiny(pointer(0)), "data is corrupt at byte 0"));                 // itself
  EXPECT_TRUE(refused(tiny(pointer(2) + pointer(4) + text("x")), "data is corrupt"));  // to a pointer
  EXPECT_TRUE(refused(tiny(pointer(100)), "data is corrupt"));
  EXPECT_TRUE(refused(tiny(control(2, 200) + "short"), "data is corrupt"));
  EXPECT_TRUE(refused(tiny(control(3, 4) + "four"), "data is corrupt"));   // a double of 4 bytes
  EXPECT_TRUE(refused(tiny(control(6, 5) + "fives"), "data is corrupt"));  // 40 bits
  EXPECT_TRUE(refused(tiny(control(14, 2)), "data is corrupt"));           // neither true nor false
  EXPECT_TRUE(refused(tiny(control(13, 0)), "data is corrupt"));           // the end marker
  EXPECT_TRUE(refused(tiny(control(16, 0)), "data is corrupt"));           // a type that is none
  EXPECT_TRUE(refused(tiny(std::string("\0\0", 2)), "data is corrupt"));
  EXPECT_TRUE(refused(tiny(control(7, 1) + u16(1) + u16(2)), "data is corrupt"));  // a key that is no text
  EXPECT_TRUE(refused(tiny(control(7, 3) + text("a") + u16(2)), "data is corrupt"));
  EXPECT_TRUE(refused(tiny(control(11, 285 + 65535)), "data is corrupt"));
}

TEST(MmdbCheck, FollowsPointersToKeysAndValues) {
  EXPECT_EQ(error_of(tiny(control(7, 1) + pointer(5) + pointer(5) + text("ab"))), "");
  EXPECT_TRUE(refused(tiny(control(7, 1) + pointer(5) + pointer(5) + u16(7)), "data is corrupt"));
  // What is pointed to is looked at, too.
  EXPECT_TRUE(refused(tiny(control(11, 1) + pointer(4) + control(2, 9)), "data is corrupt"));
}

TEST(MmdbCheck, BoundsNesting) {
  const auto nested = [](std::size_t depth) {
    std::string data;
    for (std::size_t i = 0; i < depth; ++i) data += control(11, 1);
    return tiny(data + boolean(true));
  };
  EXPECT_EQ(error_of(nested(MmdbSection::kDepthMax)), "");
  EXPECT_TRUE(refused(nested(MmdbSection::kDepthMax + 1), "data is corrupt"));
}

TEST(MmdbCheck, GivesUpOnOverlapsThatWouldTakeLong) {
  // An array of pointers into the second bytes of arrays: each is a long array of its own over the same bytes.
  std::string data = control(11, 200);
  for (std::size_t i = 0; i < 200; ++i) data += pointer(403 + 2 * i + (i == 199 ? 0 : 1));
  for (std::size_t i = 0; i < 800; ++i) data += control(14, 0);
  (void)error_of(tiny(data));  // Either answer is right, in time.
}

}  // namespace
}  // namespace netpulse
