#include "plugins/tls/tls.h"

#include <gtest/gtest.h>

#include "tests/unit/plugins/flow_driver.h"
#include "tests/unit/plugins/tls/tls_samples.h"

namespace netpulse {
namespace {

using namespace test;

constexpr AnalyzerEntry kTls = make_analyzer_entry<Tls>();

class TlsFlow : public ::testing::Test {
 protected:
  std::uint64_t handshakes(std::string_view version, std::string_view sni) const {
    for (std::size_t i = 0; i < Tls::kCounters.size(); ++i)
      if (Tls::kCounters[i].value1 == version && Tls::kCounters[i].value2 == sni) return context.counter(i);
    ADD_FAILURE() << "no counter for " << version << ' ' << sni;
    return 0;
  }
  std::uint64_t all_handshakes() const {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < Tls::kCounterMalformed; ++i) sum += context.counter(i);
    return sum;
  }
  Verdict client(const ByteVector& bytes) { return flow.feed(true, bytes); }
  Verdict server(const ByteVector& bytes) { return flow.feed(false, bytes); }

  RecordingContext context;
  FlowDriver flow{kTls, 6, 443, context};
};

TEST_F(TlsFlow, FindsAllOfATls13Handshake) {
  EXPECT_EQ(client(client_hello_record(browser_hello("WWW.example.org"))), Verdict::kNeedMore);
  EXPECT_EQ(context.server_name, "WWW.example.org");
  EXPECT_EQ(context.detail_.alpn.view(), "h2");
  EXPECT_EQ(context.detail_.ja4.view(), "t13d1516h2_8daaf6152771_e5627efa2ab1");
  EXPECT_TRUE(context.detail_.has_ja3);
  EXPECT_EQ(context.detail_.ech, Ech::kAbsent);
  EXPECT_EQ(server(server_hello_record(server_hello_13())), Verdict::kNeedMore);
  EXPECT_EQ(context.detail_.tls_version, 0x0304);
  EXPECT_EQ(context.detail_.tls_cipher, 0x1301);
  EXPECT_TRUE(context.detail_.has_ja3s);
  EXPECT_EQ(handshakes("1.3", "visible"), 1U);
  EXPECT_EQ(server(encrypted_flight()), Verdict::kNeedMore);
  EXPECT_EQ(client(encrypted_flight()), Verdict::kDone);
  EXPECT_EQ(all_handshakes(), 1U);
  EXPECT_EQ(context.list(Tls::kListServerName), std::vector<std::string>{"WWW.example.org"});
  EXPECT_EQ(context.list(Tls::kListAlpn), (std::vector<std::string>{"h2", "http/1.1"}));
  EXPECT_EQ(context.list(Tls::kListJa3).size(), 1U);
  EXPECT_EQ(context.list(Tls::kListJa3s).size(), 1U);
  EXPECT_EQ(context.list(Tls::kListJa4).size(), 1U);
}

TEST_F(TlsFlow, TakesTheAlpnThatTheServerChose) {
  client(client_hello_record(browser_hello()));
  HelloBuilder answer;
  answer.ciphers = {0xc02f};
  server(server_hello_record(answer.extension(0x0010, alpn_data({"http/1.1"}))));
  EXPECT_EQ(context.detail_.alpn.view(), "http/1.1");
  EXPECT_EQ(context.detail_.tls_version, 0x0303);
  EXPECT_EQ(handshakes("1.2", "visible"), 1U);
}

TEST_F(TlsFlow, HoldsNoBytesOfASideThatIsDone) {
  const ByteVector hello = client_hello_record(browser_hello());
  client(hello);
  EXPECT_EQ(context.discarded, hello.size());
}

TEST(Tls, FindsTheNameWhereverTheStreamIsCut) {
  const ByteVector hello = client_hello_record(browser_hello());
  for (std::size_t cut = 1; cut < hello.size(); ++cut) {
    RecordingContext context;
    FlowDriver flow(kTls, 6, 443, context);
    EXPECT_EQ(flow.feed(true, Bytes(hello).first(cut)), Verdict::kNeedMore);
    EXPECT_EQ(context.server_name, "");
    flow.feed(true, Bytes(hello).subspan(cut));
    EXPECT_EQ(context.server_name, "www.example.org") << cut;
  }
}

TEST(Tls, JoinsAHelloFromRecordsOfAnySize) {
  const ByteVector message = handshake_message(1, browser_hello().client_body());
  for (const std::size_t size : {1U, 2U, 3U, 4U, 5U, 64U, 500U}) {
    RecordingContext context;
    FlowDriver flow(kTls, 6, 443, context);
    flow.feed(true, in_records(message, size));
    EXPECT_EQ(context.server_name, "www.example.org") << size;
  }
}

TEST_F(TlsFlow, WaitsForAHelloWithPostQuantumKeyShares) {
  const ByteVector hello = client_hello_record(browser_hello().extension(0x0033, ByteVector(1220, 0x6d)));
  ASSERT_GT(hello.size(), 1500U);
  for (std::size_t at = 0; at < hello.size(); at += 76)
    flow.feed(true, Bytes(hello).subspan(at, std::min<std::size_t>(76, hello.size() - at)));
  EXPECT_EQ(context.server_name, "www.example.org");
}

TEST_F(TlsFlow, PassesOverEmptyRecords) {
  ByteVector stream = client_hello_record(browser_hello());
  const ByteVector empty = tls_record(22, {});
  const ByteVector message = handshake_message(1, browser_hello().client_body());
  stream = tls_record(22, ByteVector(message.begin(), message.begin() + 10));
  append(stream, empty);
  append(stream, tls_record(22, ByteVector(message.begin() + 10, message.end())));
  client(stream);
  EXPECT_EQ(context.server_name, "www.example.org");
}

TEST_F(TlsFlow, TreatsAHelloRetryAsOneSession) {
  for (const Sample& sample : Samples<Tls>::conversations()) {
    if (sample.what != "hello retry") continue;
    for (std::size_t i = 0; i < sample.steps.size(); ++i)
      EXPECT_EQ(flow.feed(sample.steps[i]), i + 1 == sample.steps.size() ? Verdict::kDone : Verdict::kNeedMore) << i;
  }
  EXPECT_EQ(all_handshakes(), 1U);
  EXPECT_EQ(context.detail_.ja4.view(), "t13d1516h2_8daaf6152771_e5627efa2ab1");  // of the first hello
  EXPECT_EQ(context.list(Tls::kListJa4).size(), 2U);
  EXPECT_EQ(context.list(Tls::kListJa3s).size(), 2U);
}

TEST_F(TlsFlow, SaysWhenTheNameIsOnlyTheOuterOne) {
  client(client_hello_record(browser_hello("public.example").extension(0xfe0d, ByteVector(200, 1))));
  server(server_hello_record(server_hello_13()));
  EXPECT_EQ(context.detail_.ech, Ech::kOuter);
  EXPECT_EQ(handshakes("1.3", "ech_outer"), 1U);
}

TEST_F(TlsFlow, CountsHandshakesWithoutAName) {
  HelloBuilder hello;
  hello.version = 0x0301;
  hello.ciphers = {0x002f};
  client(client_hello_record(hello));
  HelloBuilder answer;
  answer.version = 0x0301;
  answer.ciphers = {0x002f};
  EXPECT_EQ(server(server_hello_record(answer)), Verdict::kNeedMore);
  EXPECT_EQ(handshakes("1.0", "absent"), 1U);
}

TEST_F(TlsFlow, PassesOverAWarningBeforeTheServerHello) {
  client(client_hello_record(browser_hello()));
  EXPECT_EQ(server(tls_record(21, {1, 112})), Verdict::kNeedMore);
  EXPECT_EQ(server(server_hello_record(server_hello_13())), Verdict::kNeedMore);
  EXPECT_EQ(context.list(Tls::kListJa3s).size(), 1U);
  EXPECT_EQ(client(encrypted_flight()), Verdict::kDone);
}

TEST_F(TlsFlow, EndsWhenTheServerRefuses) {
  client(client_hello_record(browser_hello()));
  EXPECT_EQ(server(tls_record(21, {2, 40})), Verdict::kDone);
  EXPECT_EQ(handshakes("1.3", "visible"), 1U);
}

TEST_F(TlsFlow, GivesUpWaitingForASideThatIsNotThere) {
  client(client_hello_record(browser_hello()));
  const ByteVector data = tls_record(23, ByteVector(100, 7));
  Verdict verdict = Verdict::kNeedMore;
  int packets = 0;
  for (; verdict == Verdict::kNeedMore && packets < 100; ++packets) verdict = client(data);
  EXPECT_EQ(verdict, Verdict::kDone);
  EXPECT_LT(packets, 32);
  EXPECT_EQ(handshakes("1.3", "visible"), 1U);
}

TEST_F(TlsFlow, RecognisesAStreamPickedUpInTheMiddleAndLooksForNothing) {
  EXPECT_EQ(client(tls_record(23, ByteVector(1000, 7), 0x0303)), Verdict::kDone);
  EXPECT_TRUE(flow.mine());
  EXPECT_EQ(all_handshakes(), 0U);
  EXPECT_TRUE(context.observed.empty());
}

TEST_F(TlsFlow, CountsAHelloThatTheStreamWillNeverComplete) {
  const ByteVector hello = client_hello_record(browser_hello());
  context.gave_up = true;
  flow.feed(true, Bytes(hello).first(100));
  EXPECT_EQ(context.counter(Tls::kCounterIncomplete), 1U);
}

TEST_F(TlsFlow, DoesNotWaitForAHelloOf16Megabytes) {
  ByteVector stream{22, 3, 1, 0x40, 0, 1, 0xff, 0xff, 0xff};
  stream.resize(600);
  client(stream);
  EXPECT_EQ(context.counter(Tls::kCounterIncomplete), 1U);
}

TEST_F(TlsFlow, RefusesAHelloThatContradictsItself) {
  ByteVector hello = client_hello_record(browser_hello());
  hello[5 + 4 + 2 + 32] = 33;  // session id longer than 32
  EXPECT_EQ(client(hello), Verdict::kMalformed);
  EXPECT_EQ(context.counter(Tls::kCounterMalformed), 1U);
}

TEST_F(TlsFlow, RefusesAnAnswerThatIsNoTls) {
  client(client_hello_record(browser_hello()));
  EXPECT_EQ(server(bytes_of("HTTP/1.1 400 Bad Request\r\n\r\n")), Verdict::kMalformed);
  EXPECT_EQ(all_handshakes(), 1U);
}

TEST_F(TlsFlow, ReadsTheAnswerToAnSsl2Hello) {
  ByteVector hello{0x80, 9 + 3 + 16, 1, 3, 1, 0, 3, 0, 0, 0, 16, 0, 0, 0x2f};
  append(hello, ByteVector(16, 0xcc));
  EXPECT_EQ(client(hello), Verdict::kNeedMore);
  EXPECT_TRUE(flow.mine());
  HelloBuilder answer;
  answer.version = 0x0301;
  answer.ciphers = {0x002f};
  EXPECT_EQ(server(server_hello_record(answer)), Verdict::kNeedMore);
  EXPECT_EQ(handshakes("1.0", "absent"), 1U);
  EXPECT_TRUE(context.detail_.has_ja3s);
}

TEST_F(TlsFlow, FindsTheNamesOfTheServersCertificate) {
  HelloBuilder hello;
  hello.ciphers = {0xc02f};
  client(client_hello_record(hello));
  EXPECT_EQ(server(server_flight_12({"a.example", "*.b.example"})), Verdict::kNeedMore);
  EXPECT_EQ(context.attributes[FlowAttribute::kCertificateSubject], "www.example.org");
  EXPECT_EQ(context.attributes[FlowAttribute::kCertificateNames], "a.example,*.b.example");
  EXPECT_EQ(context.server_name, "");
  EXPECT_EQ(context.suggested_name, "a.example");
  EXPECT_EQ(handshakes("1.2", "absent"), 1U);
}

TEST_F(TlsFlow, FindsTheCertificateHoweverItIsCut) {
  const ByteVector hello = handshake_message(2, server_hello_12().server_body());
  const ByteVector chain = certificate_message({certificate("x", {"a.example"}), ByteVector(2000, 1)});
  for (const std::size_t record : {1U, 3U, 100U, 700U})
    for (const std::size_t segment : {7U, 536U, 1460U}) {
      RecordingContext other;
      FlowDriver driver(kTls, 6, 443, other);
      driver.feed(true, client_hello_record(browser_hello()));
      ByteVector stream = in_records(joined({hello, chain}), record);
      for (std::size_t at = 0; at < stream.size(); at += segment)
        driver.feed(false, Bytes(stream).subspan(at, std::min(segment, stream.size() - at)));
      EXPECT_EQ(other.attributes[FlowAttribute::kCertificateNames], "a.example") << record << ' ' << segment;
    }
}

TEST_F(TlsFlow, FindsTheCertificateInAChainLongerThanItKeeps) {
  client(client_hello_record(browser_hello()));
  const ByteVector chain = certificate_message({certificate("x", {"a.example"}), ByteVector(60000, 1)});
  ByteVector stream = server_hello_record(server_hello_12());
  append(stream, in_records(chain, 4000));
  EXPECT_EQ(server(ByteVector(stream.begin(), stream.begin() + 1460)), Verdict::kNeedMore);
  EXPECT_EQ(context.attributes[FlowAttribute::kCertificateNames], "a.example");
  EXPECT_EQ(context.counter(Tls::kCounterIncomplete), 0U);
}

TEST_F(TlsFlow, DoesNotTakeTheClientsCertificate) {
  client(client_hello_record(browser_hello()));
  server(server_flight_12({"a.example"}));
  ByteVector own = tls_record(22, certificate_message({certificate("client", {"client.example"})}), 0x0303);
  client(own);
  EXPECT_EQ(context.attributes[FlowAttribute::kCertificateNames], "a.example");
}

TEST_F(TlsFlow, CountsACertificateThatContradictsItself) {
  client(client_hello_record(browser_hello()));
  ByteVector stream = server_hello_record(server_hello_12());
  append(stream, tls_record(22, certificate_message({ByteVector(100, 0x30)}), 0x0303));
  EXPECT_EQ(server(stream), Verdict::kNeedMore);
  EXPECT_EQ(context.counter(Tls::kCounterMalformed), 1U);
  EXPECT_EQ(context.attributes.count(FlowAttribute::kCertificateSubject), 0U);
}

TEST_F(TlsFlow, MeasuresHandshakesUntilBothSidesEncrypt) {
  for (const Sample& sample : Samples<Tls>::conversations()) {
    RecordingContext other;
    FlowDriver driver(kTls, 6, 443, other);
    std::int64_t now = 1'000;
    for (const Step& step : sample.steps) {
      driver.packet().received_at = {now};
      driver.feed(step);
      now += 500;
    }
    ASSERT_EQ(other.latencies.size(), 1U) << sample.what;
    EXPECT_NE(other.detail().handshake_microseconds, 0U) << sample.what;
    EXPECT_EQ(other.latencies[0].nanoseconds, 500 * static_cast<std::int64_t>(sample.steps.size() - 1)) << sample.what;
  }
}

TEST_F(TlsFlow, DoesNotMeasureAHandshakeWithEarlyData) {
  flow.packet().received_at = {1000};
  ByteVector first = client_hello_record(browser_hello());
  append(first, encrypted_flight());
  client(first);
  flow.packet().received_at = {2000};
  server(server_hello_record(server_hello_13()));
  flow.packet().received_at = {3000};
  EXPECT_EQ(client(encrypted_flight()), Verdict::kDone);
  EXPECT_TRUE(context.latencies.empty());
  EXPECT_EQ(context.detail().handshake_microseconds, 0U);
}

TEST_F(TlsFlow, HoldsNothingOfTheEncryptedRecords) {
  client(client_hello_record(browser_hello()));
  server(server_hello_record(server_hello_13()));
  const ByteVector record = tls_record(23, ByteVector(9000, 0xee), 0x0303);
  for (std::size_t at = 0; at < record.size(); at += 1460) {
    const std::size_t size = std::min<std::size_t>(1460, record.size() - at);
    EXPECT_EQ(flow.feed(false, Bytes(record).subspan(at, size)), Verdict::kNeedMore);
    EXPECT_EQ(context.discarded, size);
  }
}

TEST_F(TlsFlow, GivesUpAHandshakeThatNeverEnds) {
  client(client_hello_record(browser_hello()));
  server(server_hello_record(server_hello_13()));
  Verdict verdict = Verdict::kNeedMore;
  int packets = 0;
  for (; verdict == Verdict::kNeedMore && packets < 200; ++packets) verdict = server(encrypted_flight());
  EXPECT_EQ(verdict, Verdict::kDone);
  EXPECT_LT(packets, 64);
  EXPECT_EQ(all_handshakes(), 1U);
}

TEST_F(TlsFlow, ListsNoGreaseProtocols) {
  HelloBuilder hello;
  hello.ciphers = {0x1301};
  client(client_hello_record(hello.extension(0x0010, alpn_data({"\x1a\x1a", "h2", "\xba\xad"}))));
  EXPECT_EQ(context.list(Tls::kListAlpn), (std::vector<std::string>{"h2", "\xba\xad"}));
  EXPECT_EQ(context.detail_.alpn.view(), "h2");
}

TEST_F(TlsFlow, SurvivesEveryLengthOfARecordHeader) {
  const ByteVector hello = client_hello_record(browser_hello());
  for (const std::size_t length : {0U, 1U, 3U, 4U, 16384U, 16385U, 18432U, 18433U, 65535U}) {
    ByteVector changed = hello;
    changed[3] = static_cast<std::uint8_t>(length >> 8);
    changed[4] = static_cast<std::uint8_t>(length);
    RecordingContext other;
    FlowDriver driver(kTls, 6, 443, other);
    const bool possible = length != 0 && length <= 18432;
    // A short length puts the next header into the middle of the hello.
    if (!possible || length < 5)
      EXPECT_NE(driver.feed(true, changed), Verdict::kDone) << length;
    else
      driver.feed(true, changed);
    EXPECT_EQ(driver.mine(), possible && length >= 5) << length;
  }
}

}  // namespace
}  // namespace netpulse
