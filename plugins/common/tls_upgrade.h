#pragma once

#include <array>
#include <string_view>

#include "engine/base/bytes.h"
#include "engine/metrics/metric_description.h"

namespace netpulse {

/// True if a TLS record with a handshake message begins here; so a client that did not wait for the answer to its
/// STARTTLS is recognised, and an answer that the capture has lost does no harm. Text never begins with octet 22.
constexpr bool begins_tls(Bytes stream) noexcept {
  return stream.size() >= 3 && stream[0] == 0x16 && stream[1] == 0x03 && stream[2] <= 4;
}
/// Too short to say, but nothing else begins so.
constexpr bool may_begin_tls(Bytes stream) noexcept {
  return !stream.empty() && stream.size() < 3 && stream[0] == 0x16;
}

/// Counters of a protocol that TLS may take over from: index of kUpgradeAccepted, kUpgradeRefused.
inline constexpr std::size_t kUpgradeAccepted = 0, kUpgradeRefused = 1;
constexpr std::array<MetricDescription, 2> upgrade_counters(std::string_view family) noexcept {
  constexpr std::string_view kHelp = "Requests to go on with TLS, by the server's answer.";
  return {MetricDescription{family, kHelp, "result", "accepted"},
          MetricDescription{family, kHelp, "result", "refused"}};
}

}  // namespace netpulse
