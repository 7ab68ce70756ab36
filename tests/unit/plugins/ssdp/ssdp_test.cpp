#include "plugins/ssdp/ssdp.h"

#include <gtest/gtest.h>

#include "tests/unit/plugins/flow_driver.h"
#include "tests/unit/plugins/ssdp/ssdp_samples.h"

namespace netpulse {
namespace {

using namespace test;

constexpr AnalyzerEntry kSsdp = make_analyzer_entry<Ssdp>();

class SsdpFlow : public ::testing::Test {
 protected:
  void run(std::string_view what) {
    for (const Sample& sample : Samples<Ssdp>::conversations())
      if (sample.what == what) {
        for (const Step& step : sample.steps) EXPECT_EQ(flow.feed(step), Verdict::kNeedMore);
      }
  }
  RecordingContext context;
  FlowDriver flow{kSsdp, 17, 1900, context};
};

TEST_F(SsdpFlow, FindsWhoSearchesAndWhoAnswers) {
  run("answer");
  EXPECT_EQ(context.attributes[FlowAttribute::kUserAgent], "Chromium/120.0 Linux");
  EXPECT_EQ(context.attributes[FlowAttribute::kServerSoftware], "Linux/5.10 UPnP/1.1 MiniUPnPd/2.2");
  EXPECT_EQ(context.counter(0), 1U);
  EXPECT_EQ(context.counter(2), 1U);
  EXPECT_EQ(context.server_name, "");
}

TEST_F(SsdpFlow, ADeviceThatAnnouncesItselfIsTheInitiator) {
  run("announcement");
  EXPECT_EQ(context.attributes[FlowAttribute::kClientSoftware], "Linux/5.10 UPnP/1.1 MiniUPnPd/2.2");
  EXPECT_EQ(context.counter(1), 1U);
}

TEST_F(SsdpFlow, CountsWhatIsNoMessage) {
  run("search");
  flow.feed(true, as_bytes("GET / HTTP/1.1\r\n\r\n"));
  EXPECT_EQ(context.counter(Ssdp::kCounterMalformed), 1U);
}

TEST(Ssdp, ClaimsNoOtherHttp) {
  for (const std::string_view text : {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "NOTIFY /event HTTP/1.1\r\n\r\n",
                                      "M-SEARCH * HTTP/1.1", "M-SEARCH"}) {
    RecordingContext context;
    FlowDriver flow(kSsdp, 17, 1900, context);
    flow.feed(true, as_bytes(text));
    EXPECT_EQ(flow.probed(), Verdict::kNotMine) << text;
  }
}

}  // namespace
}  // namespace netpulse
