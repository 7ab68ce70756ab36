#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "engine/analysis/analyzer.h"

namespace netpulse {

/// Values of the label of netpulse_http_requests_total; the last for all others.
inline constexpr std::array<std::string_view, 10> kHttpMethodLabels{"GET",     "HEAD",    "POST",  "PUT",   "DELETE",
                                                                    "CONNECT", "OPTIONS", "TRACE", "PATCH", "other"};
inline constexpr std::array<std::string_view, 5> kHttpClassLabels{"1xx", "2xx", "3xx", "4xx", "5xx"};
inline constexpr std::array<std::string_view, 3> kHttpUpgradeLabels{"websocket", "h2c", "other"};

/// HTTP/1.0 and 1.1 over TCP on any port: the host of every request, and of the first request and its response method,
/// user agent, status, content type and server.
///
/// Both directions are read message by message for as long as the flow lives. Heads are read line by line, so that no
/// more than a line is held; bodies of known length and chunks are skipped by their sequence numbers. So a long
/// connection costs what its heads cost, a download next to nothing. kDone when a response's body ends with the
/// connection. What begins in the middle of a message, or contradicts itself, is passed over segment by segment until
/// one begins with a start line; after kUnknownPayloadsMax such payloads the flow is given up.
///
/// The flow's name is the first request's host, unless that is an address. After a 2xx to CONNECT and after 101 the
/// flow is handed over to the protocol inside.
/// Source: RFC 9112, RFC 9110 (sections 7.2 Host, 7.8 Upgrade, 9.3.6 CONNECT), RFC 1945.
struct Http {
  struct State {
    std::uint64_t body_bytes[2];     ///< still to come of the body or chunk in hand; by Direction, as all arrays here
    std::uint16_t flags[2];          ///< of the message in hand
    std::uint16_t payloads[2];       ///< passed over in search of a start line, or held behind CONNECT
    std::uint8_t phase[2];           ///< what the next byte belongs to
    std::uint8_t seen;               ///< what the flow has had
    std::uint8_t unanswered_count;   ///< requests whose response did not come yet, as far as they are remembered
    std::uint32_t unanswered_kinds;  ///< theirs, two bits each, the oldest lowest
  };

  static constexpr std::string_view kName = "http";
  static constexpr std::string_view kNameSource = "http_host";
  static constexpr Input kInput = Input::kStreamPrefix;
  static constexpr bool kStateOverUdp = false;
  static constexpr bool kEncrypted = false;
  /// The first four bytes of the methods in IANA's registry, and of Microsoft's, UPnP's and Icecast's.
  static constexpr std::array<Pattern, 3> kPatterns{
      Pattern{"^(HTTP|GET |POST|PUT |HEAD|DELE|OPTI|CONN|TRAC|PATC)"},
      Pattern{"^(PROP|MKCO|COPY|MOVE|LOCK|UNLO|REPO|SEAR|MERG|CHEC|MKAC|BASE|BIND|REBI|UNBI|ACL "
              "|VERS|LABE|LINK|UNLI|ORDE)"},
      Pattern{
          "^(SUBS|UNSU|NOTI|POLL|BMOV|BCOP|BDEL|BPRO|RPC_|CCM_|BITS|PURG|M-SE|SOUR|RPCO|MKRE|MKWO|UPDA|UNCH|QUER)"}};
  static constexpr std::array<PortRange, 0> kPorts{};

  static constexpr std::size_t kListHost = 0;
  static constexpr std::array<std::string_view, 1> kNameLists{"http_host"};

  /// Requests by method, responses by class, upgrades by protocol, then malformed messages.
  static constexpr std::size_t kCounterResponses = kHttpMethodLabels.size();
  static constexpr std::size_t kCounterUpgrades = kCounterResponses + kHttpClassLabels.size();
  static constexpr std::size_t kCounterMalformed = kCounterUpgrades + kHttpUpgradeLabels.size();
  static constexpr auto kCounters = [] {
    std::array<MetricDescription, kCounterMalformed + 1> counters{};
    std::size_t i = 0;
    for (const std::string_view method : kHttpMethodLabels)
      counters[i++] = {"netpulse_http_requests_total", "HTTP/1 requests.", "method", method};
    for (const std::string_view status_class : kHttpClassLabels)
      counters[i++] = {"netpulse_http_responses_total", "HTTP/1 responses.", "class", status_class};
    for (const std::string_view protocol : kHttpUpgradeLabels)
      counters[i++] = {"netpulse_http_upgrades_total", "HTTP/1 connections that switched to another protocol.",
                       "protocol", protocol};
    counters[i++] = {"netpulse_http_malformed_total", "HTTP/1 messages that contradict themselves."};
    return counters;
  }();
  static constexpr std::array<MetricDescription, 0> kHistograms{};

  static Verdict probe(const PacketView& packet) noexcept;
  static Verdict consume(const PacketView& packet, State& state, AnalyzerContext& context) noexcept;
};

}  // namespace netpulse
