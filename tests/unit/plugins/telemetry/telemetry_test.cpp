#include "plugins/telemetry/telemetry.h"

#include <gtest/gtest.h>

#include "tests/unit/plugins/flow_driver.h"
#include "tests/unit/plugins/telemetry/telemetry_samples.h"

namespace netpulse {
namespace {

using namespace test;

template <class A>
Verdict seen(const ByteVector& payload) {
  static constexpr AnalyzerEntry kEntry = make_analyzer_entry<A>();
  RecordingContext context;
  return FlowDriver(kEntry, 17, 9, context).feed(true, payload);
}

TEST(Netflow, WantsRecordsThatFillTheDatagram) {
  EXPECT_EQ(seen<Netflow>(netflow5(30)), Verdict::kDone);
  EXPECT_EQ(seen<Netflow>(netflow5(31)), Verdict::kNotMine);
  EXPECT_EQ(seen<Netflow>(netflow5(2, 52)), Verdict::kNotMine);
  ByteVector broken = netflow9();
  broken[23] = 3;  // a set shorter than its header
  EXPECT_EQ(seen<Netflow>(broken), Verdict::kNotMine);
  broken = netflow9();
  broken[21] = 77;  // reserved set id
  EXPECT_EQ(seen<Netflow>(broken), Verdict::kNotMine);
}

TEST(Ipfix, WantsSetsThatFillTheMessage) {
  EXPECT_EQ(seen<Ipfix>(ipfix_message()), Verdict::kDone);
  ByteVector broken = ipfix_message();
  broken[19] = 255;
  EXPECT_EQ(seen<Ipfix>(broken), Verdict::kNotMine);
  broken = ipfix_message();
  broken.push_back(0);
  EXPECT_EQ(seen<Ipfix>(broken), Verdict::kNotMine);
}

TEST(Sflow, WantsSamplesThatFillTheDatagram) {
  ByteVector broken = sflow_datagram();
  broken[27] = 2;
  EXPECT_EQ(seen<Sflow>(broken), Verdict::kNotMine);
  broken = sflow_datagram();
  broken[32] = 0xff;
  EXPECT_EQ(seen<Sflow>(broken), Verdict::kNotMine);
}

}  // namespace
}  // namespace netpulse
