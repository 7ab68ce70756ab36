#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "engine/analysis/analyzer.h"
#include "plugins/dns/dns_resolvers.h"
#include "plugins/dns/dns_transactions.h"

namespace netpulse {

/// Values of the labels of the DNS counters.
inline constexpr std::array<std::string_view, 2> kDnsKindLabels{"query", "response"};
inline constexpr std::array<std::string_view, 4> kDnsTransportLabels{"udp", "tcp", "mdns", "llmnr"};
/// By rcode (RFC 6895 section 2.3): 0-11 and 16-23; the last for all others.
inline constexpr std::array<std::string_view, 21> kDnsRcodeLabels{
    "NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP",    "REFUSED",   "YXDOMAIN",
    "YXRRSET", "NXRRSET", "NOTAUTH",  "NOTZONE",  "DSOTYPENI", "BADVERS",   "BADKEY",
    "BADTIME", "BADMODE", "BADNAME",  "BADALG",   "BADTRUNC",  "BADCOOKIE", "other"};
/// TYPEs that are counted by themselves, and how (IANA, DNS Parameters); the last for all others.
inline constexpr std::array<std::uint16_t, 16> kDnsCountedTypes{1,  2,  5,  6,  12, 15, 16,  28,
                                                                33, 35, 43, 48, 64, 65, 255, 257};
inline constexpr std::array<std::string_view, kDnsCountedTypes.size() + 1> kDnsTypeLabels{
    "A",     "NS", "CNAME",  "SOA",  "PTR",   "MX",  "TXT", "AAAA", "SRV",
    "NAPTR", "DS", "DNSKEY", "SVCB", "HTTPS", "ANY", "CAA", "other"};
/// INFO-CODEs of extended errors (RFC 8914 section 5.2), 0-24; the last for all others.
inline constexpr std::array<std::string_view, 26> kDnsExtendedErrorLabels{"other_error",
                                                                          "unsupported_dnskey_algorithm",
                                                                          "unsupported_ds_digest_type",
                                                                          "stale_answer",
                                                                          "forged_answer",
                                                                          "dnssec_indeterminate",
                                                                          "dnssec_bogus",
                                                                          "signature_expired",
                                                                          "signature_not_yet_valid",
                                                                          "dnskey_missing",
                                                                          "rrsigs_missing",
                                                                          "no_zone_key_bit_set",
                                                                          "nsec_missing",
                                                                          "cached_error",
                                                                          "not_ready",
                                                                          "blocked",
                                                                          "censored",
                                                                          "filtered",
                                                                          "prohibited",
                                                                          "stale_nxdomain_answer",
                                                                          "not_authoritative",
                                                                          "not_supported",
                                                                          "no_reachable_authority",
                                                                          "network_error",
                                                                          "invalid_data",
                                                                          "unassigned"};

/// DNS over UDP and TCP on port 53, multicast DNS and LLMNR: question names, response codes, and which address belongs
/// to which name.
///
/// Each message is read on its own, so the flow is never done, but for a TCP stream with a hole; a malformed message is
/// counted and the next one read.
/// What is learned: A, AAAA and the address hints of HTTPS and SVCB answers, through the CNAME chain, for the
/// question's name as the client asked for it; from multicast DNS the owners' names below .local, for every client.
/// Queries over unicast UDP and TCP are matched with their answers; see DnsTransactions. A retry over TCP after a
/// truncated answer is a transaction of its own.
/// Source: RFC 1035, RFC 2308, RFC 6891, RFC 7766, RFC 8914, RFC 9460, RFC 6762, RFC 4795.
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

  /// Answers; over TCP both directions, for a stream is followed as a whole.
  static constexpr std::array<TeachingPorts, 4> kTeachingPorts{
      TeachingPorts{{17, kPortDns, kPortDns}, true}, TeachingPorts{{17, kPortMdns, kPortMdns}, true},
      TeachingPorts{{17, kPortLlmnr, kPortLlmnr}, true}, TeachingPorts{{6, kPortDns, kPortDns}, false}};

  static constexpr std::size_t kListDns = 0, kListMdns = 1, kListLlmnr = 2;
  static constexpr std::array<std::string_view, 3> kNameLists{"dns_query", "mdns_query", "llmnr_query"};

  /// Where the groups of counters begin.
  static constexpr std::size_t kCounterRcodes = kDnsKindLabels.size() * kDnsTransportLabels.size();
  static constexpr std::size_t kCounterTypes = kCounterRcodes + kDnsRcodeLabels.size();
  static constexpr std::size_t kCounterExtendedErrors = kCounterTypes + kDnsTypeLabels.size();
  static constexpr std::size_t kCounterAnswered = kCounterExtendedErrors + kDnsExtendedErrorLabels.size();
  static constexpr std::size_t kCounterUnanswered = kCounterAnswered + 1;
  static constexpr std::size_t kCounterForgotten = kCounterUnanswered + 1;
  static constexpr std::size_t kCounterRetransmitted = kCounterForgotten + 1;
  static constexpr std::size_t kCounterRepeated = kCounterRetransmitted + 1;
  static constexpr std::size_t kCounterUnsolicited = kCounterRepeated + 1;
  static constexpr std::size_t kCounterTruncated = kCounterUnsolicited + 1;
  static constexpr std::size_t kCounterNoData = kCounterTruncated + 1;
  static constexpr std::size_t kCounterSeveralQuestions = kCounterNoData + 1;
  static constexpr std::size_t kCounterMalformed = kCounterSeveralQuestions + 1;
  static constexpr auto kCounters = [] {
    constexpr std::string_view kTransactions = "netpulse_dns_transactions_total";
    constexpr std::string_view kTransactionsHelp =
        "DNS queries over UDP and TCP, by what became of them: answered; unanswered in time; forgotten, since too many "
        "were open. unanswered by all is the share that failed.";
    std::array<MetricDescription, kCounterMalformed + 1> counters{};
    std::size_t i = 0;
    for (const std::string_view kind : kDnsKindLabels)
      for (const std::string_view transport : kDnsTransportLabels)
        counters[i++] = {"netpulse_dns_messages_total", "DNS messages.", "kind", kind, "transport", transport};
    for (const std::string_view rcode : kDnsRcodeLabels)
      counters[i++] = {"netpulse_dns_responses_total",
                       "DNS responses by response code, but for multicast DNS. NXDOMAIN is a good answer; SERVFAIL and "
                       "REFUSED are failures.",
                       "rcode", rcode};
    for (const std::string_view type : kDnsTypeLabels)
      counters[i++] = {"netpulse_dns_queries_total", "DNS queries over UDP and TCP.", "type", type};
    for (const std::string_view info_code : kDnsExtendedErrorLabels)
      counters[i++] = {"netpulse_dns_extended_errors_total", "Extended errors (RFC 8914) in DNS responses.",
                       "info_code", info_code};
    for (const std::string_view result : {"answered", "unanswered", "forgotten"})
      counters[i++] = {kTransactions, kTransactionsHelp, "result", result};
    counters[i++] = {"netpulse_dns_retransmitted_queries_total", "DNS queries sent again before an answer came."};
    counters[i++] = {"netpulse_dns_repeated_responses_total", "Further DNS responses to queries sent again."};
    counters[i++] = {"netpulse_dns_unsolicited_responses_total", "DNS responses to no open query."};
    counters[i++] = {"netpulse_dns_truncated_responses_total", "DNS responses cut short by their sender (TC)."};
    counters[i++] = {"netpulse_dns_no_data_responses_total",
                     "DNS responses without error and without a record of the type asked for (RFC 2308)."};
    counters[i++] = {"netpulse_dns_several_questions_total", "Unicast DNS messages with more than one question."};
    counters[i++] = {"netpulse_dns_malformed_total", "DNS messages that contradict themselves."};
    return counters;
  }();
  static constexpr auto kHistograms = [] {
    constexpr std::string_view kHelp = "Time from a DNS query, the first if it was sent again, to its answer.";
    return std::array{MetricDescription{"netpulse_dns_latency_seconds", kHelp, "transport", kDnsTransportLabels[0]},
                      MetricDescription{"netpulse_dns_latency_seconds", kHelp, "transport", kDnsTransportLabels[1]}};
  }();

  /// Resolvers that the report lists; the others are its last row, all in one.
  static constexpr std::size_t kResolversListedMax = 512;
  /// By resolver, for queries over UDP and TCP.
  static constexpr std::array<ReportColumn, 6> kResolverColumns{
      ReportColumn{.name = "transactions", .heading = "queries"},
      ReportColumn{.name = "answered", .heading = "answered"},
      ReportColumn{.name = "name_errors", .heading = "no such name"},
      ReportColumn{.name = "failures", .heading = "failures"},
      ReportColumn{.name = "latency_ms_mean", .heading = "mean ms", .kind = ValueKind::kMilliseconds, .mean_over = 1},
      ReportColumn{.name = "latency_ms_max", .heading = "max ms", .kind = ValueKind::kMilliseconds}};
  static constexpr std::array<ReportTableDescription, 1> kTables{
      ReportTableDescription{"dns", "resolvers", "DNS resolvers", kResolverColumns, RowSubject::kHost}};

  struct PerWorker {
    DnsTransactions transactions;
    DnsResolvers resolvers;
  };

  static Verdict probe(const PacketView& packet) noexcept;
  static Verdict consume(const PacketView& packet, State& state, AnalyzerContext& context) noexcept;
  static void advance(PerWorker& worker, Timestamp now, bool last, AnalyzerContext& context) noexcept;
  static void merge(PerWorker& all, const PerWorker& other) noexcept { all.resolvers.merge(other.resolvers); }
  static void report(PerWorker& all, AnalyzerContext& context);
};

}  // namespace netpulse
