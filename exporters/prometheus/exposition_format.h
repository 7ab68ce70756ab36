#pragma once

#include <cstdint>
#include <string_view>

namespace netpulse {

/// What a scrape is written in.
enum class ExpositionFormat : std::uint8_t {
  kText,         ///< Prometheus' text format 0.0.4
  kOpenMetrics,  ///< OpenMetrics 1.0.0
};

/// With version and character set.
std::string_view content_type_of(ExpositionFormat format) noexcept;

/// What a client wants by its Accept header (empty: it sent none). OpenMetrics only where it is named in version 1.0.0
/// or in none, and liked no less than text; whatever cannot be read is passed over, and text is for everybody else.
/// Source: RFC 9110 section 12.5.1.
ExpositionFormat choose_format(std::string_view accept) noexcept;

}  // namespace netpulse
