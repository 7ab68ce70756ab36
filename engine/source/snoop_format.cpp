#include "engine/source/snoop_format.h"

#include <algorithm>
#include <string_view>

#include "engine/source/byte_order.h"

namespace netpulse {
namespace {

constexpr std::size_t kRecordHeaderBytes = 24;

/// Datalink types of RFC 1761 section 4 as LINKTYPE_*.
std::uint16_t link_type_of(std::uint32_t datalink) noexcept {
  switch (datalink) {
    case 0:  // IEEE 802.3
    case 4:  // Ethernet
      return 1;
    case 2:  // IEEE 802.5 token ring
      return 6;
    case 8:  // FDDI
      return 10;
    default:
      return kLinkTypeUnknown;
  }
}

class SnoopReader final : public RecordReader {
 public:
  SnoopReader(std::uint16_t link_type, std::uint16_t interface_index)
      : link_type_(link_type), interface_index_(interface_index) {}

  ParseStep parse(Bytes window, std::span<RawPacket> out, ParseContext& context) noexcept override {
    ParseStep step;
    while (step.packet_count < out.size()) {
      const Bytes rest = window.subspan(step.consumed_bytes);
      ByteCursor cursor(rest);
      const std::uint32_t wire = cursor.u32(), captured = cursor.u32(), record = cursor.u32();
      cursor.skip(4);  // cumulative drops
      const std::uint32_t seconds = cursor.u32(), microseconds = cursor.u32();
      if (cursor.failed()) return step;
      if (captured > captured_bytes_max(link_type_) || record > kRecordBytesMax ||
          record < kRecordHeaderBytes + captured)
        return corrupt(step, captured, record);
      if (rest.size() < record) return step;
      RawPacket& packet = out[step.packet_count++];
      packet.data = rest.data() + kRecordHeaderBytes;
      packet.captured_bytes = captured;
      packet.wire_bytes = std::max(wire, captured);
      packet.received_at = {std::int64_t{seconds} * 1'000'000'000 + std::int64_t{microseconds} * 1000};
      packet.number = context.next_number++;
      packet.cookie = context.cookie;
      packet.link_type = link_type_;
      packet.interface_index = interface_index_;
      context.last = packet.received_at;
      context.latest = std::max(context.latest, packet.received_at);
      step.consumed_bytes += record;
    }
    step.status = ParseStatus::kOutputFull;
    return step;
  }

 private:
  ParseStep corrupt(ParseStep step, std::uint32_t captured, std::uint32_t record) {
    fault_ =
        "a snoop record of " + std::to_string(record) + " bytes claims " + std::to_string(captured) + " captured bytes";
    step.status = ParseStatus::kCorrupt;
    return step;
  }

  const std::uint16_t link_type_;
  const std::uint16_t interface_index_;
};

}  // namespace

Result<std::unique_ptr<RecordReader>> make_snoop_reader(Bytes header, const std::string& file_name,
                                                        InterfaceNames& interfaces) {
  constexpr std::string_view kIdentification{"snoop\0\0\0", 8};
  constexpr std::uint32_t kVersion = 2;
  ByteCursor cursor(header);
  const Bytes identification = cursor.take(kIdentification.size());
  const std::uint32_t version = cursor.u32(), datalink = cursor.u32();
  NP_ASSERT(!cursor.failed());
  if (as_text(identification) != kIdentification) return Error{"it begins like a snoop file, but is none"};
  if (version != kVersion) return Error{"snoop version " + std::to_string(version) + " is not supported; 2 is"};
  return std::unique_ptr<RecordReader>(
      std::make_unique<SnoopReader>(link_type_of(datalink), interfaces.index_of(file_name)));
}

}  // namespace netpulse
