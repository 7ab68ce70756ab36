#pragma once

#include <string>
#include <string_view>

namespace netpulse {

/// True if an Accept-Encoding header allows gzip (RFC 9110 section 12.5.3).
bool accepts_gzip(std::string_view accept_encoding);

/// The gzip member of body at the fastest level (RFC 1952); empty if zlib had no memory.
std::string gzip(std::string_view body);

}  // namespace netpulse
