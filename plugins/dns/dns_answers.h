#pragma once

#include "engine/analysis/analyzer_context.h"
#include "plugins/dns/dns_message.h"

namespace netpulse {

/// At most this many addresses are learned from one message.
inline constexpr std::size_t kDnsAddressesMax = 64;
/// Walks over the answers, when CNAMEs stand behind what they lead to.
inline constexpr std::size_t kDnsChainPassesMax = 8;

/// What the answer sections of a response hold besides addresses.
struct DnsAnswers {
  std::uint16_t rcode = 0;  ///< with the extended bits of the OPT record (RFC 6891 section 6.1.3)
};

/// Learns the addresses that the answers give to the question's name, through CNAMEs, for client. answers_offset:
/// behind the questions. False: a record contradicts its container; what stands before it was learned.
bool learn_dns_answers(Bytes message, const DnsHeader& header, const DnsQuestion& question, std::string_view name,
                       std::size_t answers_offset, const IpAddress& client, AnalyzerContext& context,
                       DnsAnswers& found) noexcept;

/// Multicast DNS: learns the addresses of names below .local (RFC 6762 section 3) from all sections, for every client.
bool learn_mdns_records(Bytes message, const DnsHeader& header, std::size_t answers_offset,
                        AnalyzerContext& context) noexcept;

}  // namespace netpulse
