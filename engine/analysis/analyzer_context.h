#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "engine/base/bytes.h"
#include "engine/base/ip_address.h"
#include "engine/base/time.h"
#include "engine/flow/flow_record.h"
#include "engine/packet/packet_view.h"

namespace netpulse {

/// What an analyzer may do besides reading its packet. Implemented by the dispatcher for the packet in hand, and by a
/// recording one in tests. Virtual calls happen only when something was found, not per packet.
class AnalyzerContext {
 public:
  virtual ~AnalyzerContext() = default;

  /// The flow's cold record; a scratch record that nobody reads when the pool is empty. Fields it owns: tls_*, ja*,
  /// alpn, ech.
  virtual FlowDetail& detail() noexcept = 0;
  /// The flow's name: 1-255 bytes, stored in lower case; application and category follow from it. The first one stays
  /// (later calls for the same flow are ignored), but a name found by an analyzer replaces one from a DNS answer.
  virtual void set_server_name(std::string_view name) noexcept = 0;
  /// Adds a name to the report's list (index into the analyzer's kNameLists). Costs nothing unless a report was asked
  /// for.
  virtual void observe_name(std::size_t list_index, std::string_view name) noexcept = 0;
  /// A DNS answer: client was told that address belongs to name, for ttl_seconds.
  virtual void learn_address(const IpAddress& client, const IpAddress& address, std::string_view name,
                             std::uint32_t ttl_seconds) noexcept = 0;
  /// Adds to a counter (index into the analyzer's kCounters), or observes a duration (into kHistograms).
  virtual void count(std::size_t counter_index, std::uint64_t increment = 1) noexcept = 0;
  virtual void observe_latency(std::size_t histogram_index, Duration latency) noexcept = 0;
  /// kStreamPrefix over TCP: drop the first count bytes of this direction's prefix; the next call starts behind them.
  virtual void discard_stream(std::size_t count) noexcept = 0;
  /// True if this packet travels from the initiator (the IPFIX source) to the responder.
  virtual bool from_initiator() const noexcept = 0;
  /// True when this direction's stream has a hole that the prefix limit or lost segments will never fill.
  virtual bool stream_gave_up() const noexcept = 0;
};

}  // namespace netpulse
