#include <array>

#include "engine/base/assert.h"
#include "engine/packet/decode.h"
#include "tests/fuzz/fuzz.h"

using namespace netpulse;

namespace {

constexpr std::array<std::uint16_t, 26> kLinkTypes{1,   0,   9,   12,  14,  50,  51,  101, 104, 105, 107, 108, 113,
                                                   119, 127, 163, 192, 204, 228, 229, 239, 253, 258, 276, 147, 65535};

void check(const RawPacket& raw, const PacketView& view) {
  NP_ASSERT(view.status < DecodeStatus::kCount);
  NP_ASSERT(view.payload_captured_bytes <= view.payload_bytes && view.payload_bytes <= raw.wire_bytes);
  NP_ASSERT((view.payload_data == nullptr) == (view.payload_captured_bytes == 0));
  if (view.payload_data != nullptr) {
    NP_ASSERT(view.payload_data >= raw.data);
    NP_ASSERT(view.payload_data + view.payload_captured_bytes <= raw.data + raw.captured_bytes);
    // Read what the view promises, so that the sanitizer has a say.
    unsigned sum = 0;
    for (const std::uint8_t byte : view.payload()) sum += byte;
    NP_ASSERT(sum <= 255u * view.payload_captured_bytes);
  }
  NP_ASSERT(view.tunnel_layers <= kTunnelLayersMax);
  NP_ASSERT(view.has_flow() || (view.hash == 0 && view.key == FlowKey{}));
}

}  // namespace

/// The first byte chooses the link type; then frames, each with its length in two bytes; the last one may be cut, as by
/// a snap length.
void fuzz_one(Bytes input) {
  Decoder decoder(HashSeed::fixed(1), 16);
  ByteCursor cursor(input);
  RawPacket raw;
  raw.link_type = kLinkTypes[cursor.u8() % kLinkTypes.size()];
  while (cursor.remaining() >= 2) {
    const std::uint16_t length = cursor.u16();
    const Bytes frame = cursor.take(length < cursor.remaining() ? length : cursor.remaining());
    raw.data = frame.data();
    raw.captured_bytes = static_cast<std::uint32_t>(frame.size());
    raw.wire_bytes = length;
    raw.received_at = raw.received_at + Duration::from_milliseconds(10);
    ++raw.number;
    PacketView view;
    decoder.decode(raw, view);
    check(raw, view);
  }
}
