#include "engine/analysis/catalogue_syntax.h"

#include <algorithm>
#include <charconv>

#include "engine/analysis/address_index.h"

namespace netpulse {
namespace {

constexpr std::size_t kKeywordBytesMin = 4;
constexpr std::uint8_t kTcp = 6, kUdp = 17, kSctp = 132;
constexpr unsigned kAddressBits = 128, kMappedBits = 96;  // an IPv4 address is the end of an IPv4-mapped one

bool is_name_character(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_'; }

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (status != std::errc() || end != text.data() + text.size() || port == 0) return std::nullopt;
  return port;
}

}  // namespace

std::string fault_in_name_rule(NameRuleKind kind, std::string_view text) {
  if (text.empty()) return "is empty";
  if (text.size() > kNameBytesMax) return "is longer than " + std::to_string(kNameBytesMax) + " bytes";
  const bool wild = kind == NameRuleKind::kPattern;
  const bool has_star = text.find('*') != text.npos;
  if (!wild && has_star)
    return kind == NameRuleKind::kDomain
               ? "a domain covers all names beneath it by itself; wildcards go into 'patterns'"
               : "wildcards go into 'patterns'";
  if (wild && !has_star) return "has no wildcard: write it under 'hosts' or 'domains'";
  for (const char c : text) {
    if (is_name_character(c) || c == '.' || (wild && c == '*')) continue;
    if (static_cast<unsigned char>(c) >= 0x80) return "write international names in their ASCII form (xn--...)";
    if (c == '/' || c == ':') return "is a name, not a URL";
    return std::string("has a character that no host name has: '") + c + "'";
  }
  if (kind == NameRuleKind::kKeyword)
    return text.size() < kKeywordBytesMin ? "is too short for a keyword: it would match too much" : "";
  if (wild && std::none_of(text.begin(), text.end(), is_name_character)) return "would match every name";
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t dot = std::min(text.find('.', at), text.size());
    if (dot == at) return "has an empty label (a dot too many)";
    if (dot - at > kLabelBytesMax) return "has a label of more than " + std::to_string(kLabelBytesMax) + " bytes";
    at = dot + 1;
  }
  return "";
}

std::optional<PortRule> parse_port_rule(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == text.npos) return std::nullopt;
  const std::string_view protocol = text.substr(0, slash), range = text.substr(slash + 1);
  PortRule rule{};
  if (protocol == "ip") {
    const auto number = parse_port(range);
    if (!number || *number > 255 || *number == kTcp || *number == kUdp || *number == kSctp) return std::nullopt;
    rule.protocol = static_cast<std::uint8_t>(*number);
    rule.last = 65535;  // ICMP flows carry identifiers there
    return rule;
  }
  if (protocol == "tcp")
    rule.protocol = kTcp;
  else if (protocol == "udp")
    rule.protocol = kUdp;
  else if (protocol == "sctp")
    rule.protocol = kSctp;
  else
    return std::nullopt;
  const std::size_t dash = range.find('-');
  const auto first = parse_port(range.substr(0, dash));
  const auto last = dash == range.npos ? first : parse_port(range.substr(dash + 1));
  if (!first || !last || *first > *last) return std::nullopt;
  rule.first = *first;
  rule.last = *last;
  return rule;
}

std::optional<ProtocolRule> parse_protocol_rule(std::string_view text) {
  const std::size_t slash = text.find('/');
  ProtocolRule rule{std::string(text.substr(0, slash)), 0, 0, {}};
  if (slash != text.npos) {
    const auto port = parse_port(text.substr(slash + 1));
    if (!port) return std::nullopt;
    rule.port = *port;
  }
  const auto part_of_name = [](char c) { return is_name_character(c); };
  if (rule.protocol.empty() || !std::all_of(rule.protocol.begin(), rule.protocol.end(), part_of_name))
    return std::nullopt;
  return rule;
}

Result<AddressRule> parse_address_rule(std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::optional<IpAddress> address = IpAddress::parse(text.substr(0, slash));
  if (!address) return Error{"is no address: write \"192.0.2.0/24\" or \"2001:db8::/32\""};
  const bool v4 = text.substr(0, slash).find(':') == text.npos;
  const unsigned bits_max = v4 ? kAddressBits - kMappedBits : kAddressBits;
  unsigned bits = bits_max;
  if (slash != text.npos) {
    const std::string_view digits = text.substr(slash + 1);
    const auto [end, status] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
    if (status != std::errc() || end != digits.data() + digits.size() || bits > bits_max)
      return Error{"has no prefix of 1 to " + std::to_string(bits_max) + " bits behind the slash"};
    if (bits == 0) return Error{"would match every address"};
  }
  AddressRule rule{*address, static_cast<std::uint8_t>(v4 ? bits + kMappedBits : bits), 0, {}};
  rule.network = first_address(*address, rule.prefix_bits);
  if (!(rule.network == *address)) return Error{"has bits set behind its prefix; did you mean " + rule.text() + "?"};
  return rule;
}

std::string PortRule::text() const {
  if (first == 0) return "ip/" + std::to_string(protocol);
  const std::string range = std::to_string(first) + (first == last ? "" : "-" + std::to_string(last));
  return (protocol == kTcp ? "tcp/" : protocol == kUdp ? "udp/" : "sctp/") + range;
}

std::string AddressRule::text() const {
  const bool v4 = network.is_v4_mapped() && prefix_bits >= kMappedBits;
  return network.to_string() + "/" + std::to_string(v4 ? prefix_bits - kMappedBits : prefix_bits);
}

}  // namespace netpulse
