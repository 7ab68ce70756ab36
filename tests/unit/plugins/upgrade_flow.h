#pragma once

#include <initializer_list>
#include <string_view>

#include "tests/unit/plugins/common/hello_builder.h"
#include "tests/unit/plugins/flow_driver.h"

namespace netpulse::test {

/// A flow of a protocol that TLS may take over from, and what its analyzer says.
template <class A>
struct UpgradeFlow {
  explicit UpgradeFlow(std::uint16_t server_port) : flow(kEntry, 6, server_port, context) {}

  Verdict client(std::string_view text) { return flow.feed(true, as_bytes(text)); }
  Verdict server(std::string_view text) { return flow.feed(false, as_bytes(text)); }
  Verdict client(const ByteVector& bytes) { return flow.feed(true, bytes); }
  Verdict server(const ByteVector& bytes) { return flow.feed(false, bytes); }
  /// Handed over with this many bytes of the last payload used up.
  bool upgraded_behind(std::size_t bytes) const { return context.handed_over && context.discarded == bytes; }

  static constexpr AnalyzerEntry kEntry = make_analyzer_entry<A>();
  RecordingContext context;
  FlowDriver flow;
};

/// The verdict of probe() for one payload on a port.
template <class A>
Verdict probed(std::string_view payload, std::uint16_t server_port, bool from_initiator = false) {
  static constexpr AnalyzerEntry kEntry = make_analyzer_entry<A>();
  RecordingContext context;
  FlowDriver flow(kEntry, 6, server_port, context);
  flow.feed(from_initiator, as_bytes(payload));
  return flow.probed();
}

}  // namespace netpulse::test
