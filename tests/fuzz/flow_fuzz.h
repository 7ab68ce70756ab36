#pragma once

#include "engine/analysis/analyzer.h"
#include "engine/base/assert.h"
#include "tests/unit/plugins/flow_driver.h"

namespace netpulse::test {

/// Feeds a flow with pieces, each with a byte that says who sends it and two for its length, and looks whether the
/// analyzer kept to its contract.
inline void fuzz_pieces(const AnalyzerEntry& analyzer, std::uint8_t protocol, std::uint16_t port, bool snapped,
                        ByteCursor cursor) {
  RecordingContext context;
  FlowDriver flow(analyzer, protocol, port, context);
  if (snapped) flow.packet().flags = PacketView::kFlagSnapped;
  while (!cursor.at_end()) {
    const std::uint8_t who = cursor.u8();
    const std::size_t wanted = cursor.u16() & 0x3fffU;
    const Bytes piece = cursor.take(wanted < cursor.remaining() ? wanted : cursor.remaining());
    context.gave_up = (who & 2) != 0;
    flow.feed((who & 1) != 0, piece);
  }
  NP_ASSERT(flow.discard_in_range());
  NP_ASSERT(context.counters.size() <= analyzer.counters.size());
  for (const auto& observed : context.observed) NP_ASSERT(observed.list < analyzer.name_lists.size());
  for (const auto& learned : context.learned) NP_ASSERT(!learned.name.empty());
}

/// Drives an analyzer with a flow made from fuzz input: a byte for protocol and port, then pieces.
inline void fuzz_flow(const AnalyzerEntry& analyzer, Bytes input) {
  constexpr std::uint16_t kPorts[] = {53, 5353, 5355, 443};
  ByteCursor cursor(input);
  const std::uint8_t kind = cursor.u8();
  fuzz_pieces(analyzer, (kind & 1) != 0 ? 6 : 17, kPorts[kind >> 1 & 3], (kind & 0x10) != 0, cursor);
}

}  // namespace netpulse::test
