// Rules that every analyzer keeps, checked with the sample conversations each one contributes.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

#include "plugins/analyzers.h"
#include "plugins/registry.h"
#include "tests/unit/plugins/bittorrent/bittorrent_samples.h"
#include "tests/unit/plugins/carrier/carrier_samples.h"
#include "tests/unit/plugins/databases/databases_samples.h"
#include "tests/unit/plugins/dhcp/dhcp_samples.h"
#include "tests/unit/plugins/discovery/discovery_samples.h"
#include "tests/unit/plugins/dns/dns_samples.h"
#include "tests/unit/plugins/dtls/dtls_samples.h"
#include "tests/unit/plugins/flow_driver.h"
#include "tests/unit/plugins/ftp/ftp_samples.h"
#include "tests/unit/plugins/gnutella/gnutella_samples.h"
#include "tests/unit/plugins/http/http_samples.h"
#include "tests/unit/plugins/http2/http2_samples.h"
#include "tests/unit/plugins/ike/ike_samples.h"
#include "tests/unit/plugins/imap/imap_samples.h"
#include "tests/unit/plugins/industrial/industrial_samples.h"
#include "tests/unit/plugins/ldap/ldap_samples.h"
#include "tests/unit/plugins/management/management_samples.h"
#include "tests/unit/plugins/messaging/messaging_samples.h"
#include "tests/unit/plugins/mysql/mysql_samples.h"
#include "tests/unit/plugins/nbns/nbns_samples.h"
#include "tests/unit/plugins/ntp/ntp_samples.h"
#include "tests/unit/plugins/openvpn/openvpn_samples.h"
#include "tests/unit/plugins/pop3/pop3_samples.h"
#include "tests/unit/plugins/postgresql/postgresql_samples.h"
#include "tests/unit/plugins/quic/quic_samples.h"
#include "tests/unit/plugins/remote/remote_samples.h"
#include "tests/unit/plugins/rtp/rtp_samples.h"
#include "tests/unit/plugins/services/services_samples.h"
#include "tests/unit/plugins/sip/sip_samples.h"
#include "tests/unit/plugins/smtp/smtp_samples.h"
#include "tests/unit/plugins/socks/socks_samples.h"
#include "tests/unit/plugins/ssdp/ssdp_samples.h"
#include "tests/unit/plugins/ssh/ssh_samples.h"
#include "tests/unit/plugins/stun/stun_samples.h"
#include "tests/unit/plugins/telemetry/telemetry_samples.h"
#include "tests/unit/plugins/tls/tls_samples.h"
#include "tests/unit/plugins/websocket/websocket_samples.h"
#include "tests/unit/plugins/windows/windows_samples.h"
#include "tests/unit/plugins/wireguard/wireguard_samples.h"
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

/// Payloads of protocols that have no analyzer here, and noise.
std::vector<ByteVector> foreign_payloads() {
  std::vector<ByteVector> payloads{
      test::bytes_of("HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n"),
      test::bytes_of("PRI * HTTP/3.0\r\n\r\nSM\r\n\r\n"),
      ByteVector(200, 0x00),
      ByteVector(200, 0xff),
      ByteVector(1, 0x16),
      {0x16, 0x03, 0x01, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00},              // empty record
      {0x16, 0x03, 0x01, 0xff, 0xff, 0x01, 0x00, 0x00, 0x00},              // longer than any record
      {0x80, 0x60, 0x12, 0x34, 0x00, 0x00, 0x00, 0xa0, 1, 2, 3, 4, 5, 6},  // RTP
  };
  std::mt19937_64 random(20240607);
  for (int i = 0; i < 2000; ++i) {
    ByteVector noise(1 + random() % 300);
    for (std::uint8_t& byte : noise) byte = static_cast<std::uint8_t>(random());
    payloads.push_back(std::move(noise));
  }
  return payloads;
}

/// An analyzer and the conversations it contributes. Not a typed suite: one body for all keeps the compiler quick.
struct Contract {
  AnalyzerEntry entry;
  std::vector<Sample> samples;
};
void PrintTo(const Contract& contract, std::ostream* out) { *out << contract.entry.name; }

template <class... A>
std::vector<Contract> all_contracts(AnalyzerList<A...>) {
  std::vector<Contract> all;
  (all.push_back({make_analyzer_entry<A>(), test::Samples<A>::conversations()}), ...);
  return all;
}

class AnalyzerContract : public ::testing::TestWithParam<Contract> {
 protected:
  struct Outcome {
    Verdict verdict;
    bool mine;
    RecordingContext context;
  };
  static const AnalyzerEntry& entry() { return GetParam().entry; }
  static const std::vector<Sample>& samples() { return GetParam().samples; }
  static Outcome run(const Sample& sample, const std::vector<Step>& steps) {
    Outcome outcome{};
    FlowDriver driver(entry(), sample.protocol, sample.server_port, outcome.context);
    for (const Step& step : steps) driver.feed(step);
    EXPECT_TRUE(driver.discard_in_range());
    outcome.verdict = driver.verdict();
    outcome.mine = driver.mine();
    EXPECT_LE(outcome.context.counters.size(), entry().counters.size());
    for (const auto& observed : outcome.context.observed) EXPECT_LT(observed.list, entry().name_lists.size());
    return outcome;
  }
};
INSTANTIATE_TEST_SUITE_P(Registered, AnalyzerContract, ::testing::ValuesIn(all_contracts(RegisteredAnalyzers{})),
                         [](const ::testing::TestParamInfo<Contract>& contract) {
                           return std::string(contract.param.entry.name);
                         });

TEST_P(AnalyzerContract, RecognisesItsSamplesAndCompletesThoseThatEnd) {
  for (const Sample& sample : samples()) {
    const auto outcome = run(sample, sample.steps);
    EXPECT_TRUE(outcome.mine) << sample.what;
    EXPECT_EQ(outcome.verdict, sample.completes ? Verdict::kDone : Verdict::kNeedMore) << sample.what;
  }
}

TEST_P(AnalyzerContract, IsNeverDoneWhileBytesAreMissing) {
  for (const Sample& sample : samples()) {
    const auto whole = run(sample, sample.steps);
    for (std::size_t last = 0; last < sample.steps.size(); ++last)
      for (std::size_t size = 1; size < sample.steps[last].payload.size(); ++size) {
        std::vector<Step> steps(sample.steps.begin(), sample.steps.begin() + static_cast<std::ptrdiff_t>(last) + 1);
        steps.back().payload.resize(size);
        const auto cut = run(sample, steps);
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

TEST_P(AnalyzerContract, FindsTheSameInStreamsHoweverTheyAreSegmented) {
  for (const Sample& sample : samples()) {
    if (sample.protocol != 6) continue;
    const auto whole = run(sample, sample.steps);
    for (const std::size_t segment : {1, 2, 3, 5, 76, 536}) {
      std::vector<Step> steps;
      for (const Step& step : sample.steps)
        for (std::size_t at = 0; at < step.payload.size(); at += segment) {
          const std::size_t end = std::min(step.payload.size(), at + segment);
          steps.push_back({step.from_initiator, ByteVector(step.payload.begin() + static_cast<std::ptrdiff_t>(at),
                                                           step.payload.begin() + static_cast<std::ptrdiff_t>(end))});
        }
      const auto split = run(sample, steps);
      EXPECT_EQ(split.verdict, whole.verdict) << sample.what << " in segments of " << segment;
      EXPECT_EQ(split.context.observed, whole.context.observed) << sample.what;
      EXPECT_EQ(split.context.server_name, whole.context.server_name) << sample.what;
      EXPECT_EQ(split.context.counters, whole.context.counters) << sample.what;
    }
  }
}

TEST_P(AnalyzerContract, SurvivesEverySingleByteMutation) {
  for (const Sample& sample : samples())
    for (std::size_t step = 0; step < sample.steps.size(); ++step)
      for (std::size_t at = 0; at < sample.steps[step].payload.size(); ++at)
        for (const int change : {0x00, 0xff, 0x80, 0x01, 0x40}) {
          std::vector<Step> steps = sample.steps;
          std::uint8_t& byte = steps[step].payload[at];
          byte = static_cast<std::uint8_t>(change == 0x00 || change == 0xff ? change : byte ^ change);
          run(sample, steps);
        }
}

/// But for this: formats without a magic number may mistake one in two hundred on their own ports.
TEST_P(AnalyzerContract, ClaimsNoOtherTraffic) {
  std::vector<NamedSample> others;
  for (const Contract& contract : all_contracts(RegisteredAnalyzers{}))
    for (const Sample& sample : contract.samples) others.push_back({contract.entry.name, sample});
  for (const ByteVector& payload : foreign_payloads())
    for (const std::uint8_t protocol : {6, 17})
      others.push_back({"", {"foreign", protocol, 0, {{true, payload}}, false}});
  std::size_t steps = 0, mistaken = 0;
  std::string whom;
  for (const NamedSample& other : others) {
    if (other.analyzer == entry().name) continue;
    for (const Step& step : other.sample.steps) {
      RecordingContext context;
      // On the analyzer's own port, if it has one: the port alone must not be enough.
      const std::uint16_t port = entry().ports.empty() ? other.sample.server_port : entry().ports[0].first;
      FlowDriver driver(entry(), other.sample.protocol, port, context);
      driver.feed(step);
      ++steps;
      if (driver.probed() != Verdict::kDone) continue;
      ++mistaken;
      whom += std::string(other.analyzer) + ' ' + std::string(other.sample.what) + ", ";
    }
  }
  EXPECT_LE(mistaken, entry().ports.empty() ? 0 : steps / 200) << whom;
}

TEST_P(AnalyzerContract, StaysWithinItsListsUnderRandomBytes) {
  std::mt19937_64 random(7);
  for (const Sample& sample : samples())
    for (int i = 0; i < 300; ++i) {
      std::vector<Step> steps = sample.steps;
      for (Step& step : steps)
        for (std::size_t k = 0; k < 1 + random() % 8; ++k)
          step.payload[random() % step.payload.size()] = static_cast<std::uint8_t>(random());
      run(sample, steps);
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
