#include "plugins/carrier/carrier.h"

#include <gtest/gtest.h>

#include "tests/unit/plugins/carrier/carrier_samples.h"
#include "tests/unit/plugins/flow_driver.h"

namespace netpulse {
namespace {

using namespace test;

template <class A>
Verdict seen(const ByteVector& payload, std::uint16_t port, std::uint8_t protocol = 17) {
  static constexpr AnalyzerEntry kEntry = make_analyzer_entry<A>();
  RecordingContext context;
  return FlowDriver(kEntry, protocol, port, context).feed(true, payload);
}

TEST(Bgp, ChecksMarkerLengthAndType) {
  EXPECT_EQ(seen<Bgp>(bgp_keepalive(), 179, 6), Verdict::kDone);
  for (const std::size_t at : {15U, 16U, 18U}) {
    ByteVector message = bgp_keepalive();
    message[at] = 0x7f;
    EXPECT_EQ(seen<Bgp>(message, 179, 6), Verdict::kNotMine) << at;
  }
}

TEST(Gtp, ChecksLengthsOfEveryVersion) {
  EXPECT_EQ(seen<Gtp>({0x32, 1, 0, 5, 0, 0, 0, 0, 0, 7, 0, 0}, 2123), Verdict::kNotMine);
  EXPECT_EQ(seen<Gtp>({0x32, 255, 0, 4, 0, 0, 0, 0, 0, 7, 0, 0}, 2152), Verdict::kNotMine);  // somebody's packet
  EXPECT_EQ(seen<Gtp>({0x48, 1, 0, 4, 0, 0, 7, 0}, 2123), Verdict::kNotMine);                // no room for the TEID
}

TEST(Pfcp, ChecksItsLength) {
  EXPECT_EQ(seen<Pfcp>({0x20, 1, 0, 5, 0, 0, 7, 0}, 8805), Verdict::kNotMine);
  EXPECT_EQ(seen<Pfcp>({0x40, 1, 0, 4, 0, 0, 7, 0}, 8805), Verdict::kNotMine);
}

TEST(Diameter, ChecksTheFirstAvp) {
  ByteVector message = diameter_message();
  message[27] = 4;
  EXPECT_EQ(seen<Diameter>(message, 3868, 6), Verdict::kNotMine);
  message = diameter_message();
  message[27] = 40;
  EXPECT_EQ(seen<Diameter>(message, 3868, 6), Verdict::kNotMine);
}

TEST(Rip, WantsWholeEntries) {
  EXPECT_EQ(seen<Rip>(rip_response(), 520), Verdict::kDone);
  ByteVector message = rip_response();
  message.push_back(0);
  EXPECT_EQ(seen<Rip>(message, 520), Verdict::kNotMine);
}

TEST(Ptp, ChecksVersionAndLength) {
  ByteVector message = ptp_sync();
  message[1] = 1;
  EXPECT_EQ(seen<Ptp>(message, 319), Verdict::kNotMine);
  message = ptp_sync();
  message[3] = 30;
  EXPECT_EQ(seen<Ptp>(message, 319), Verdict::kNotMine);
}

}  // namespace
}  // namespace netpulse
