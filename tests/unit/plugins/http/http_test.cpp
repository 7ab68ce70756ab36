#include "plugins/http/http.h"

#include <gtest/gtest.h>

#include "tests/unit/plugins/flow_driver.h"
#include "tests/unit/plugins/http/http_samples.h"

namespace netpulse {
namespace {

using namespace test;

constexpr AnalyzerEntry kHttp = make_analyzer_entry<Http>();
using Strings = std::vector<std::string>;

std::uint64_t count_of(const RecordingContext& context, std::string_view label, std::string_view value) {
  for (std::size_t i = 0; i < Http::kCounters.size(); ++i)
    if (Http::kCounters[i].label1 == label && Http::kCounters[i].value1 == value) return context.counter(i);
  ADD_FAILURE() << "no counter for " << label << ' ' << value;
  return 0;
}

class HttpFlow : public ::testing::Test {
 protected:
  Verdict client(std::string_view text) { return flow.feed(true, as_bytes(text)); }
  Verdict server(std::string_view text) { return flow.feed(false, as_bytes(text)); }
  Strings hosts() const { return context.list(Http::kListHost); }
  std::uint64_t requests(std::string_view method) const { return count_of(context, "method", method); }
  std::uint64_t responses(std::string_view status_class) const { return count_of(context, "class", status_class); }
  std::uint64_t upgrades(std::string_view protocol) const { return count_of(context, "protocol", protocol); }
  std::uint64_t malformed() const { return context.counter(Http::kCounterMalformed); }
  std::string attribute(FlowAttribute kind) { return context.attributes[kind]; }

  RecordingContext context;
  FlowDriver flow{kHttp, 6, 80, context};
};

constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: www.example.org\r\n\r\n";

TEST_F(HttpFlow, FindsHostMethodStatusAgentTypeAndServer) {
  EXPECT_EQ(client("POST /form HTTP/1.1\r\nHost: WWW.Example.org:8080\r\nUser-Agent: curl/7.88.1\r\n"
                   "Content-Type: text/plain\r\nContent-Length: 4\r\n\r\nabcd"),
            Verdict::kNeedMore);
  EXPECT_EQ(hosts(), Strings{"WWW.Example.org:8080"});
  EXPECT_EQ(context.server_name, "WWW.Example.org");
  server(
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 404 Not Found\r\nServer: nginx\r\nContent-Type: text/html\r\n"
      "Content-Length: 2\r\n\r\nno");
  EXPECT_EQ(attribute(FlowAttribute::kHttpMethod), "POST");
  EXPECT_EQ(attribute(FlowAttribute::kUserAgent), "curl/7.88.1");
  EXPECT_EQ(attribute(FlowAttribute::kHttpStatus), "404");
  EXPECT_EQ(attribute(FlowAttribute::kHttpContentType), "text/html");
  EXPECT_EQ(attribute(FlowAttribute::kServerSoftware), "nginx");
  EXPECT_EQ(requests("POST"), 1U);
  EXPECT_EQ(responses("1xx"), 1U);
  EXPECT_EQ(responses("4xx"), 1U);
  EXPECT_EQ(malformed(), 0U);
}

TEST_F(HttpFlow, ReadsEveryRequestOfAConnection) {
  for (int i = 0; i < 300; ++i) {
    client("GET / HTTP/1.1\r\nHost: h" + std::to_string(i) + ".example\r\n\r\n");
    server("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc");
  }
  EXPECT_EQ(hosts().size(), 300U);
  EXPECT_EQ(hosts().back(), "h299.example");
  EXPECT_EQ(context.server_name, "h0.example");
  EXPECT_EQ(requests("GET"), 300U);
  EXPECT_EQ(responses("2xx"), 300U);
}

TEST_F(HttpFlow, TheAttributesAreThoseOfTheFirstResponse) {
  client(kGet);
  server("HTTP/1.1 304 Not Modified\r\n\r\n");
  client(kGet);
  server("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(attribute(FlowAttribute::kHttpStatus), "304");
  EXPECT_EQ(attribute(FlowAttribute::kHttpContentType), "");
}

TEST_F(HttpFlow, SkipsALongBodyUnseen) {
  client(kGet);
  server("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\nfirst");
  EXPECT_EQ(context.skipped, 1000000U - 5);
  flow.feed(false, ByteVector(1000000 - 5, 'H'));
  server("HTTP/1.1 503 Sorry\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(responses("5xx"), 1U);
  EXPECT_EQ(malformed(), 0U);
}

TEST_F(HttpFlow, SkipsABodyThatBeginsWithTheNextSegment) {
  client(kGet);
  server("HTTP/1.1 200 OK\r\nContent-Length: 70000\r\n\r\n");
  EXPECT_EQ(context.skipped, 70000U);
}

TEST_F(HttpFlow, SkipsBodiesOfManyGibibytesInSteps) {
  client(kGet);
  server("HTTP/1.1 200 OK\r\nContent-Length: 3221225482\r\n\r\n0123456789");
  EXPECT_EQ(context.skipped, kStreamSkipBytesMax);
}

TEST_F(HttpFlow, ReadsChunksOfAnySize) {
  client(kGet);
  server("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n5\r\nhello\r\nFfF0;ext=\"1\"\r\n");
  EXPECT_EQ(context.skipped, 0xfff0U + 2);
  flow.feed(false, ByteVector(0xfff0, '\n'));
  server("\r\n0\r\nTrailer: 1\r\n\r\n");
  server("HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(responses("4xx"), 1U);
  EXPECT_EQ(malformed(), 0U);
}

TEST_F(HttpFlow, ChunkedGoesBeforeContentLength) {
  client("POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 500\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
  client("GET / HTTP/1.1\r\nHost: b.example\r\n\r\n");
  EXPECT_EQ(hosts(), (Strings{"a.example", "b.example"}));
}

TEST_F(HttpFlow, AnswersToHeadHaveNoBody) {
  client("HEAD / HTTP/1.1\r\nHost: a.example\r\n\r\nGET / HTTP/1.1\r\nHost: a.example\r\n\r\n");
  server("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\nHTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(responses("2xx"), 1U);
  EXPECT_EQ(responses("4xx"), 1U);
}

TEST_F(HttpFlow, IsDoneWhenTheBodyEndsWithTheConnection) {
  client(kGet);
  EXPECT_EQ(server("HTTP/1.0 200 OK\r\nServer: old\r\n\r\n<html>"), Verdict::kDone);
}

TEST_F(HttpFlow, AResponseWithoutLengthToAnUnknownRequestIsPassedOver) {
  EXPECT_EQ(server("HTTP/1.1 200 OK\r\n\r\n<html>"), Verdict::kNeedMore);
  EXPECT_EQ(server("HTTP/2 is nice"), Verdict::kNeedMore);
  server("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(responses("2xx"), 2U);
}

TEST_F(HttpFlow, PassesOverAnUnknownBodyOnlySoLong) {
  server("HTTP/1.1 200 OK\r\n\r\n<html>");
  int payloads = 0;
  while (server("some text") == Verdict::kNeedMore && payloads < 100000) ++payloads;
  EXPECT_GT(payloads, 1000);
  EXPECT_LT(payloads, 10000);
}

TEST_F(HttpFlow, PrefersTheHostFieldInTheListAndTheTargetForTheName) {
  client("GET http://user@Target.example:81/x?y HTTP/1.1\r\nHost: field.example\r\n\r\n");
  EXPECT_EQ(hosts(), Strings{"field.example"});
  EXPECT_EQ(context.server_name, "Target.example");
}

TEST_F(HttpFlow, TakesTheHostFromTheTargetIfThereIsNoField) {
  EXPECT_EQ(client("GET http://old.example:81/x HTTP/1.0\r\nAccept: */*\r\n"), Verdict::kNeedMore);
  EXPECT_EQ(hosts(), Strings{});
  client("\r\n");
  EXPECT_EQ(hosts(), Strings{"old.example:81"});
  EXPECT_EQ(context.server_name, "old.example");
}

TEST_F(HttpFlow, AnAddressIsListedAndNamesNothing) {
  client("GET / HTTP/1.1\r\nHost: 192.0.2.7:8080\r\n\r\nGET / HTTP/1.1\r\nHost: [2001:db8::1]:80\r\n\r\n");
  EXPECT_EQ(hosts(), (Strings{"192.0.2.7:8080", "[2001:db8::1]:80"}));
  EXPECT_EQ(context.server_name, "");
  client("GET / HTTP/1.1\r\nHost: 4.example\r\n\r\n");
  EXPECT_EQ(context.server_name, "4.example");
}

TEST_F(HttpFlow, KeepsTheBytesOfAHostAsTheyAre) {
  client("GET / HTTP/1.1\r\nHost: <b>\xff\x01.example\r\n\r\n");
  EXPECT_EQ(hosts(), Strings{"<b>\xff\x01.example"});
  EXPECT_EQ(context.server_name, "");  // a control byte: no name
}

TEST_F(HttpFlow, IgnoresAHostLongerThanAName) {
  client("GET / HTTP/1.1\r\nHost: " + std::string(256, 'a') + "\r\nHost:\r\nHost: b\r\n\r\n");
  EXPECT_EQ(hosts(), Strings{"b"});
}

TEST_F(HttpFlow, HandsATunnelOverAfterItsGrant) {
  client("CONNECT shop.example:443 HTTP/1.1\r\nHost: shop.example:443\r\n\r\n");
  EXPECT_FALSE(context.handed_over);
  const std::string_view head = "HTTP/1.1 200 Connection established\r\nVia: proxy\r\n\r\n";
  EXPECT_EQ(server(std::string(head) + "\x16\x03\x03"), Verdict::kDone);
  EXPECT_TRUE(context.handed_over);
  EXPECT_EQ(context.discarded, head.size());
  EXPECT_EQ(context.server_name, "shop.example");
  EXPECT_EQ(hosts(), Strings{"shop.example:443"});
  EXPECT_EQ(requests("CONNECT"), 1U);
}

TEST_F(HttpFlow, KeepsWhatTheClientSendsAheadOfTheGrant) {
  const std::string_view head = "CONNECT shop.example:443 HTTP/1.0\r\n\r\n";
  client(std::string(head) + "\x16\x03\x01");
  EXPECT_EQ(context.discarded, head.size());
  client("more");
  EXPECT_EQ(context.discarded, 0U);
  EXPECT_FALSE(context.handed_over);
  server("HTTP/1.0 200 Connection established\r\n\r\n");
  EXPECT_TRUE(context.handed_over);
}

TEST_F(HttpFlow, GoesOnAfterARefusedTunnel) {
  client("CONNECT shop.example:443 HTTP/1.1\r\n\r\n");
  server("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n");
  EXPECT_FALSE(context.handed_over);
  client("CONNECT shop.example:443 HTTP/1.1\r\nProxy-Authorization: Basic Og==\r\n\r\n");
  server("HTTP/1.1 200 OK\r\n\r\n");
  EXPECT_TRUE(context.handed_over);
}

TEST_F(HttpFlow, TakesATunnelForGrantedWhenOnlyItsClientIsSeen) {
  client("CONNECT shop.example:443 HTTP/1.1\r\n\r\n");
  for (int i = 0; i < 4; ++i) client("\x16\x03\x01");
  EXPECT_TRUE(context.handed_over);
  EXPECT_EQ(context.discarded, 0U);
}

TEST_F(HttpFlow, KnowsATunnelByItsGrantAlone) {
  EXPECT_EQ(server("HTTP/1.0 200 Connection Established\r\nProxy-agent: Apache\r\n\r\n"), Verdict::kDone);
  EXPECT_TRUE(context.handed_over);
}

TEST_F(HttpFlow, LeavesTheHeadThatOpensWebSocketToItsAnalyzer) {
  client("GET /chat HTTP/1.1\r\nHost: chat.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n");
  EXPECT_EQ(server("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n"), Verdict::kNeedMore);
  EXPECT_EQ(server("upgrade: WebSocket\r\n\r\n\x81\x05hello"), Verdict::kDone);
  EXPECT_TRUE(context.handed_over);
  EXPECT_EQ(context.discarded, 0U);
  EXPECT_EQ(upgrades("websocket"), 1U);
  EXPECT_EQ(attribute(FlowAttribute::kHttpStatus), "101");
}

TEST_F(HttpFlow, AnUpgradeThatIsAskedForLeavesOpenWhatTheFlowIsUntilTheAnswer) {
  client("GET / HTTP/1.1\r\nHost: a.example\r\nUpgrade: h2c\r\n\r\n");
  EXPECT_TRUE(flow.undecided());
  server("HTTP/1.1 103 Early Hints\r\n\r\n");
  EXPECT_TRUE(flow.undecided());
  server("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  EXPECT_FALSE(flow.undecided());
  client("GET / HTTP/1.1\r\nHost: a.example\r\n\r\n");
  EXPECT_FALSE(flow.undecided());
}

TEST_F(HttpFlow, HandsOverWhatFollowsAnotherUpgrade) {
  client("GET / HTTP/1.1\r\nHost: a.example\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n");
  const std::string_view head = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n";
  EXPECT_EQ(server(head), Verdict::kDone);
  EXPECT_EQ(context.discarded, head.size());
  EXPECT_EQ(upgrades("h2c"), 1U);
}

TEST_F(HttpFlow, FindsARequestBehindBytesOfAnUnknownBody) {
  server("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  client("end of an upload");
  client(kGet);
  EXPECT_EQ(hosts(), Strings{"www.example.org"});
  EXPECT_EQ(malformed(), 0U);
}

TEST_F(HttpFlow, CountsAndPassesOverWhatContradictsItself) {
  client("POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc");
  EXPECT_EQ(malformed(), 1U);
  client("POST / HTTP/1.1\r\nHost: b.example\r\nContent-Length: -1\r\n\r\n");
  EXPECT_EQ(malformed(), 2U);
  client("POST / HTTP/1.1\r\nHost: c.example\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n");
  EXPECT_EQ(malformed(), 3U);
  client("POST / HTTP/1.1\r\nHost: d.example\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n");
  EXPECT_EQ(malformed(), 4U);
  client("GET / HTTP/1.1\r\nHost: e.example\r\n\r\nwhat is this\r\n");
  EXPECT_EQ(malformed(), 5U);
  client("POST / HTTP/1.1\r\nHost: f.example\r\nContent-Length: 2, 2\r\n\r\nab");
  client("GET / HTTP/1.1\r\nHost: g.example\r\n\r\n");
  EXPECT_EQ(malformed(), 5U);
  EXPECT_EQ(hosts(),
            (Strings{"a.example", "b.example", "c.example", "d.example", "e.example", "f.example", "g.example"}));
}

TEST_F(HttpFlow, HoldsNoMoreThanALine) {
  client("GET / HTTP/1.1\r\nCookie: ");
  for (int i = 0; i < 40; ++i) client(std::string(1000, 'c'));
  client("\r\nHost: a.example\r\n\r\n");
  EXPECT_EQ(hosts(), Strings{"a.example"});
}

TEST_F(HttpFlow, ReadsWhatASnapLengthLeft) {
  flow.packet().flags = PacketView::kFlagSnapped;
  context.gave_up = true;
  client("GET / HTTP/1.1\r\nHost: www.example.org\r\nUser-Ag");
  EXPECT_EQ(hosts(), Strings{"www.example.org"});
  client("GET / HTTP/1.1\r\nHost: other.example\r\nUser-Ag");
  EXPECT_EQ(hosts().size(), 2U);
}

TEST_F(HttpFlow, AcceptsBareLineFeedsSpacesAndEmptyLinesInFront) {
  client("GET / HTTP/1.1\nhost :\t a.example \n\n\r\n\r\nGET  /  HTTP/1.0\r\nHOST:b.example\r\n\r\n");
  EXPECT_EQ(hosts(), (Strings{"a.example", "b.example"}));
}

TEST(Http, IsKnownByItsFirstLineAlone) {
  struct Case {
    std::string_view text;
    Verdict verdict;
  };
  for (const Case& c : std::initializer_list<Case>{
           {"GET / HTTP/1.1\r\n", Verdict::kDone},
           {"HTTP/1.0 200\r\n", Verdict::kDone},
           {"HTTP/1.1 999 What\r\n", Verdict::kNotMine},
           {"HTTP/1.1 abc\r\n", Verdict::kNotMine},
           {"GET / RTSP/1.0\r\n", Verdict::kNotMine},
           {"GET /\r\n", Verdict::kNotMine},
           {"get / HTTP/1.1\r\n", Verdict::kNotMine},
           {"G", Verdict::kNeedMore},
           {"GET /long", Verdict::kNeedMore},
           {"GET \x01\x02\x03", Verdict::kNotMine},
           {"HTTP/1.1", Verdict::kNeedMore},
           {"HTTP/1.1 200", Verdict::kNeedMore},
           {"HTTP/1.1 200 ", Verdict::kDone},
           {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", Verdict::kNotMine},
           {"\x16\x03\x01", Verdict::kNotMine},
       }) {
    RecordingContext context;
    FlowDriver flow(kHttp, 6, 80, context);
    flow.feed(true, as_bytes(c.text));
    EXPECT_EQ(flow.probed(), c.verdict) << c.text;
  }
  RecordingContext context;
  FlowDriver datagrams(kHttp, 17, 1900, context);
  datagrams.feed(true, as_bytes("GET / HTTP/1.1\r\n\r\n"));
  EXPECT_EQ(datagrams.probed(), Verdict::kNotMine);
}

}  // namespace
}  // namespace netpulse
