#include "plugins/quic/quic.h"

#include "plugins/quic/gquic.h"
#include "plugins/quic/transport_parameters.h"
#include "tests/fuzz/flow_fuzz.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/plugins/quic/quic_builder.h"

namespace netpulse {
namespace {

/// The frames behind encryption that no mutation gets through: the input in one or two packets of either side.
void fuzz_frames(Bytes input) {
  static constexpr AnalyzerEntry kQuic = make_analyzer_entry<Quic>();
  ByteCursor cursor(input);
  const std::uint8_t kind = cursor.u8();
  const std::size_t split = cursor.u16();
  const Bytes rest = cursor.take_rest();
  const Bytes first = rest.first(std::min(split, rest.size())), second = rest.subspan(first.size());
  constexpr std::uint32_t kVersions[] = {kQuicVersion1, kQuicVersion2, 0xff00001d, 0x51303530};
  const std::uint32_t version = kVersions[kind & 3];
  test::RecordingContext context;
  test::FlowDriver flow(kQuic, 17, 443, context);
  flow.feed(true, test::client_initial(version).build({first.begin(), first.end()}));
  const test::InitialBuilder other = (kind & 4) != 0 ? test::server_initial(version) : test::client_initial(version);
  flow.feed((kind & 4) == 0, other.build({second.begin(), second.end()}));
}

}  // namespace
}  // namespace netpulse

void fuzz_one(netpulse::Bytes input) {
  using namespace netpulse;
  static constexpr AnalyzerEntry kQuic = make_analyzer_entry<Quic>();
  test::fuzz_flow(kQuic, input);
  constexpr std::size_t kFramesBytesMax = 4096;
  if (input.size() <= kFramesBytesMax) fuzz_frames(input);

  CryptoFragments crypto;
  read_quic_frames(input, crypto);
  for (const CryptoFragment& fragment : crypto) NP_ASSERT(fragment.offset < kStreamPrefixBytes);
  crypto.clear();
  read_gquic_frames(input, crypto);
  GquicHello hello;
  read_gquic_hello(input, hello);
  gquic_crypto_stream(input);
}
