#include "plugins/telemetry/telemetry.h"

namespace netpulse {
namespace {

constexpr std::size_t kHeaderBytesV5 = 24, kRecordBytesV5 = 48, kRecordBytesV7 = 52, kRecordsMaxV5 = 30;
constexpr std::size_t kHeaderBytesV9 = 20, kIpfixHeaderBytes = 16, kSetHeaderBytes = 4;
constexpr std::uint16_t kIpfixVersion = 10, kDataSetIdMin = 256;

/// Sets, one at least, each with an id that is known or for data, up to the end of what the cursor has.
bool are_sets(ByteCursor cursor, std::uint16_t template_id) noexcept {
  if (cursor.at_end()) return false;
  while (!cursor.at_end()) {
    const std::uint16_t id = cursor.u16(), set_bytes = cursor.u16();
    const bool known = id == template_id || id == template_id + 1 || id >= kDataSetIdMin;
    if (!known || set_bytes < kSetHeaderBytes) return false;
    cursor.skip(set_bytes - kSetHeaderBytes);
  }
  return !cursor.failed();
}

}  // namespace

Verdict Netflow::probe(const PacketView& packet) noexcept {
  if (!over_udp(packet)) return Verdict::kNotMine;
  ByteCursor cursor(packet.payload());
  const std::uint16_t version = cursor.u16(), count = cursor.u16();
  if (cursor.failed() || count == 0) return Verdict::kNotMine;
  const std::size_t size = packet.payload_bytes;
  if (version == 5) return mine_if(count <= kRecordsMaxV5 && size == kHeaderBytesV5 + count * kRecordBytesV5);
  if (version == 7) return mine_if(count <= kRecordsMaxV5 && size == kHeaderBytesV5 + count * kRecordBytesV7);
  if (version != 9) return Verdict::kNotMine;
  constexpr std::uint16_t kTemplateId = 0;
  cursor.skip(kHeaderBytesV9 - cursor.position());
  return mine_if(!cursor.failed() && are_sets(cursor, kTemplateId));
}

Verdict Ipfix::probe(const PacketView& packet) noexcept {
  constexpr std::uint16_t kTemplateId = 2;
  ByteCursor cursor(packet.payload());
  const std::uint16_t version = cursor.u16(), length = cursor.u16();
  if (cursor.failed()) return unless_more_comes(packet);
  if (version != kIpfixVersion || length < kIpfixHeaderBytes + kSetHeaderBytes) return Verdict::kNotMine;
  if (over_tcp(packet)) return mine_when_whole(packet, length);
  cursor.skip(kIpfixHeaderBytes - cursor.position());
  return mine_if(length == packet.payload_bytes && !cursor.failed() && are_sets(cursor, kTemplateId));
}

Verdict Sflow::probe(const PacketView& packet) noexcept {
  constexpr std::uint32_t kVersion = 5, kAddressV4 = 1, kAddressV6 = 2, kSamplesMax = 1024;
  if (!over_udp(packet)) return Verdict::kNotMine;
  ByteCursor cursor(packet.payload());
  const std::uint32_t version = cursor.u32(), address = cursor.u32();
  cursor.skip(address == kAddressV6 ? 16 : 4);
  cursor.skip(3 * sizeof(std::uint32_t));  // sub-agent, sequence number, uptime
  const std::uint32_t samples = cursor.u32();
  if (cursor.failed() || version != kVersion || (address != kAddressV4 && address != kAddressV6) ||
      samples > kSamplesMax)
    return Verdict::kNotMine;
  for (std::uint32_t i = 0; i < samples && !cursor.failed(); ++i) {
    cursor.skip(sizeof(std::uint32_t));  // format
    const std::uint32_t sample_bytes = cursor.u32();
    cursor.skip(sample_bytes);
  }
  return mine_if(cursor.failed() ? is_cut(packet) : cursor.at_end());
}

}  // namespace netpulse
