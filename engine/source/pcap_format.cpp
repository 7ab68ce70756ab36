#include "engine/source/pcap_format.h"

#include <algorithm>
#include <utility>

#include "engine/base/prefetch.h"
#include "engine/source/byte_order.h"

namespace netpulse {
namespace {

constexpr std::uint32_t kMagicMicroseconds = 0xa1b2c3d4;
constexpr std::uint32_t kMagicNanoseconds = 0xa1b23c4d;
constexpr std::uint32_t kMagicModified = 0xa1b2cd34;  // Kuznetzov's: an interface index and a protocol more per record
constexpr std::size_t kRecordHeaderBytes = 16;
constexpr std::size_t kRecordHeaderBytesModified = 24;

bool is_magic(std::uint32_t magic) noexcept {
  return magic == kMagicMicroseconds || magic == kMagicNanoseconds || magic == kMagicModified;
}

/// Until version 2.3 some writers stored the two lengths in the other order.
enum class SwappedLengths : std::uint8_t { kNo, kIfCapturedIsLarger, kYes };

struct PcapLayout {
  std::int64_t nanoseconds_per_unit = 1000;
  std::uint32_t captured_max = kCapturedBytesMax;
  std::uint16_t link_type = 1;
  std::uint16_t interface_index = 0;
  std::size_t record_header_bytes = kRecordHeaderBytes;
  SwappedLengths swapped = SwappedLengths::kNo;
};

/// kUsual: 16-byte record headers and lengths in order; the compiler then knows every constant of the loop.
template <std::endian kOrder, bool kUsual>
class PcapReader final : public RecordReader {
 public:
  explicit PcapReader(const PcapLayout& layout) : layout_(layout) {}

  ParseStep parse(Bytes window, std::span<RawPacket> out, ParseContext& context) noexcept override {
    const PcapLayout layout = layout_;
    const std::size_t header_bytes = kUsual ? kRecordHeaderBytes : layout.record_header_bytes;
    const std::uint8_t* at = window.data();
    const std::uint8_t* const end = at + window.size();
    std::int64_t latest = context.latest.nanoseconds;
    ParseStatus status = ParseStatus::kOutputFull;
    std::size_t count = 0;
    for (; count < out.size(); ++count) {
      const auto left = static_cast<std::size_t>(end - at);
      if (left < header_bytes) {
        status = ParseStatus::kNeedMore;
        break;
      }
      std::uint32_t captured = load<std::uint32_t, kOrder>(at + 8);
      std::uint32_t wire = load<std::uint32_t, kOrder>(at + 12);
      if constexpr (!kUsual) {
        if (layout.swapped == SwappedLengths::kYes ||
            (layout.swapped == SwappedLengths::kIfCapturedIsLarger && captured > wire))
          std::swap(captured, wire);
      }
      if (captured > layout.captured_max) [[unlikely]] {
        status = corrupt(captured);
        break;
      }
      if (left - header_bytes < captured) {
        status = ParseStatus::kNeedMore;
        break;
      }
      RawPacket& packet = out[count];
      packet.data = at + header_bytes;
      prefetch_to_read(packet.data + captured);  // the next record's header
      packet.captured_bytes = captured;
      packet.wire_bytes = std::max(wire, captured);
      packet.received_at.nanoseconds =
          static_cast<std::int64_t>(load<std::uint32_t, kOrder>(at)) * 1'000'000'000 +
          static_cast<std::int64_t>(load<std::uint32_t, kOrder>(at + 4)) * layout.nanoseconds_per_unit;
      packet.number = context.next_number + count;
      packet.cookie = context.cookie;
      packet.link_type = layout.link_type;
      packet.interface_index = layout.interface_index;
      latest = std::max(latest, packet.received_at.nanoseconds);
      at = packet.data + captured;
    }
    if (count != 0) context.last = out[count - 1].received_at;
    context.latest.nanoseconds = latest;
    context.next_number += count;
    return {static_cast<std::uint32_t>(count), status, static_cast<std::uint64_t>(at - window.data())};
  }

 private:
  ParseStatus corrupt(std::uint32_t captured) {
    fault_ = "a packet record claims " + std::to_string(captured) + " captured bytes; at most " +
             std::to_string(layout_.captured_max) + " are possible";
    return ParseStatus::kCorrupt;
  }

  const PcapLayout layout_;
};

template <std::endian kOrder>
Result<std::unique_ptr<RecordReader>> make_reader(Bytes header, const std::string& file_name,
                                                  InterfaceNames& interfaces) {
  constexpr unsigned kMajor = 2;
  const std::uint32_t magic = load<std::uint32_t, kOrder>(header.data());
  const unsigned major = load<std::uint16_t, kOrder>(header.data() + 4);
  const unsigned minor = load<std::uint16_t, kOrder>(header.data() + 6);
  if (major < kMajor)
    return Error{"pcap version " + std::to_string(major) + "." + std::to_string(minor) +
                 " is not supported; 2.0 and later are"};
  PcapLayout layout;
  if (magic == kMagicNanoseconds) layout.nanoseconds_per_unit = 1;
  if (magic == kMagicModified) layout.record_header_bytes = kRecordHeaderBytesModified;
  if (major == kMajor && minor < 3) layout.swapped = SwappedLengths::kYes;
  if (major == kMajor && minor == 3) layout.swapped = SwappedLengths::kIfCapturedIsLarger;
  layout.link_type = link_type_from_field(load<std::uint32_t, kOrder>(header.data() + 20));
  layout.captured_max = captured_bytes_max(layout.link_type);
  layout.interface_index = interfaces.index_of(file_name);
  if (layout.record_header_bytes == kRecordHeaderBytes && layout.swapped == SwappedLengths::kNo)
    return std::unique_ptr<RecordReader>(std::make_unique<PcapReader<kOrder, true>>(layout));
  return std::unique_ptr<RecordReader>(std::make_unique<PcapReader<kOrder, false>>(layout));
}

}  // namespace

bool is_pcap_magic(std::uint32_t magic) noexcept { return is_magic(magic) || is_magic(__builtin_bswap32(magic)); }

Result<std::unique_ptr<RecordReader>> make_pcap_reader(Bytes header, const std::string& file_name,
                                                       InterfaceNames& interfaces) {
  NP_ASSERT(header.size() == kPcapFileHeaderBytes);
  return is_magic(load<std::uint32_t, std::endian::big>(header.data()))
             ? make_reader<std::endian::big>(header, file_name, interfaces)
             : make_reader<std::endian::little>(header, file_name, interfaces);
}

}  // namespace netpulse
