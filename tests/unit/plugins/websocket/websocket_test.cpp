#include "plugins/websocket/websocket.h"

#include <gtest/gtest.h>

#include "tests/unit/plugins/flow_driver.h"
#include "tests/unit/plugins/websocket/websocket_samples.h"

namespace netpulse {
namespace {

using namespace test;

constexpr AnalyzerEntry kWebSocket = make_analyzer_entry<WebSocket>();

Verdict probed(std::string_view text) {
  RecordingContext context;
  FlowDriver flow(kWebSocket, 6, 80, context);
  flow.feed(false, as_bytes(text));
  return flow.probed();
}

TEST(WebSocket, IsKnownByTheResponseThatOpensIt) {
  RecordingContext context;
  FlowDriver flow(kWebSocket, 6, 80, context);
  EXPECT_EQ(flow.feed(Samples<WebSocket>::conversations()[0].steps[0]), Verdict::kDone);
  EXPECT_EQ(context.counter(0), 1U);
}

TEST(WebSocket, ClaimsNoOtherResponse) {
  EXPECT_EQ(probed("HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n"), Verdict::kNotMine);
  EXPECT_EQ(probed("HTTP/1.1 101 Switching Protocols\r\nX-Upgrade: websocket\r\n\r\n"), Verdict::kNotMine);
  EXPECT_EQ(probed("HTTP/1.1 200 OK\r\nUpgrade: websocket\r\n\r\n"), Verdict::kNotMine);
  EXPECT_EQ(probed("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"), Verdict::kNeedMore);
  EXPECT_EQ(probed("GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n"), Verdict::kNotMine);
}

}  // namespace
}  // namespace netpulse
