#include "plugins/management/management.h"

#include <gtest/gtest.h>

#include "tests/unit/plugins/flow_driver.h"
#include "tests/unit/plugins/management/management_samples.h"

namespace netpulse {
namespace {

using namespace test;

template <class A>
Verdict seen(const ByteVector& payload, std::uint16_t port, std::uint8_t protocol = 17) {
  static constexpr AnalyzerEntry kEntry = make_analyzer_entry<A>();
  RecordingContext context;
  return FlowDriver(kEntry, protocol, port, context).feed(true, payload);
}

TEST(Snmp, ChecksVersionAndLengths) {
  EXPECT_EQ(seen<Snmp>(snmp_get(0), 161), Verdict::kDone);
  EXPECT_EQ(seen<Snmp>(snmp_get(2), 161), Verdict::kNotMine);
  ByteVector longer = snmp_get();
  longer.push_back(0);
  EXPECT_EQ(seen<Snmp>(longer, 161), Verdict::kNotMine);
  ByteVector broken = snmp_version3();
  broken[6] += 1;
  EXPECT_EQ(seen<Snmp>(broken, 161), Verdict::kNotMine);
}

TEST(Syslog, ChecksThePriority) {
  EXPECT_EQ(seen<Syslog>(bytes_of("<165>1 2003-10-11T22:14:15Z host app - ID47 - x"), 514), Verdict::kNeedMore);
  EXPECT_EQ(seen<Syslog>(bytes_of("<192>text"), 514), Verdict::kNotMine);
  EXPECT_EQ(seen<Syslog>(bytes_of("<>text"), 514), Verdict::kNotMine);
  EXPECT_EQ(seen<Syslog>(bytes_of("<34>\x01\x02\x03"), 514), Verdict::kNotMine);
}

TEST(Tftp, FollowsATransferOnAnyPort) {
  static constexpr AnalyzerEntry kTftp = make_analyzer_entry<Tftp>();
  const auto is_tftp = [](const std::vector<Step>& steps) {
    RecordingContext context;
    FlowDriver flow(kTftp, 17, 50001, context);
    for (const Step& step : steps) flow.feed(step);
    return flow.mine();
  };
  // A write: the server acknowledges the request by block 0.
  EXPECT_TRUE(is_tftp({{false, tftp_step(4, 0)}, {true, tftp_step(3, 1, 512)}, {false, tftp_step(4, 1)}}));
  EXPECT_TRUE(is_tftp({{false, tftp_step(3, 1, 512)}, {false, tftp_step(3, 1, 512)}, {true, tftp_step(4, 1)}}));
  EXPECT_FALSE(is_tftp({{false, tftp_step(3, 1, 512)}, {true, tftp_step(4, 1)}}));
  EXPECT_FALSE(is_tftp({{false, tftp_step(3, 1, 512)}, {true, tftp_step(4, 2)}, {false, tftp_step(3, 3)}}));
  EXPECT_FALSE(is_tftp({{false, tftp_step(3, 1, 512)}, {false, tftp_step(4, 1)}, {false, tftp_step(3, 2)}}));
}

TEST(Tftp, WantsAModeInItsRequests) {
  ByteVector request{0, 1, 'a', 0};
  append(request, bytes_of("OCTET"));
  request.push_back(0);
  EXPECT_EQ(seen<Tftp>(request, 69), Verdict::kDone);
  EXPECT_EQ(seen<Tftp>(request, 6900), Verdict::kNotMine);
  request[5] = 'x';
  EXPECT_EQ(seen<Tftp>(request, 69), Verdict::kNotMine);
}

TEST(Radius, ReadsAttributesToTheEnd) {
  ByteVector message = radius_request();
  message[21] = 5;
  EXPECT_EQ(seen<Radius>(message, 1812), Verdict::kNotMine);
  message[21] = 0;
  EXPECT_EQ(seen<Radius>(message, 1812), Verdict::kNotMine);
  message = radius_request();
  message[0] = 9;
  EXPECT_EQ(seen<Radius>(message, 1812), Verdict::kNotMine);
}

TEST(Tacacs, ChecksItsHeader) {
  EXPECT_EQ(seen<Tacacs>({0xc0, 4, 1, 0, 1, 2, 3, 4, 0, 0, 0, 1, 9}, 49, 6), Verdict::kNotMine);
  EXPECT_EQ(seen<Tacacs>({0xc0, 1, 1, 0x80, 1, 2, 3, 4, 0, 0, 0, 1, 9}, 49, 6), Verdict::kNotMine);
  EXPECT_EQ(seen<Tacacs>({0xc0, 1, 1, 0, 1, 2, 3, 4, 0xff, 0, 0, 1, 9}, 49, 6), Verdict::kNotMine);
}

}  // namespace
}  // namespace netpulse
