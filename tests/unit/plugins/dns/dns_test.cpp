#include "plugins/dns/dns.h"

#include <gtest/gtest.h>

#include "tests/unit/plugins/dns/dns_samples.h"
#include "tests/unit/plugins/flow_driver.h"

namespace netpulse {
namespace {

using namespace test;

constexpr AnalyzerEntry kDns = make_analyzer_entry<Dns>();
constexpr std::uint8_t kUdp = 17, kTcp = 6;

std::size_t counter_index(std::string_view value1, std::string_view value2 = {}) {
  for (std::size_t i = 0; i < Dns::kCounters.size(); ++i)
    if (Dns::kCounters[i].value1 == value1 && Dns::kCounters[i].value2 == value2) return i;
  ADD_FAILURE() << "no counter for " << value1 << ' ' << value2;
  return 0;
}

/// One message, alone in a flow, and what became of it.
struct Heard {
  RecordingContext context;
  Verdict verdict = Verdict::kNeedMore;
  bool mine = false;
};
Heard hear(const ByteVector& message, std::uint16_t port = 53, std::uint8_t protocol = kUdp, bool from_client = false) {
  Heard heard;
  FlowDriver flow(kDns, protocol, port, heard.context);
  heard.verdict = flow.feed(from_client, message);
  heard.mine = flow.mine();
  return heard;
}

const IpAddress kClient = *IpAddress::parse("192.0.2.1");

TEST(Dns, ListsQuestionsByTransport) {
  const ByteVector query = dns_query("WWW.example.org").message();
  EXPECT_EQ(hear(query).context.list(Dns::kListDns), std::vector<std::string>{"www.example.org"});
  EXPECT_EQ(hear(query, 5353).context.list(Dns::kListMdns), std::vector<std::string>{"www.example.org"});
  EXPECT_EQ(hear(query, 5355).context.list(Dns::kListLlmnr), std::vector<std::string>{"www.example.org"});
  EXPECT_EQ(hear(with_length16(query), 53, kTcp).context.list(Dns::kListDns),
            std::vector<std::string>{"www.example.org"});
  EXPECT_EQ(hear(query).context.counter(counter_index("query", "udp")), 1U);
  EXPECT_EQ(hear(query, 5353).context.counter(counter_index("query", "mdns")), 1U);
}

TEST(Dns, LearnsWhatTheClientAskedForThroughAliases) {
  DnsBuilder builder = dns_response("www.example.org");
  builder.record(1, dns_pointer(12), 5, dns_name("edge.example.net"), 30);
  const std::size_t edge = builder.offset() - dns_name("edge.example.net").size();
  builder.record(1, dns_pointer(edge), 5, dns_name("node7.example.com"), 500);
  const std::size_t node = builder.offset() - dns_name("node7.example.com").size();
  builder.record(1, dns_pointer(node), 1, {203, 0, 113, 7}, 60);
  builder.record(1, dns_pointer(node), 28, ByteVector(16, 0x20), 20);
  const Heard heard = hear(builder.message());
  ASSERT_EQ(heard.context.learned.size(), 2U);
  EXPECT_EQ(heard.context.learned[0].name, "www.example.org");
  EXPECT_EQ(heard.context.learned[0].client, kClient);
  EXPECT_EQ(heard.context.learned[0].address, *IpAddress::parse("203.0.113.7"));
  EXPECT_EQ(heard.context.learned[0].ttl_seconds, 30U);  // the shortest of the chain
  EXPECT_EQ(heard.context.learned[1].ttl_seconds, 20U);
  EXPECT_EQ(heard.context.counter(counter_index("NOERROR")), 1U);
}

TEST(Dns, FollowsAliasesInWhateverOrderTheyStand) {
  DnsBuilder builder = dns_response("a.example");
  builder.record(1, dns_name("c.example"), 1, {203, 0, 113, 1});
  builder.record(1, dns_name("b.example"), 5, dns_name("c.example"));
  builder.record(1, dns_name("a.example"), 5, dns_name("b.example"));
  const Heard heard = hear(builder.message());
  ASSERT_EQ(heard.context.learned.size(), 1U);
  EXPECT_EQ(heard.context.learned[0].name, "a.example");
}

TEST(Dns, IgnoresAddressesOfOtherNames) {
  DnsBuilder builder = dns_response("a.example");
  builder.record(1, dns_name("bank.example"), 1, {203, 0, 113, 66});
  builder.record(3, dns_name("a.example"), 1, {203, 0, 113, 67});
  EXPECT_TRUE(hear(builder.message()).context.learned.empty());
}

TEST(Dns, EndsAnAliasLoop) {
  DnsBuilder builder = dns_response("a.example");
  builder.record(1, dns_name("a.example"), 5, dns_name("b.example"));
  builder.record(1, dns_name("b.example"), 5, dns_name("a.example"));
  builder.record(1, dns_name("x.example"), 1, {203, 0, 113, 1});
  EXPECT_TRUE(hear(builder.message()).context.learned.empty());
}

TEST(Dns, LearnsTheHintsOfAServiceBinding) {
  ByteVector data{0, 1, 0};                                    // priority 1, target "."
  append(data, {0, 1, 0, 3, 2, 'h', '2'});                     // alpn
  append(data, {0, 4, 0, 8, 203, 0, 113, 1, 203, 0, 113, 2});  // ipv4hint
  append(data, {0, 6, 0, 16});                                 // ipv6hint
  append(data, ByteVector(16, 0x20));
  const Heard heard = hear(dns_response("svc.example", 65).record(1, dns_pointer(12), 65, data, 40).message());
  ASSERT_EQ(heard.context.learned.size(), 3U);
  EXPECT_EQ(heard.context.learned[1].address, *IpAddress::parse("203.0.113.2"));
  EXPECT_EQ(heard.context.learned[2].ttl_seconds, 40U);
  data[1] = 0;  // AliasMode has no parameters
  EXPECT_TRUE(
      hear(dns_response("svc.example", 65).record(1, dns_pointer(12), 65, data).message()).context.learned.empty());
}

TEST(Dns, LearnsLocalNamesFromMulticastForEveryClient) {
  DnsBuilder builder;
  builder.flags = 0x8400;
  builder.record(1, dns_name("Printer.local"), 1, {192, 0, 2, 9}, 120, 0x8001);
  builder.record(3, dns_name("www.bank.example"), 1, {192, 0, 2, 66}, 120, 0x8001);
  const Heard heard = hear(builder.message(), 5353);
  ASSERT_EQ(heard.context.learned.size(), 1U);
  EXPECT_EQ(heard.context.learned[0].name, "printer.local");
  EXPECT_EQ(heard.context.learned[0].client, IpAddress{});
}

TEST(Dns, CountsResponseCodesWithTheirExtendedBits) {
  const auto with_rcode = [](std::uint16_t rcode) {
    DnsBuilder builder = dns_response("a.example");
    builder.flags = static_cast<std::uint16_t>(builder.flags | rcode);
    return builder;
  };
  EXPECT_EQ(hear(with_rcode(3).message()).context.counter(counter_index("NXDOMAIN")), 1U);
  EXPECT_EQ(hear(with_rcode(5).message()).context.counter(counter_index("REFUSED")), 1U);
  EXPECT_EQ(hear(with_rcode(9).message()).context.counter(counter_index("other")), 1U);
  // BADVERS is 16: rcode 0 in the header, 1 in the OPT record (RFC 6891 section 6.1.3).
  const ByteVector badvers = with_rcode(0).record(3, {0}, 41, {}, 0x01000000, 1232).message();
  EXPECT_EQ(hear(badvers).context.counter(counter_index("other")), 1U);
}

TEST(Dns, ReadsPipelinedMessagesAndDropsThem) {
  ByteVector stream = with_length16(dns_query("one.example").message());
  append(stream, with_length16(dns_query("two.example").message()));
  const std::size_t whole = stream.size();
  append(stream, {0, 40, 1, 2});
  const Heard heard = hear(stream, 53, kTcp);
  EXPECT_EQ(heard.context.list(Dns::kListDns), (std::vector<std::string>{"one.example", "two.example"}));
  EXPECT_EQ(heard.context.discarded, whole);
  EXPECT_EQ(heard.verdict, Verdict::kNeedMore);
}

TEST(Dns, PassesOverLengthsThatFrameNoMessage) {
  RecordingContext context;
  FlowDriver flow(kDns, kTcp, 53, context);
  flow.feed(true, with_length16(dns_query("one.example").message()));
  ByteVector empty{0, 0};
  append(empty, with_length16(dns_query("two.example").message()));
  EXPECT_EQ(flow.feed(true, empty), Verdict::kNeedMore);
  EXPECT_EQ(context.list(Dns::kListDns), (std::vector<std::string>{"one.example", "two.example"}));
  EXPECT_EQ(context.counter(Dns::kCounterMalformed), 1U);
}

TEST(Dns, ReadsTheBeginningOfAMessageTooLongToHold) {
  RecordingContext context;
  FlowDriver flow(kDns, kTcp, 53, context);
  ByteVector stream{0xff, 0xff};
  append(stream, dns_response("big.example").record(1, dns_pointer(12), 16, ByteVector(9000, 'x')).message());
  context.gave_up = true;
  EXPECT_EQ(flow.feed(false, stream), Verdict::kDone);
  EXPECT_EQ(context.list(Dns::kListDns), std::vector<std::string>{"big.example"});
}

TEST(Dns, CountsABrokenMessageAndReadsTheNext) {
  RecordingContext context;
  FlowDriver flow(kDns, kUdp, 53, context);
  flow.feed(true, dns_query("one.example").message());
  ByteVector broken = dns_query("bad.example").message();
  broken[12] = 64;
  EXPECT_EQ(flow.feed(true, broken), Verdict::kNeedMore);
  EXPECT_EQ(context.counter(Dns::kCounterMalformed), 1U);
  flow.feed(true, dns_query("two.example").message());
  EXPECT_EQ(context.list(Dns::kListDns), (std::vector<std::string>{"one.example", "two.example"}));
}

TEST(Dns, RefusesCountsThatTheMessageCannotHold) {
  ByteVector message = dns_query("a.example").message();
  for (const std::size_t count : {4U, 6U, 8U, 10U}) {
    ByteVector changed = message;
    changed[count] = changed[count + 1] = 0xff;
    EXPECT_FALSE(hear(changed).mine) << count;
  }
  message.resize(12);
  for (std::size_t i = 4; i < 12; ++i) message[i] = 0xff;
  EXPECT_FALSE(hear(message).mine);
}

TEST(Dns, StopsAtTheFirstRecordThatIsNotThere) {
  RecordingContext context;
  FlowDriver flow(kDns, kUdp, 53, context);
  flow.feed(true, dns_query("a.example").message());
  DnsBuilder builder = dns_response("a.example");
  builder.record(1, dns_pointer(12), 1, {203, 0, 113, 1});
  ByteVector message = builder.message();
  message[6] = message[7] = 0xff;  // 65535 answers
  flow.feed(false, message);
  EXPECT_EQ(context.learned.size(), 1U);  // what is there was told
  EXPECT_EQ(context.counter(Dns::kCounterMalformed), 1U);
}

TEST(Dns, LearnsABoundedNumberOfAddressesFromOneMessage) {
  DnsBuilder builder = dns_response("many.example");
  for (std::uint8_t i = 0; i < 200; ++i) builder.record(1, dns_pointer(12), 1, {203, 0, 113, i});
  EXPECT_EQ(hear(builder.message()).context.learned.size(), 64U);
}

TEST(Dns, ReadsTheQuestionOfADatagramThatWasCut) {
  DnsBuilder builder = dns_response("cut.example");
  for (std::uint8_t i = 0; i < 20; ++i) builder.record(1, dns_pointer(12), 1, {203, 0, 113, i});
  ByteVector message = builder.message();
  message.resize(60);
  EXPECT_FALSE(hear(message).mine);
  RecordingContext context;
  FlowDriver flow(kDns, kUdp, 53, context);
  flow.packet().flags = PacketView::kFlagSnapped;
  flow.feed(false, message);
  EXPECT_EQ(context.list(Dns::kListDns), std::vector<std::string>{"cut.example"});
  EXPECT_EQ(context.counter(Dns::kCounterMalformed), 0U);
}

}  // namespace
}  // namespace netpulse
