#include "plugins/dtls/dtls.h"

#include <gtest/gtest.h>

#include <random>

#include "tests/unit/plugins/dtls/dtls_samples.h"
#include "tests/unit/plugins/flow_driver.h"

namespace netpulse {
namespace {

using namespace test;

constexpr AnalyzerEntry kDtls = make_analyzer_entry<Dtls>();

class DtlsFlow : public ::testing::Test {
 protected:
  std::uint64_t handshakes(std::string_view version, std::string_view sni) const {
    for (std::size_t i = 0; i < Dtls::kCounters.size(); ++i)
      if (Dtls::kCounters[i].value1 == version && Dtls::kCounters[i].value2 == sni) return context.counter(i);
    ADD_FAILURE() << "no counter for " << version << ' ' << sni;
    return 0;
  }
  Verdict client(const ByteVector& bytes) { return flow.feed(true, bytes); }
  Verdict server(const ByteVector& bytes) { return flow.feed(false, bytes); }
  void hello() { client(dtls_handshake(1, 0, dtls_client_hello().client_body())); }

  RecordingContext context;
  FlowDriver flow{kDtls, 17, 4433, context};
};

TEST_F(DtlsFlow, FindsAllOfAHandshake) {
  hello();
  EXPECT_EQ(context.server_name, "media.example.org");
  EXPECT_EQ(context.detail_.alpn.view(), "webrtc");
  EXPECT_EQ(context.detail_.ja4.view().substr(0, 11), "dd2d0306wc_");
  EXPECT_EQ(context.detail_.tls_version, 0xfefd);
  EXPECT_EQ(server(dtls_server_flight()), Verdict::kNeedMore);
  EXPECT_EQ(context.detail_.tls_cipher, 0xc02b);
  EXPECT_TRUE(context.detail_.has_ja3s);
  EXPECT_EQ(context.attributes[FlowAttribute::kCertificateSubject], "media");
  EXPECT_EQ(context.attributes[FlowAttribute::kCertificateNames], "media.example.org");
  EXPECT_EQ(handshakes("1.2", "visible"), 1U);
  EXPECT_EQ(context.list(Dtls::kListServerName), std::vector<std::string>{"media.example.org"});
}

TEST_F(DtlsFlow, ReadsTheHelloOnceThoughACookieMakesItComeTwice) {
  const Sample sample = Samples<Dtls>::conversations()[0];
  for (const Step& step : sample.steps) flow.feed(step);
  EXPECT_EQ(context.list(Dtls::kListJa3).size(), 1U);
  EXPECT_EQ(context.list(Dtls::kListJa4).size(), 1U);
  EXPECT_EQ(handshakes("1.2", "visible"), 1U);
}

TEST_F(DtlsFlow, PutsFragmentsTogetherInAnyOrder) {
  const ByteVector body = dtls_client_hello().client_body();
  std::vector<ByteVector> datagrams;
  for (std::size_t at = 0; at < body.size(); at += 20)
    datagrams.push_back(dtls_record(22, dtls_fragment(1, 0, body, at, 30)));  // they overlap
  std::mt19937 random(5);
  for (int i = 0; i < 50; ++i) {
    std::shuffle(datagrams.begin(), datagrams.end(), random);
    RecordingContext other;
    FlowDriver driver(kDtls, 17, 4433, other);
    for (const ByteVector& datagram : datagrams) driver.feed(true, datagram);
    EXPECT_EQ(other.server_name, "media.example.org");
    EXPECT_EQ(other.assemblies[0], nullptr);
  }
}

TEST_F(DtlsFlow, ReadsTheCertificateOfFragmentsWhoseEndIsMissing) {
  hello();
  server(dtls_handshake(2, 1, dtls_server_hello().server_body()));
  const ByteVector body = certificate_body({certificate("media", {"media.example.org"}), ByteVector(3000, 1)});
  server(dtls_record(22, dtls_fragment(11, 2, body, 200, 400)));
  EXPECT_EQ(context.attributes.count(FlowAttribute::kCertificateNames), 0U);
  server(dtls_record(22, dtls_fragment(11, 2, body, 0, 200)));
  EXPECT_EQ(context.attributes[FlowAttribute::kCertificateNames], "media.example.org");
}

TEST_F(DtlsFlow, PrefersAHelloToACertificateInAssembly) {
  hello();
  const ByteVector chain = certificate_body({certificate("media", {"media.example.org"}), ByteVector(3000, 1)});
  server(dtls_record(22, dtls_fragment(11, 2, chain, 0, 100)));
  const ByteVector body = dtls_server_hello().server_body();
  server(dtls_record(22, dtls_fragment(2, 1, body, 0, 50)));
  server(dtls_record(22, dtls_fragment(11, 2, chain, 100, 100)));  // comes again with the flight
  server(dtls_record(22, dtls_fragment(2, 1, body, 50, 100)));
  EXPECT_EQ(context.detail_.tls_cipher, 0xc02b);
}

TEST_F(DtlsFlow, DoesNotTakeTheClientsCertificate) {
  hello();
  server(dtls_server_flight());
  client(dtls_handshake(11, 2, certificate_body({certificate("client", {"client.example"})})));
  EXPECT_EQ(context.attributes[FlowAttribute::kCertificateSubject], "media");
}

TEST_F(DtlsFlow, DoesNotWaitForAMessageLongerThanItKeeps) {
  client(dtls_record(22, dtls_fragment(1, 0, ByteVector(20000, 0), 0, 100)));
  EXPECT_EQ(context.counter(Dtls::kCounterIncomplete), 1U);
  EXPECT_EQ(context.assemblies[0], nullptr);
}

TEST_F(DtlsFlow, HandsOverToTheMediaBehindTheHandshake) {
  hello();
  server(dtls_server_flight());
  client(dtls_client_finished());
  EXPECT_EQ(server(dtls_server_finished()), Verdict::kNeedMore);
  EXPECT_EQ(client({0x00, 0x01, 0x00, 0x00, 0x21, 0x12, 0xa4, 0x42}), Verdict::kNeedMore);  // STUN
  EXPECT_EQ(client({0x40, 0x00, 0x00, 0x04, 1, 2, 3, 4}), Verdict::kNeedMore);              // a TURN channel
  EXPECT_EQ(client({0x80, 0xcf, 0, 1, 1, 2, 3, 4}), Verdict::kNeedMore);                    // RTCP: a report
  EXPECT_FALSE(context.handed_over);
  EXPECT_EQ(client({0x80, 0x60, 0, 1, 0, 0, 0, 1, 1, 2, 3, 4}), Verdict::kDone);
  EXPECT_TRUE(context.handed_over);
  EXPECT_EQ(context.counter(Dtls::kCounterMalformed), 0U);
}

TEST_F(DtlsFlow, DoesNotWaitForMediaForEver) {
  hello();
  server(dtls_server_flight());
  client(dtls_client_finished());
  server(dtls_server_finished());
  Verdict verdict = Verdict::kNeedMore;
  int packets = 0;
  for (; verdict == Verdict::kNeedMore && packets < 1000; ++packets)
    verdict = client(dtls_record(23, ByteVector(50, 0xee), 1));
  EXPECT_EQ(verdict, Verdict::kDone);
  EXPECT_LT(packets, 256);
}

TEST_F(DtlsFlow, ReadsDtls13) {
  const Sample sample = Samples<Dtls>::conversations()[1];
  std::int64_t now = 1000;
  for (const Step& step : sample.steps) {
    flow.packet().received_at = {now};
    flow.feed(step);
    now += 500;
  }
  EXPECT_EQ(context.detail_.tls_version, 0xfefc);
  EXPECT_EQ(context.detail_.ja4.view().substr(0, 4), "dd3d");
  EXPECT_EQ(handshakes("1.3", "visible"), 1U);
  ASSERT_EQ(context.latencies.size(), 1U);
  EXPECT_EQ(context.latencies[0].nanoseconds, 1000);
  EXPECT_EQ(context.detail().handshake_microseconds, 1U);
}

TEST_F(DtlsFlow, RecognisesAFlowPickedUpInTheMiddle) {
  EXPECT_EQ(client(dtls_record(23, ByteVector(50, 0xee), 1)), Verdict::kDone);
  EXPECT_TRUE(flow.mine());
  EXPECT_TRUE(context.observed.empty());
}

TEST_F(DtlsFlow, FlagsFragmentsThatDisagree) {
  const ByteVector body = dtls_client_hello().client_body(),
                   other = dtls_client_hello("other.example.org").client_body();
  client(dtls_record(22, dtls_fragment(1, 0, body, 0, 100)));
  client(dtls_record(22, dtls_fragment(1, 0, other, 50, other.size())));
  EXPECT_EQ(context.counter(Dtls::kCounterMalformed), body.size() == other.size() ? 1U : 0U);
  EXPECT_EQ(body.size(), other.size());
}

TEST_F(DtlsFlow, RefusesFramingThatIsOff) {
  const ByteVector good = dtls_handshake(1, 0, dtls_client_hello().client_body());
  const auto claims = [&](std::size_t at, std::uint8_t value) {
    ByteVector changed = good;
    changed[at] = value;
    RecordingContext other;
    FlowDriver driver(kDtls, 17, 4433, other);
    driver.feed(true, changed);
    return driver.mine();
  };
  EXPECT_TRUE(claims(0, 22));
  EXPECT_FALSE(claims(0, 19));
  EXPECT_FALSE(claims(0, 23));  // data in clear
  EXPECT_FALSE(claims(1, 3));   // TLS
  EXPECT_FALSE(claims(2, 0xfc));
  EXPECT_FALSE(claims(11, 9));      // longer than the datagram
  EXPECT_FALSE(claims(13, 99));     // no handshake type
  EXPECT_FALSE(claims(13 + 9, 1));  // fragment longer than its message
}

}  // namespace
}  // namespace netpulse
