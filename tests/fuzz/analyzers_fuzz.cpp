#include "plugins/registry.h"
#include "tests/fuzz/flow_fuzz.h"
#include "tests/fuzz/fuzz.h"

/// Every registered analyzer: a byte that chooses one, then protocol and port, then pieces. The corpus begins with the
/// sample conversations of the contract suite; an input may reach another analyzer when analyzers are added, which does
/// no harm.
void fuzz_one(netpulse::Bytes input) {
  using namespace netpulse;
  const std::span<const AnalyzerEntry> analyzers = registered_analyzers();
  ByteCursor cursor(input);
  const AnalyzerEntry& analyzer = analyzers[cursor.u8() % analyzers.size()];
  const std::uint8_t kind = cursor.u8();
  const std::uint16_t port = cursor.u16();
  if (!cursor.failed()) test::fuzz_pieces(analyzer, (kind & 1) != 0 ? 6 : 17, port, (kind & 2) != 0, cursor);
}
