#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "engine/analysis/analyzer.h"
#include "plugins/http2/connection_pool.h"

namespace netpulse {

/// Values of the label of netpulse_http2_responses_total.
inline constexpr std::array<std::string_view, 5> kHttp2ClassLabels{"1xx", "2xx", "3xx", "4xx", "5xx"};

/// HTTP/2 in clear text, with prior knowledge or behind an upgrade, on any port: the authority of every request, and of
/// the first request and its response method, user agent, status, content type and server.
///
/// Every header block is decoded for as long as the flow lives, of those longer than kHttp2BlockBytesMax the beginning;
/// all other frames are skipped unseen. kDone after a hole in the stream, as nothing behind can be understood;
/// kMalformed on frames that contradict the standard.
/// Source: RFC 9113, RFC 7541.
struct Http2 {
  struct State {
    std::uint32_t connection;  ///< in the worker's pool
    std::uint32_t generation;  ///< of it; 0: none was taken yet
    std::uint8_t seen;         ///< what the flow has had
    std::uint8_t in_block[2];  ///< by Direction: the rest of a block that is too long follows
  };
  using PerWorker = Http2ConnectionPool;

  static constexpr std::string_view kName = "http2";
  static constexpr std::string_view kNameSource = "http2_authority";
  static constexpr Input kInput = Input::kStreamPrefix;
  static constexpr bool kStateOverUdp = false;
  static constexpr bool kEncrypted = false;
  /// The client's preface; a SETTINGS frame.
  static constexpr std::array<Pattern, 2> kPatterns{Pattern{"^PRI "}, Pattern{R"(^\x00\x00[\x00-\x60]\x04)"}};
  static constexpr std::array<PortRange, 0> kPorts{};

  static constexpr std::size_t kListHost = 0;
  static constexpr std::array<std::string_view, 1> kNameLists{"http2_authority"};

  static constexpr std::size_t kCounterRequests = 0, kCounterResponses = 1;
  static constexpr std::size_t kCounterMalformed = kCounterResponses + kHttp2ClassLabels.size();
  static constexpr auto kCounters = [] {
    std::array<MetricDescription, kCounterMalformed + 1> counters{};
    std::size_t i = 0;
    counters[i++] = {"netpulse_http2_requests_total", "Requests of HTTP/2 in clear text."};
    for (const std::string_view status_class : kHttp2ClassLabels)
      counters[i++] = {"netpulse_http2_responses_total", "Responses of HTTP/2 in clear text.", "class", status_class};
    counters[i++] = {"netpulse_http2_malformed_total", "HTTP/2 connections that contradict the standard."};
    return counters;
  }();
  static constexpr std::array<MetricDescription, 0> kHistograms{};

  static Verdict probe(const PacketView& packet) noexcept;
  static Verdict consume(const PacketView& packet, State& state, AnalyzerContext& context) noexcept;
};

}  // namespace netpulse
