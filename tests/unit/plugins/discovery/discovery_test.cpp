#include "plugins/discovery/discovery.h"

#include <gtest/gtest.h>

#include "tests/unit/plugins/discovery/discovery_samples.h"
#include "tests/unit/plugins/flow_driver.h"

namespace netpulse {
namespace {

using namespace test;

template <class A>
Verdict seen(const ByteVector& payload, std::uint16_t port, std::uint8_t protocol) {
  static constexpr AnalyzerEntry kEntry = make_analyzer_entry<A>();
  RecordingContext context;
  return FlowDriver(kEntry, protocol, port, context).feed(true, payload);
}

TEST(WsDiscovery, WantsItsNamespaceInAnEnvelope) {
  EXPECT_EQ(seen<WsDiscovery>(soap_probe("http://schemas.xmlsoap.org/ws/2004/09/transfer"), 3702, 17),
            Verdict::kNotMine);
  EXPECT_EQ(seen<WsDiscovery>(bytes_of("<a>/ws/2005/04/discovery</a>"), 3702, 17), Verdict::kNotMine);
}

TEST(SpotifyLan, WantsTheLengthThatItSays) {
  ByteVector announcement = Samples<SpotifyLan>::conversations()[0].steps[0].payload;
  EXPECT_EQ(seen<SpotifyLan>(announcement, 57621, 17), Verdict::kDone);
  EXPECT_EQ(seen<SpotifyLan>(announcement, 57621, 6), Verdict::kNotMine);
  announcement.push_back(0);
  EXPECT_EQ(seen<SpotifyLan>(announcement, 57621, 17), Verdict::kNotMine);
}

TEST(Speedtest, WantsAVersionAndADay) {
  EXPECT_EQ(seen<Speedtest>(bytes_of("HELLO 2.4 2016-10-06.1"), 8080, 6), Verdict::kNeedMore);
  EXPECT_EQ(seen<Speedtest>(bytes_of("HELLO 2016-10-06.1\n"), 8080, 6), Verdict::kNotMine);
  EXPECT_EQ(seen<Speedtest>(bytes_of("HELLO 2.4 2016/10/06.1\n"), 8080, 6), Verdict::kNotMine);
  EXPECT_EQ(seen<Speedtest>(bytes_of("HELLO 2 world\n"), 8080, 6), Verdict::kNotMine);
  EXPECT_EQ(seen<Speedtest>(bytes_of("HELLO 2.4 2016-10-06.1\nMORE\n"), 8080, 6), Verdict::kNotMine);
}

}  // namespace
}  // namespace netpulse
