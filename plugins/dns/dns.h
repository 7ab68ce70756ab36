#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "engine/analysis/analyzer.h"

namespace netpulse {

/// Values of the labels of the DNS counters.
inline constexpr std::array<std::string_view, 2> kDnsKindLabels{"query", "response"};
inline constexpr std::array<std::string_view, 4> kDnsTransportLabels{"udp", "tcp", "mdns", "llmnr"};
/// By rcode (RFC 1035 section 4.1.1); the last for all others.
inline constexpr std::array<std::string_view, 7> kDnsRcodeLabels{"NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN",
                                                                 "NOTIMP",  "REFUSED", "other"};

/// DNS over UDP and TCP on port 53, multicast DNS and LLMNR: question names, response codes, and which address belongs
/// to which name.
///
/// Each message is read on its own, so the flow is never done, but for a TCP stream with a hole; a malformed message is
/// counted and the next one read.
/// What is learned: A, AAAA and the address hints of HTTPS and SVCB answers, through the CNAME chain, for the
/// question's name as the client asked for it; from multicast DNS the owners' names below .local, for every client.
/// Source: RFC 1035, RFC 6891, RFC 7766, RFC 9460, RFC 6762, RFC 4795.
struct Dns {
  struct State {};  // and so a flow of DNS needs no cold record

  static constexpr std::string_view kName = "dns";
  static constexpr std::string_view kNameSource = "";
  static constexpr Input kInput = Input::kStreamPrefix;
  static constexpr bool kStateOverUdp = false;
  static constexpr bool kEncrypted = false;
  static constexpr std::array<Pattern, 0> kPatterns{};
  static constexpr std::uint16_t kPortDns = 53, kPortMdns = 5353, kPortLlmnr = 5355;
  static constexpr std::array<PortRange, 5> kPorts{
      PortRange{17, kPortDns, kPortDns}, PortRange{6, kPortDns, kPortDns}, PortRange{17, kPortMdns, kPortMdns},
      PortRange{17, kPortLlmnr, kPortLlmnr}, PortRange{6, kPortLlmnr, kPortLlmnr}};

  static constexpr std::size_t kListDns = 0, kListMdns = 1, kListLlmnr = 2;
  static constexpr std::array<std::string_view, 3> kNameLists{"dns_query", "mdns_query", "llmnr_query"};

  /// Messages by kind and transport, responses by rcode, then malformed ones.
  static constexpr std::size_t kCounterRcodes = kDnsKindLabels.size() * kDnsTransportLabels.size();
  static constexpr std::size_t kCounterMalformed = kCounterRcodes + kDnsRcodeLabels.size();
  static constexpr auto kCounters = [] {
    std::array<MetricDescription, kCounterMalformed + 1> counters{};
    std::size_t i = 0;
    for (const std::string_view kind : kDnsKindLabels)
      for (const std::string_view transport : kDnsTransportLabels)
        counters[i++] = {"netpulse_dns_messages_total", "DNS messages.", "kind", kind, "transport", transport};
    for (const std::string_view rcode : kDnsRcodeLabels)
      counters[i++] = {"netpulse_dns_responses_total", "DNS responses but for multicast DNS.", "rcode", rcode};
    counters[i++] = {"netpulse_dns_malformed_total", "DNS messages that contradict themselves."};
    return counters;
  }();
  static constexpr std::array<MetricDescription, 0> kHistograms{};

  static Verdict probe(const PacketView& packet) noexcept;
  static Verdict consume(const PacketView& packet, State& state, AnalyzerContext& context) noexcept;
};

}  // namespace netpulse
