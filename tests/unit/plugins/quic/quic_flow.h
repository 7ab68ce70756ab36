#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "plugins/quic/quic.h"
#include "tests/unit/plugins/flow_driver.h"
#include "tests/unit/plugins/quic/quic_samples.h"

namespace netpulse::test {

inline constexpr AnalyzerEntry kQuic = make_analyzer_entry<Quic>();
using Names = std::vector<std::string>;

/// A QUIC flow that a test feeds datagram by datagram.
class QuicFlow : public ::testing::Test {
 protected:
  Verdict client(const ByteVector& bytes) { return flow.feed(true, bytes); }
  Verdict server(const ByteVector& bytes) { return flow.feed(false, bytes); }
  std::uint64_t counted(std::string_view family, std::string_view value1, std::string_view value2 = {}) const {
    for (std::size_t i = 0; i < Quic::kCounters.size(); ++i) {
      const MetricDescription& counter = Quic::kCounters[i];
      if (counter.family == family && counter.value1 == value1 && counter.value2 == value2) return context.counter(i);
    }
    ADD_FAILURE() << "no counter " << family << ' ' << value1 << ' ' << value2;
    return 0;
  }
  std::uint64_t initials(std::string_view version, std::string_view result) const {
    return counted("netpulse_quic_initials_total", version, result);
  }
  void at(std::int64_t milliseconds) {
    flow.packet().received_at = Timestamp{} + Duration::from_milliseconds(milliseconds);
  }
  /// Histogram and milliseconds of all that was observed.
  std::vector<std::pair<std::size_t, std::int64_t>> observed() const {
    std::vector<std::pair<std::size_t, std::int64_t>> all;
    for (std::size_t i = 0; i < context.latencies.size(); ++i)
      all.emplace_back(context.latency_histograms[i], context.latencies[i].nanoseconds / 1'000'000);
    return all;
  }
  std::uint64_t hellos(std::string_view sni) const { return counted("netpulse_quic_client_hellos_total", sni); }

  const ByteVector hello = quic_client_hello();
  const ByteVector answer = crypto_frame(0, quic_server_hello());
  RecordingContext context;
  FlowDriver flow{kQuic, 17, 443, context};
};

}  // namespace netpulse::test
