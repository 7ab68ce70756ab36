#pragma once

#include <array>
#include <cstdint>

#include "engine/analysis/analyzer_context.h"
#include "plugins/dns/dns_message.h"

namespace netpulse {

/// At most this many addresses are learned from one message.
inline constexpr std::size_t kDnsAddressesMax = 64;
/// Walks over the answers, when CNAMEs stand behind what they lead to.
inline constexpr std::size_t kDnsChainPassesMax = 8;
/// Targets of service bindings whose addresses are looked for in the additional section.
inline constexpr std::size_t kDnsTargetsMax = 8;
/// Options of an OPT record that are looked at, and extended errors kept.
inline constexpr std::size_t kDnsOptionsMax = 32, kDnsExtendedErrorsMax = 4;

/// What the sections of a response hold besides addresses.
struct DnsAnswers {
  std::uint16_t rcode = 0;  ///< with the extended bits of the OPT record (RFC 6891 section 6.1.3)
  /// No error, no record of the type asked for, and no referral to other servers (RFC 2308 section 2.2).
  bool no_data = false;
  /// INFO-CODEs of extended errors (RFC 8914 section 2).
  std::array<std::uint16_t, kDnsExtendedErrorsMax> extended_errors;
  std::size_t extended_errors_count = 0;
};

/// Learns the addresses that the response gives to the question's name, for client: in its answers, through CNAMEs
/// (those that a DNAME makes among them, RFC 6672 section 3.1), and, for the targets of service bindings, in the
/// additional section (RFC 9460 section 4.2). name: the question's, empty: nothing is learned. answers_offset: behind
/// the questions. False: a record contradicts its container; what stands before it was learned.
bool learn_dns_answers(Bytes message, const DnsHeader& header, const DnsQuestion& question, std::string_view name,
                       std::size_t answers_offset, const IpAddress& client, AnalyzerContext& context,
                       DnsAnswers& found) noexcept;

/// Multicast DNS: learns the addresses of names below .local (RFC 6762 section 3) from all sections, for every client.
bool learn_mdns_records(Bytes message, const DnsHeader& header, std::size_t answers_offset,
                        AnalyzerContext& context) noexcept;

}  // namespace netpulse
