#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "engine/base/result.h"
#include "engine/packet/raw_packet.h"

namespace netpulse {

/// A pcap-filter(7) expression for packets that come from elsewhere than libpcap. Compiled once per link type, when the
/// first packet of that type is met; used by one thread.
class BpfFilter {
 public:
  /// Link types of one run that may be compiled for; packets of more are not accepted.
  static constexpr std::size_t kLinkTypesMax = 64;

  /// Compiles for Ethernet, and where that fails for the other common link types; fails with libpcap's words (for
  /// Ethernet) if the expression fits none of them.
  static Result<BpfFilter> create(const std::string& expression);
  BpfFilter(BpfFilter&&) noexcept;
  BpfFilter& operator=(BpfFilter&&) noexcept;
  ~BpfFilter();

  /// False also for packets of a link type that the expression cannot be compiled for; faults() then tells.
  bool accepts(const RawPacket& packet) noexcept;
  /// One line for each link type that the expression could not be compiled for, without a newline at the end.
  const std::string& faults() const noexcept;

 private:
  struct State;
  explicit BpfFilter(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace netpulse
