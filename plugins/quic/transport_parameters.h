#pragma once

#include <string_view>

#include "engine/base/bytes.h"

namespace netpulse {

/// The text that Google's clients send as transport parameter 0x3129; empty if there is none. extensions: those of a
/// ClientHello whose lists are checked. Source: RFC 9000 section 18, RFC 9001 section 8.2 (0xffa5 in its drafts).
std::string_view quic_user_agent(Bytes extensions) noexcept;

}  // namespace netpulse
