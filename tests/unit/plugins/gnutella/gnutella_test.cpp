#include <gtest/gtest.h>

#include "tests/unit/plugins/flow_driver.h"
#include "tests/unit/plugins/gnutella/gnutella_samples.h"

namespace netpulse {
namespace {

using namespace test;

constexpr AnalyzerEntry kGnutella = make_analyzer_entry<Gnutella>();

Verdict seen(const ByteVector& payload, std::uint8_t protocol = 17) {
  RecordingContext context;
  return FlowDriver(kGnutella, protocol, 28681, context).feed(true, payload);
}

TEST(Gnutella, KnowsADescriptorByItsLength) {
  const ByteVector query = gnutella_descriptor(0x80, ByteVector(40, 'q'));
  EXPECT_EQ(seen(query), Verdict::kDone);
  ByteVector longer = query;
  longer.push_back(0);
  EXPECT_EQ(seen(longer), Verdict::kNotMine);
  EXPECT_EQ(seen(gnutella_descriptor(0x50, ByteVector(40, 'q'))), Verdict::kNotMine);
  EXPECT_EQ(seen(gnutella_descriptor(0x44, {})), Verdict::kDone);
  EXPECT_EQ(seen(query, 132), Verdict::kNotMine);  // not over SCTP
}

TEST(Gnutella, KnowsPartsOfReliableDatagrams) {
  EXPECT_EQ(seen({'G', 'N', 'D', 0x10, 1, 2, 1, 2, 9, 9}), Verdict::kDone);
  EXPECT_EQ(seen({'G', 'N', 'D', 0x10, 1, 2, 3, 2, 9, 9}), Verdict::kNotMine);
  EXPECT_EQ(seen({'G', 'N', 'D', 'E', 'R', ' ', 1, 2}), Verdict::kNotMine);
}

TEST(Gnutella, KnowsTheHandshakeOverTcp) {
  EXPECT_EQ(seen(bytes_of("GNUTELLA CONNECT/0.6\r\nUser-Agent: x\r\n\r\n"), 6), Verdict::kNeedMore);
  EXPECT_EQ(seen(bytes_of("GNUTELLA CONNECT/0.6\r\n\r\n\x9e"), 6), Verdict::kDone);
  EXPECT_EQ(seen(bytes_of("GNUTELLA WHAT"), 6), Verdict::kNotMine);
}

TEST(Gnutella, HandsOverToTlsBehindTheHandshakeOnly) {
  RecordingContext context;
  FlowDriver flow(kGnutella, 6, 6346, context);
  flow.feed(true, bytes_of("GNUTELLA CONNECT/0.6\r\n\r\n"));
  flow.feed(false, bytes_of("GNUTELLA/0.6 200 OK\r\n\r\n"));
  flow.feed(true, bytes_of("GNUTELLA/0.6 200 OK\r\n\r\n\x16"));
  EXPECT_FALSE(context.handed_over);
  flow.feed(true, bytes_of("\x03\x01"));
  EXPECT_TRUE(context.handed_over);
}

}  // namespace
}  // namespace netpulse
