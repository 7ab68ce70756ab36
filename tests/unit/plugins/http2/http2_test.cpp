#include "plugins/http2/http2.h"

#include <gtest/gtest.h>

#include "tests/unit/plugins/flow_driver.h"
#include "tests/unit/plugins/http2/http2_samples.h"

namespace netpulse {
namespace {

using namespace test;

constexpr AnalyzerEntry kHttp2 = make_analyzer_entry<Http2>();
using Strings = std::vector<std::string>;

const ByteVector kFirstRequest = hex_bytes("8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff");

class Http2Flow : public ::testing::Test {
 protected:
  Verdict client(const ByteVector& bytes) { return flow.feed(true, bytes); }
  Verdict server(const ByteVector& bytes) { return flow.feed(false, bytes); }
  void open() { client(concat({text_bytes(kHttp2Preface), http2_frame(4, 0, 0, {})})); }

  RecordingContext context;
  FlowDriver flow{kHttp2, 6, 8080, context};
};

TEST_F(Http2Flow, FindsAuthorityMethodStatusAndTheOthers) {
  open();
  // :method POST, :authority and user-agent as literals without indexing.
  client(http2_frame(
      1, 4, 1,
      concat({hex_bytes("83 01 0f"), text_bytes("API.example:443"), hex_bytes("0f2b 09"), text_bytes("grpc-go/1")})));
  server(concat({http2_frame(4, 0, 0, {}), http2_frame(1, 4, 1, hex_bytes("08 03 313033")),  // 103, then 200
                 http2_frame(1, 4, 1,
                             concat({hex_bytes("88 0f10 10"), text_bytes("application/grpc"), hex_bytes("0f27 03"),
                                     text_bytes("srv")})),
                 http2_frame(1, 5, 1, concat({hex_bytes("0f10 01 78")}))}));  // trailers
  EXPECT_EQ(context.list(Http2::kListHost), Strings{"API.example:443"});
  EXPECT_EQ(context.server_name, "API.example");
  EXPECT_EQ(context.attributes[FlowAttribute::kHttpMethod], "POST");
  EXPECT_EQ(context.attributes[FlowAttribute::kUserAgent], "grpc-go/1");
  EXPECT_EQ(context.attributes[FlowAttribute::kHttpStatus], "200");
  EXPECT_EQ(context.attributes[FlowAttribute::kHttpContentType], "application/grpc");
  EXPECT_EQ(context.attributes[FlowAttribute::kServerSoftware], "srv");
  EXPECT_EQ(context.counter(Http2::kCounterRequests), 1U);
  EXPECT_EQ(context.counter(Http2::kCounterResponses), 1U);
  EXPECT_EQ(context.counter(Http2::kCounterResponses + 1), 1U);
}

TEST_F(Http2Flow, RemembersWhatWasSentBefore) {
  open();
  client(concat({http2_frame(1, 5, 1, kFirstRequest), http2_frame(1, 5, 3, hex_bytes("8286 84be"))}));
  client(http2_frame(1, 5, 5, hex_bytes("8286 84be")));
  EXPECT_EQ(context.list(Http2::kListHost), Strings(3, "www.example.com"));
}

TEST_F(Http2Flow, StripsPaddingAndPriority) {
  open();
  client(http2_frame(1, 0x2d, 1, concat({hex_bytes("03 00000000 10"), kFirstRequest, {0, 0, 0}})));
  EXPECT_EQ(context.server_name, "www.example.com");
  EXPECT_EQ(client(http2_frame(1, 0x0d, 3, hex_bytes("0582"))), Verdict::kMalformed);
  EXPECT_EQ(context.counter(Http2::kCounterMalformed), 1U);
}

TEST_F(Http2Flow, JoinsABlockFromItsFrames) {
  open();
  ByteVector frames = http2_frame(1, 1, 1, {kFirstRequest[0]});
  for (std::size_t i = 1; i < kFirstRequest.size(); ++i)
    frames = concat({frames, http2_frame(9, i + 1 == kFirstRequest.size() ? 4 : 0, 1, {kFirstRequest[i]})});
  client(frames);
  EXPECT_EQ(context.server_name, "www.example.com");
}

TEST_F(Http2Flow, DoesNotJoinForEver) {
  open();
  ByteVector frames = http2_frame(1, 1, 1, {});
  for (int i = 0; i < 100; ++i) frames = concat({frames, http2_frame(9, 0, 1, {})});
  EXPECT_EQ(client(frames), Verdict::kMalformed);
}

TEST_F(Http2Flow, ReadsTheBeginningOfABlockThatIsTooLong) {
  open();
  const ByteVector cookie = concat({hex_bytes("0f11 7fe77e"), ByteVector(16358, 'c')});
  const ByteVector block = concat({kFirstRequest, cookie});
  ASSERT_GT(block.size() + 9, 16384U);
  ASSERT_LE(block.size(), 16384U);
  client(http2_frame(1, 1, 1, block));
  EXPECT_EQ(context.server_name, "www.example.com");
  EXPECT_EQ(client(concat({http2_frame(9, 0, 1, cookie), http2_frame(9, 4, 1, cookie)})), Verdict::kNeedMore);
  // What the long one put into the table is not known any more.
  EXPECT_EQ(client(http2_frame(1, 5, 3, hex_bytes("8286 84be"))), Verdict::kNeedMore);
  client(http2_frame(1, 5, 5, kFirstRequest));
  EXPECT_EQ(context.list(Http2::kListHost).size(), 2U);
}

TEST_F(Http2Flow, RefusesAContinuationOfAnotherStream) {
  open();
  EXPECT_EQ(client(concat({http2_frame(1, 1, 1, {}), http2_frame(9, 4, 3, kFirstRequest)})), Verdict::kMalformed);
}

TEST_F(Http2Flow, SkipsDataUnseen) {
  open();
  ByteVector data = http2_frame(0, 0, 1, ByteVector(16384, 'P'));
  const ByteVector rest(data.begin() + 100, data.end());
  data.resize(100);
  client(data);
  EXPECT_EQ(context.skipped, rest.size());
  client(concat({rest, http2_frame(1, 5, 3, kFirstRequest)}));
  EXPECT_EQ(context.server_name, "www.example.com");
}

TEST_F(Http2Flow, ReadsPromises) {
  open();
  server(concat({http2_frame(4, 0, 0, {}), http2_frame(5, 4, 1, concat({hex_bytes("00000002"), kFirstRequest}))}));
  EXPECT_EQ(context.list(Http2::kListHost), Strings{"www.example.com"});
}

TEST_F(Http2Flow, GivesUpBehindAHole) {
  open();
  context.gave_up = true;
  EXPECT_EQ(client(http2_frame(1, 5, 1, kFirstRequest)), Verdict::kDone);
  EXPECT_EQ(context.server_name, "www.example.com");
}

TEST(Http2, ConnectionsBeyondThePoolLoseOnlyWhatTheyReferBackTo) {
  RecordingContext context;
  std::vector<std::unique_ptr<FlowDriver>> flows;
  for (std::uint32_t i = 0; i < Http2ConnectionPool::kConnectionsMax + 1; ++i) {
    flows.push_back(std::make_unique<FlowDriver>(kHttp2, 6, 8080, context));
    flows.back()->feed(true, concat({text_bytes(kHttp2Preface), http2_frame(1, 5, 1, kFirstRequest)}));
  }
  EXPECT_EQ(context.list(0).size(), flows.size());
  for (const auto& flow : {flows.front().get(), flows.back().get()})
    EXPECT_EQ(flow->feed(true, http2_frame(1, 5, 3, hex_bytes("8286 84be"))), Verdict::kNeedMore);
  EXPECT_EQ(context.list(0).size(), flows.size() + 1);
}

TEST(Http2, IsKnownByItsPrefaceOrSettings) {
  struct Case {
    ByteVector bytes;
    Verdict verdict;
  };
  const ByteVector settings = http2_frame(4, 0, 0, hex_bytes("0004 00010000"));
  for (const Case& c : std::initializer_list<Case>{
           {text_bytes(kHttp2Preface), Verdict::kDone},
           {text_bytes("PRI"), Verdict::kNeedMore},
           {text_bytes("PRI * HTTP/1.1\r\n\r\n"), Verdict::kNotMine},
           {settings, Verdict::kDone},
           {http2_frame(4, 0, 0, {}), Verdict::kNeedMore},
           {concat({http2_frame(4, 0, 0, {}), http2_frame(8, 0, 0, hex_bytes("00010000"))}), Verdict::kDone},
           {concat({settings, ByteVector(9, 0xff)}), Verdict::kNotMine},
           {http2_frame(4, 1, 0, {}), Verdict::kNotMine},
           {http2_frame(4, 0, 1, hex_bytes("0004 00010000")), Verdict::kNotMine},
           {http2_frame(4, 0, 0, hex_bytes("0000 00010000")), Verdict::kNotMine},
           {http2_frame(4, 0, 0, hex_bytes("0004 000100")), Verdict::kNotMine},
       }) {
    RecordingContext context;
    FlowDriver flow(kHttp2, 6, 80, context);
    flow.feed(false, c.bytes);
    EXPECT_EQ(flow.probed(), c.verdict) << as_text(c.bytes);
  }
}

}  // namespace
}  // namespace netpulse
