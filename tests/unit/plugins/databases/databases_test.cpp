#include "plugins/databases/databases.h"

#include <gtest/gtest.h>

#include "tests/unit/plugins/databases/databases_samples.h"
#include "tests/unit/plugins/flow_driver.h"

namespace netpulse {
namespace {

using namespace test;

template <class A>
Verdict seen(const ByteVector& payload, std::uint16_t port = 9, std::uint8_t protocol = 6) {
  static constexpr AnalyzerEntry kEntry = make_analyzer_entry<A>();
  RecordingContext context;
  return FlowDriver(kEntry, protocol, port, context).feed(true, payload);
}

TEST(Redis, WantsAnArrayOfBulkStrings) {
  EXPECT_EQ(seen<Redis>(bytes_of("*2\r\n$3\r\nGET\r\n$3\r\nkey\r\n")), Verdict::kDone);
  EXPECT_EQ(seen<Redis>(bytes_of("* OK IMAP4 ready\r\n")), Verdict::kNotMine);
  EXPECT_EQ(seen<Redis>(bytes_of("*1\r\n:1\r\n")), Verdict::kNotMine);
  EXPECT_EQ(seen<Redis>(bytes_of("*99999999\r\n$4\r\n")), Verdict::kNotMine);
  EXPECT_EQ(seen<Redis>(bytes_of("*1\r\n$4\r\nPINGxx")), Verdict::kNotMine);
}

TEST(Mongodb, ChecksLengthAndOpcode) {
  EXPECT_EQ(seen<Mongodb>(mongodb_message(2012)), Verdict::kDone);
  EXPECT_EQ(seen<Mongodb>(mongodb_message(2008)), Verdict::kNotMine);
  ByteVector empty = mongodb_message(2013);
  empty[0] = 16;
  EXPECT_EQ(seen<Mongodb>(empty), Verdict::kNotMine);
}

TEST(Memcached, WantsACommandOrABinaryHeader) {
  EXPECT_EQ(seen<Memcached>(bytes_of("set key 0 0 5\r\nvalue\r\n"), 11211), Verdict::kDone);
  EXPECT_EQ(seen<Memcached>(bytes_of("getting there\r\n"), 11211), Verdict::kNotMine);
  ByteVector binary = memcached_get();
  binary[3] = 9;  // a key longer than the body
  EXPECT_EQ(seen<Memcached>(binary, 11211), Verdict::kNotMine);
}

TEST(Tds, ReadsTheOptionsOfAPrelogin) {
  ByteVector prelogin = tds_prelogin();
  prelogin[8] = 1;  // the version is always the first
  EXPECT_EQ(seen<Tds>(prelogin), Verdict::kNotMine);
  prelogin = tds_prelogin();
  prelogin[12] = 200;
  EXPECT_EQ(seen<Tds>(prelogin), Verdict::kNotMine);
  ByteVector login{0x10, 1, 0, 20, 0, 0, 1, 0, 12, 0, 0, 0, 4, 0, 0, 0x74, 1, 2, 3, 4};
  EXPECT_EQ(seen<Tds>(login), Verdict::kDone);
  login[15] = 0x10;
  EXPECT_EQ(seen<Tds>(login), Verdict::kNotMine);
}

TEST(Oracle, ChecksItsHeader) {
  for (const std::size_t at : {2U, 4U, 6U, 8U}) {
    ByteVector connect = tns_connect();
    connect[at] = 9;
    EXPECT_EQ(seen<Oracle>(connect), Verdict::kNotMine) << at;
  }
}

}  // namespace
}  // namespace netpulse
