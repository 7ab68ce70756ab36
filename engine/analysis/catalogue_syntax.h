#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/analysis/catalogue_rules.h"

namespace netpulse {

/// Why text is no rule of this kind, or empty if it is one. text: lower case.
std::string fault_in_name_rule(NameRuleKind kind, std::string_view text);

/// "tcp/443", "udp/6881-6889", "sctp/38412", or "ip/47" for a protocol without ports; application and place are left
/// alone.
std::optional<PortRule> parse_port_rule(std::string_view text);

/// "ssh", or "tls/853" for a protocol on one port; application and place are left alone.
std::optional<ProtocolRule> parse_protocol_rule(std::string_view text);

/// "192.0.2.0/24", "2001:db8::/32", or one address; application and place are left alone. Error: why it is none.
Result<AddressRule> parse_address_rule(std::string_view text);

}  // namespace netpulse
