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
  EXPECT_EQ(hear(with_rcode(9).message()).context.counter(counter_index("NOTAUTH")), 1U);
  EXPECT_EQ(hear(with_rcode(12).message()).context.counter(Dns::kCounterTypes - 1), 1U) << "unassigned: other";
  // BADVERS is 16: rcode 0 in the header, 1 in the OPT record (RFC 6891 section 6.1.3).
  const auto extended = [&](std::uint16_t low, std::uint32_t high) {
    return hear(with_rcode(low).record(3, {0}, 41, {}, high << 24, 1232).message()).context;
  };
  EXPECT_EQ(extended(0, 1).counter(counter_index("BADVERS")), 1U);
  EXPECT_EQ(extended(7, 1).counter(counter_index("BADCOOKIE")), 1U);
  EXPECT_EQ(extended(8, 1).counter(Dns::kCounterTypes - 1), 1U);
  EXPECT_EQ(extended(15, 255).counter(Dns::kCounterTypes - 1), 1U);
}

TEST(Dns, CountsExtendedErrors) {
  const auto heard = [](const ByteVector& options) {
    return hear(dns_response("a.example").record(3, {0}, 41, options, 0, 1232).message()).context;
  };
  // A cookie, then INFO-CODE 6 (DNSSEC Bogus) with a text.
  EXPECT_EQ(
      heard({0, 10, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8, 0, 15, 0, 4, 0, 6, 'n', 'o'}).counter(counter_index("dnssec_bogus")),
      1U);
  EXPECT_EQ(heard({0, 15, 0, 2, 0, 24}).counter(counter_index("invalid_data")), 1U);
  EXPECT_EQ(heard({0, 15, 0, 2, 0xff, 0xff}).counter(counter_index("unassigned")), 1U);
  // No room for a code; a length past the record.
  for (const ByteVector& broken : {ByteVector{0, 15, 0, 1, 0}, ByteVector{0, 15, 0, 9, 0, 6}}) {
    const RecordingContext context = heard(broken);
    for (std::size_t i = Dns::kCounterExtendedErrors; i < Dns::kCounterAnswered; ++i) EXPECT_EQ(context.counter(i), 0U);
  }
}

TEST(Dns, CountsQueriesByType) {
  EXPECT_EQ(hear(dns_query("a.example", 65).message()).context.counter(counter_index("HTTPS")), 1U);
  EXPECT_EQ(hear(dns_query("a.example", 255).message()).context.counter(counter_index("ANY")), 1U);
  EXPECT_EQ(hear(dns_query("a.example", 99).message()).context.counter(Dns::kCounterExtendedErrors - 1), 1U);
  EXPECT_EQ(hear(dns_query("a.example", 1).message(), 5353).context.counter(counter_index("A")), 0U);
  EXPECT_EQ(hear(dns_response("a.example", 1).message()).context.counter(counter_index("A")), 0U);
}

TEST(Dns, TellsNoDataFromOtherEmptyAnswers) {
  const auto no_data = [](const DnsBuilder& builder) {
    return hear(builder.message()).context.counter(Dns::kCounterNoData);
  };
  const ByteVector soa_data(22, 0);
  EXPECT_EQ(no_data(dns_response("a.example")), 1U);
  EXPECT_EQ(no_data(dns_response("a.example").record(2, dns_name("example"), 6, soa_data)), 1U);
  // With an alias, and nothing of the type behind it.
  EXPECT_EQ(no_data(dns_response("a.example").record(1, dns_pointer(12), 5, dns_name("b.example"))), 1U);
  EXPECT_EQ(no_data(dns_response("a.example", 5).record(1, dns_pointer(12), 5, dns_name("b.example"))), 0U);
  EXPECT_EQ(no_data(dns_response("a.example").record(1, dns_pointer(12), 1, {203, 0, 113, 1})), 0U);
  EXPECT_EQ(no_data(dns_response("a.example", 255).record(1, dns_pointer(12), 1, {203, 0, 113, 1})), 0U);
  // A referral has NS records and no SOA record.
  DnsBuilder referral = dns_response("a.example");
  referral.record(2, dns_name("example"), 2, dns_name("ns.example"));
  EXPECT_EQ(no_data(referral), 0U);
  EXPECT_EQ(no_data(referral.record(2, dns_name("example"), 6, soa_data)), 1U);
  DnsBuilder nxdomain = dns_response("a.example");
  nxdomain.flags |= 3;
  EXPECT_EQ(no_data(nxdomain), 0U);
  DnsBuilder truncated = dns_response("a.example");
  truncated.flags |= 0x0200;
  EXPECT_EQ(no_data(truncated), 0U);
  EXPECT_EQ(hear(truncated.message()).context.counter(Dns::kCounterTruncated), 1U);
}

/// A flow whose messages have their own times.
class DnsConversation {
 public:
  explicit DnsConversation(std::uint8_t protocol, std::uint16_t port = 53) : flow_(kDns, protocol, port, context) {}
  void at(std::int64_t milliseconds, bool from_client, const ByteVector& payload) {
    flow_.packet().received_at =
        Timestamp{} + Duration::from_seconds(1'700'000'000) + Duration::from_milliseconds(milliseconds);
    flow_.feed(from_client, payload);
  }
  PacketView& packet() { return flow_.packet(); }
  void end() {
    Dns::advance(context.per_worker<Dns::PerWorker>(), {}, true, context);
    Dns::report(context.per_worker<Dns::PerWorker>(), context);
  }
  std::uint64_t count(std::size_t counter) const { return context.counter(counter); }

  RecordingContext context;

 private:
  FlowDriver flow_;
};

constexpr Duration ms(std::int64_t milliseconds) { return Duration::from_milliseconds(milliseconds); }

TEST(DnsLatency, RunsFromTheFirstQueryToTheFirstAnswer) {
  DnsConversation talk(kUdp);
  talk.at(0, true, dns_query("WWW.example.org").message());
  talk.at(2000, true, dns_query("www.EXAMPLE.org").message());
  talk.at(2040, false, dns_response("www.example.org").message());
  talk.at(2050, false, dns_response("www.example.org").message());
  talk.at(2060, false, dns_response("www.example.org").message());
  talk.end();
  EXPECT_EQ(talk.context.latencies, std::vector<Duration>{ms(2040)});
  EXPECT_EQ(talk.count(Dns::kCounterAnswered), 1U);
  EXPECT_EQ(talk.count(Dns::kCounterRetransmitted), 1U);
  EXPECT_EQ(talk.count(Dns::kCounterRepeated), 1U);
  EXPECT_EQ(talk.count(Dns::kCounterUnsolicited), 1U);
  EXPECT_EQ(talk.count(Dns::kCounterUnanswered), 0U);
}

TEST(DnsLatency, AnswersOfPipelinedQueriesMayComeInAnyOrderAndInPieces) {
  const auto with_id = [](DnsBuilder builder, std::uint16_t id) {
    builder.id = id;
    return with_length16(builder.message());
  };
  DnsConversation talk(kTcp);
  ByteVector queries = with_id(dns_query("one.example"), 1);
  append(queries, with_id(dns_query("two.example"), 2));
  talk.at(0, true, queries);
  ByteVector answers = with_id(dns_response("two.example"), 2);
  append(answers, with_id(dns_response("one.example"), 1));
  const ByteVector first(answers.begin(), answers.begin() + 40), second(answers.begin() + 40, answers.end());
  talk.at(10, false, first);
  talk.at(25, false, second);
  EXPECT_EQ(talk.context.latencies, (std::vector<Duration>{ms(10), ms(25)}));
  EXPECT_EQ(talk.count(Dns::kCounterAnswered), 2U);
}

TEST(DnsLatency, CountsWhatStaysOpenAtTheEndAsUnanswered) {
  DnsConversation talk(kUdp);
  talk.at(0, true, dns_query("a.example").message());
  talk.at(1, false, dns_response("b.example").message());
  EXPECT_EQ(talk.count(Dns::kCounterUnsolicited), 1U);
  EXPECT_EQ(talk.count(Dns::kCounterUnanswered), 0U);
  talk.end();
  EXPECT_EQ(talk.count(Dns::kCounterUnanswered), 1U);
  EXPECT_TRUE(talk.context.latencies.empty());
}

TEST(DnsLatency, IsSummedByResolver) {
  const auto answer = [](std::string name, std::uint16_t flags) {
    DnsBuilder builder = dns_response(name);
    builder.flags = flags;
    return builder.message();
  };
  DnsConversation talk(kUdp);
  talk.at(0, true, dns_query("a.example").message());
  talk.at(5, true, dns_query("a.example").message());  // sent again: the same query
  talk.at(10, false, answer("a.example", 0x8180));
  talk.at(100, true, dns_query("b.example").message());
  talk.at(130, false, answer("b.example", 0x8183));
  talk.at(200, true, dns_query("c.example").message());
  talk.at(220, false, answer("c.example", 0x8182));
  talk.at(300, true, dns_query("d.example").message());
  talk.end();
  ASSERT_EQ(talk.context.host_rows.size(), 1U);
  const auto& [resolver, values] = *talk.context.host_rows.begin();
  EXPECT_NE(resolver, kClient.to_string());
  EXPECT_EQ(values, (std::vector<std::int64_t>{4, 3, 1, 1, ms(60).nanoseconds, ms(30).nanoseconds}));
}

TEST(DnsLatency, AnErrorWithoutAQuestionAnswersTheQuery) {
  DnsConversation talk(kUdp);
  talk.at(0, true, dns_query("a.example").message());
  DnsBuilder error;
  error.flags = 0x8181;
  ByteVector message = error.message();
  // The flow is known to be DNS by now.
  talk.at(7, false, message);
  EXPECT_EQ(talk.context.latencies, std::vector<Duration>{ms(7)});
  EXPECT_EQ(talk.count(counter_index("FORMERR")), 1U);
}

TEST(DnsLatency, IsNotMeasuredForMulticastUpdatesAndShadows) {
  for (const std::uint16_t port : {5353, 5355}) {
    DnsConversation multicast(kUdp, port);
    multicast.at(0, true, dns_query("host.local").message());
    multicast.at(1, false, dns_response("host.local").message());
    multicast.end();
    EXPECT_TRUE(multicast.context.latencies.empty());
    EXPECT_EQ(multicast.count(Dns::kCounterUnanswered), 0U);
  }
  DnsConversation update(kUdp);
  DnsBuilder asks = dns_query("example", 6), says = dns_response("example", 6);
  asks.flags = 0x2800;
  says.flags = 0xa800;
  update.at(0, true, asks.message());
  update.at(1, false, says.message());
  update.end();
  EXPECT_TRUE(update.context.latencies.empty());
  EXPECT_EQ(update.count(Dns::kCounterUnanswered) + update.count(Dns::kCounterUnsolicited), 0U);

  DnsConversation shadow(kTcp);
  shadow.packet().flags = PacketView::kFlagShadow;
  shadow.at(0, true, with_length16(dns_query("a.example").message()));
  EXPECT_EQ(shadow.context.per_worker<Dns::PerWorker>().transactions.open(), 0U);
}

TEST(DnsLatency, AClientMayAskFromTheMulticastPort) {
  DnsConversation talk(kUdp);
  talk.packet().key.lo_port = 5353;
  talk.at(0, true, dns_query("a.example").message());
  talk.at(3, false, dns_response("a.example").message());
  EXPECT_EQ(talk.context.latencies, std::vector<Duration>{ms(3)});
  EXPECT_EQ(talk.context.list(Dns::kListMdns).size(), 0U);
}

TEST(Dns, CountsMessagesWithSeveralQuestions) {
  DnsBuilder builder = dns_query("one.example");
  builder.question(dns_name("two.example"), 28);
  EXPECT_EQ(hear(builder.message()).context.counter(Dns::kCounterSeveralQuestions), 1U);
  EXPECT_EQ(hear(builder.message()).context.list(Dns::kListDns).size(), 2U);
  EXPECT_EQ(hear(builder.message(), 5353).context.counter(Dns::kCounterSeveralQuestions), 0U) << "usual there";
}

TEST(Dns, LearnsTheAskedNameThroughADname) {
  // RFC 6672 section 3.1: the DNAME comes with the CNAME that it makes.
  DnsBuilder builder = dns_response("www.old.example");
  builder.record(1, dns_name("old.example"), 39, dns_name("new.example"), 40);
  builder.record(1, dns_name("www.old.example"), 5, dns_name("www.new.example"), 40);
  builder.record(1, dns_name("www.new.example"), 1, {203, 0, 113, 7}, 300);
  const Heard heard = hear(builder.message());
  ASSERT_EQ(heard.context.learned.size(), 1U);
  EXPECT_EQ(heard.context.learned[0].name, "www.old.example");
  EXPECT_EQ(heard.context.learned[0].ttl_seconds, 40U);
  EXPECT_EQ(heard.context.counter(Dns::kCounterNoData), 0U);
}

TEST(Dns, LearnsTheTargetsOfServiceBindingsFromTheAdditionalSection) {
  const auto binding = [](std::uint8_t priority, std::string_view target) {
    ByteVector data{0, priority};
    append(data, dns_name(target));
    return data;
  };
  // AliasMode to a pool, whose own binding leads on to its host.
  DnsBuilder builder = dns_response("svc.example", 65);
  builder.record(1, dns_pointer(12), 65, binding(0, "pool.example.net"), 50);
  builder.record(3, dns_name("pool.example.net"), 65, binding(1, "node.example.net"), 300);
  builder.record(3, dns_name("node.example.net"), 1, {203, 0, 113, 1}, 300);
  builder.record(3, dns_name("pool.example.net"), 28, ByteVector(16, 0x20), 40);
  builder.record(3, dns_name("bank.example"), 1, {203, 0, 113, 66}, 300);
  const Heard heard = hear(builder.message());
  ASSERT_EQ(heard.context.learned.size(), 2U);
  for (const RecordingContext::Learned& learned : heard.context.learned) EXPECT_EQ(learned.name, "svc.example");
  EXPECT_EQ(heard.context.learned[0].address, *IpAddress::parse("203.0.113.1"));
  EXPECT_EQ(heard.context.learned[1].ttl_seconds, 40U);
  // A target "." is the owner in ServiceMode, and says in AliasMode that there is no service.
  for (const std::uint8_t priority : {1, 0}) {
    DnsBuilder own = dns_response("svc.example", 65);
    own.record(1, dns_pointer(12), 65, binding(priority, ""));
    own.record(3, dns_name("svc.example"), 1, {203, 0, 113, 1});
    EXPECT_EQ(hear(own.message()).context.learned.size(), priority);
  }
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
