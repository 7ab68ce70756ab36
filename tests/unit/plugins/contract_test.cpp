// Rules that every analyzer keeps, checked with the sample conversations each one contributes.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

#include "plugins/analyzers.h"
#include "plugins/registry.h"
#include "tests/unit/plugins/dns/dns_samples.h"
#include "tests/unit/plugins/dtls/dtls_samples.h"
#include "tests/unit/plugins/flow_driver.h"
#include "tests/unit/plugins/ftp/ftp_samples.h"
#include "tests/unit/plugins/http/http_samples.h"
#include "tests/unit/plugins/imap/imap_samples.h"
#include "tests/unit/plugins/ldap/ldap_samples.h"
#include "tests/unit/plugins/mysql/mysql_samples.h"
#include "tests/unit/plugins/nbns/nbns_samples.h"
#include "tests/unit/plugins/pop3/pop3_samples.h"
#include "tests/unit/plugins/postgresql/postgresql_samples.h"
#include "tests/unit/plugins/quic/quic_samples.h"
#include "tests/unit/plugins/smtp/smtp_samples.h"
#include "tests/unit/plugins/ssdp/ssdp_samples.h"
#include "tests/unit/plugins/tls/tls_samples.h"
#include "tests/unit/plugins/websocket/websocket_samples.h"
#include "tests/unit/plugins/xmpp/xmpp_samples.h"

namespace netpulse {
namespace {

using test::ByteVector;
using test::FlowDriver;
using test::RecordingContext;
using test::Sample;
using test::Step;

struct NamedSample {
  std::string_view analyzer;
  Sample sample;
};

template <class... A>
std::vector<NamedSample> all_samples(AnalyzerList<A...>) {
  std::vector<NamedSample> all;
  const auto add = [&](std::string_view name, const std::vector<Sample>& samples) {
    for (const Sample& sample : samples) all.push_back({name, sample});
  };
  (add(A::kName, test::Samples<A>::conversations()), ...);
  return all;
}

/// Payloads of protocols that have no analyzer here, and noise.
std::vector<ByteVector> foreign_payloads() {
  std::vector<ByteVector> payloads{
      test::bytes_of("HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n"),
      test::bytes_of("SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"),
      test::bytes_of("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
      test::bytes_of("INVITE sip:bob@example.org SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1\r\n\r\n"),
      test::bytes_of("USER guest 0 * :Real Name\r\n"),
      test::bytes_of("+OK\r\n"),
      test::bytes_of("<?xml version=\"1.0\"?><soap:Envelope/>"),
      {0x30, 0x0f, 0x02, 0x01, 0x01, 0x04, 0x06, 'p', 'u', 'b', 'l', 'i', 'c', 0xa0, 0x02, 5, 0},  // SNMP
      test::bytes_of("\x13"
                     "BitTorrent protocol"),
      ByteVector(200, 0x00),
      ByteVector(200, 0xff),
      ByteVector(1, 0x16),
      {0x16, 0x03, 0x01, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00},              // empty record
      {0x16, 0x03, 0x01, 0xff, 0xff, 0x01, 0x00, 0x00, 0x00},              // longer than any record
      {0x80, 0x60, 0x12, 0x34, 0x00, 0x00, 0x00, 0xa0, 1, 2, 3, 4, 5, 6},  // RTP
      {0x1b, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
       0,    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},  // NTP
  };
  std::mt19937_64 random(20240607);
  for (int i = 0; i < 2000; ++i) {
    ByteVector noise(1 + random() % 300);
    for (std::uint8_t& byte : noise) byte = static_cast<std::uint8_t>(random());
    payloads.push_back(std::move(noise));
  }
  return payloads;
}

template <class List>
struct AsTypes;
template <class... A>
struct AsTypes<AnalyzerList<A...>> {
  using Type = ::testing::Types<A...>;
};

template <class A>
class AnalyzerContract : public ::testing::Test {
 protected:
  static constexpr AnalyzerEntry kEntry = make_analyzer_entry<A>();

  struct Outcome {
    Verdict verdict;
    bool mine;
    RecordingContext context;
  };
  static Outcome run(const Sample& sample, const std::vector<Step>& steps) {
    Outcome outcome{};
    FlowDriver driver(kEntry, sample.protocol, sample.server_port, outcome.context);
    for (const Step& step : steps) driver.feed(step);
    EXPECT_TRUE(driver.discard_in_range());
    outcome.verdict = driver.verdict();
    outcome.mine = driver.mine();
    EXPECT_LE(outcome.context.counters.size(), A::kCounters.size());
    for (const auto& observed : outcome.context.observed) EXPECT_LT(observed.list, A::kNameLists.size());
    return outcome;
  }
};
TYPED_TEST_SUITE(AnalyzerContract, AsTypes<RegisteredAnalyzers>::Type);

TYPED_TEST(AnalyzerContract, RecognisesItsSamplesAndCompletesThoseThatEnd) {
  for (const Sample& sample : test::Samples<TypeParam>::conversations()) {
    const auto outcome = this->run(sample, sample.steps);
    EXPECT_TRUE(outcome.mine) << sample.what;
    EXPECT_EQ(outcome.verdict, sample.completes ? Verdict::kDone : Verdict::kNeedMore) << sample.what;
  }
}

TYPED_TEST(AnalyzerContract, IsNeverDoneWhileBytesAreMissing) {
  for (const Sample& sample : test::Samples<TypeParam>::conversations()) {
    const auto whole = this->run(sample, sample.steps);
    for (std::size_t last = 0; last < sample.steps.size(); ++last)
      for (std::size_t size = 1; size < sample.steps[last].payload.size(); ++size) {
        std::vector<Step> steps(sample.steps.begin(), sample.steps.begin() + static_cast<std::ptrdiff_t>(last) + 1);
        steps.back().payload.resize(size);
        const auto cut = this->run(sample, steps);
        ASSERT_NE(cut.verdict, Verdict::kDone) << sample.what << " step " << last << " cut at " << size;
        if (sample.protocol == 6) {
          ASSERT_EQ(cut.verdict, Verdict::kNeedMore) << sample.what << " step " << last << " cut at " << size;
        }
        for (const auto& observed : cut.context.observed)
          ASSERT_TRUE(std::find(whole.context.observed.begin(), whole.context.observed.end(), observed) !=
                      whole.context.observed.end())
              << observed.name << " is in no whole message";
      }
  }
}

TYPED_TEST(AnalyzerContract, FindsTheSameInStreamsHoweverTheyAreSegmented) {
  for (const Sample& sample : test::Samples<TypeParam>::conversations()) {
    if (sample.protocol != 6) continue;
    const auto whole = this->run(sample, sample.steps);
    for (const std::size_t segment : {1, 2, 3, 5, 76, 536}) {
      std::vector<Step> steps;
      for (const Step& step : sample.steps)
        for (std::size_t at = 0; at < step.payload.size(); at += segment) {
          const std::size_t end = std::min(step.payload.size(), at + segment);
          steps.push_back({step.from_initiator, ByteVector(step.payload.begin() + static_cast<std::ptrdiff_t>(at),
                                                           step.payload.begin() + static_cast<std::ptrdiff_t>(end))});
        }
      const auto split = this->run(sample, steps);
      EXPECT_EQ(split.verdict, whole.verdict) << sample.what << " in segments of " << segment;
      EXPECT_EQ(split.context.observed, whole.context.observed) << sample.what;
      EXPECT_EQ(split.context.server_name, whole.context.server_name) << sample.what;
      EXPECT_EQ(split.context.counters, whole.context.counters) << sample.what;
    }
  }
}

TYPED_TEST(AnalyzerContract, SurvivesEverySingleByteMutation) {
  for (const Sample& sample : test::Samples<TypeParam>::conversations())
    for (std::size_t step = 0; step < sample.steps.size(); ++step)
      for (std::size_t at = 0; at < sample.steps[step].payload.size(); ++at)
        for (const int change : {0x00, 0xff, 0x80, 0x01, 0x40}) {
          std::vector<Step> steps = sample.steps;
          std::uint8_t& byte = steps[step].payload[at];
          byte = static_cast<std::uint8_t>(change == 0x00 || change == 0xff ? change : byte ^ change);
          this->run(sample, steps);
        }
}

TYPED_TEST(AnalyzerContract, ClaimsNoOtherTraffic) {
  std::vector<NamedSample> others = all_samples(RegisteredAnalyzers{});
  for (const ByteVector& payload : foreign_payloads())
    for (const std::uint8_t protocol : {6, 17})
      others.push_back({"", {"foreign", protocol, 0, {{true, payload}}, false}});
  for (const NamedSample& other : others) {
    if (other.analyzer == TypeParam::kName) continue;
    for (const Step& step : other.sample.steps) {
      RecordingContext context;
      // On the analyzer's own port, if it has one: the port alone must not be enough.
      const std::uint16_t port = this->kEntry.ports.empty() ? other.sample.server_port : this->kEntry.ports[0].first;
      FlowDriver driver(this->kEntry, other.sample.protocol, port, context);
      driver.feed(step);
      EXPECT_NE(driver.probed(), Verdict::kDone) << other.analyzer << ' ' << other.sample.what;
    }
  }
}

TYPED_TEST(AnalyzerContract, StaysWithinItsListsUnderRandomBytes) {
  std::mt19937_64 random(7);
  for (const Sample& sample : test::Samples<TypeParam>::conversations())
    for (int i = 0; i < 300; ++i) {
      std::vector<Step> steps = sample.steps;
      for (Step& step : steps)
        for (std::size_t k = 0; k < 1 + random() % 8; ++k)
          step.payload[random() % step.payload.size()] = static_cast<std::uint8_t>(random());
      this->run(sample, steps);
    }
}

TEST(Registry, HasUniqueNamesAndWellFormedMetrics) {
  std::set<std::string_view> names, lists;
  std::set<std::string> metrics;
  for (const AnalyzerEntry& entry : registered_analyzers()) {
    EXPECT_FALSE(entry.name.empty());
    EXPECT_TRUE(names.insert(entry.name).second) << entry.name;
    std::set<std::string_view> own(entry.name_lists.begin(), entry.name_lists.end());
    EXPECT_EQ(own.size(), entry.name_lists.size());
    EXPECT_FALSE(entry.patterns.empty() && entry.ports.empty()) << entry.name << " can never be a candidate";
    for (const auto& group : {entry.counters, entry.histograms})
      for (const MetricDescription& metric : group) {
        EXPECT_TRUE(metric.family.starts_with("netpulse_" + std::string(entry.name) + "_")) << metric.family;
        EXPECT_TRUE(std::all_of(metric.family.begin(), metric.family.end(),
                                [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; }));
        EXPECT_TRUE(metric.help.ends_with(".")) << metric.help;
        EXPECT_EQ(metric.label1.empty(), metric.value1.empty());
        EXPECT_EQ(metric.label2.empty(), metric.value2.empty());
        const std::string series =
            std::string(metric.family) + '{' + std::string(metric.value1) + ',' + std::string(metric.value2) + '}';
        EXPECT_TRUE(metrics.insert(series).second) << series;
      }
    for (const MetricDescription& counter : entry.counters) EXPECT_TRUE(counter.family.ends_with("_total"));
    for (const Pattern& pattern : entry.patterns) EXPECT_EQ(pattern.expression[0], '^') << entry.name;
    for (const PortRange& range : entry.ports) EXPECT_LE(range.first, range.last);
  }
}

}  // namespace
}  // namespace netpulse
