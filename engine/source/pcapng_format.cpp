#include "engine/source/pcapng_format.h"

#include <algorithm>
#include <array>
#include <limits>
#include <string_view>
#include <utility>

#include "engine/base/text.h"
#include "engine/source/byte_order.h"

namespace netpulse {
namespace {

__extension__ using Wide = unsigned __int128;

constexpr std::uint32_t kInterfaceDescription = 1, kObsoletePacket = 2, kSimplePacket = 3, kEnhancedPacket = 6;
constexpr std::size_t kBlockOverheadBytes = 12;  // type and both lengths
constexpr std::size_t kSectionHeaderBytesMin = 28, kInterfaceBytesMin = 20, kSimplePacketBytesMin = 16,
                      kPacketBytesMin = 32;
constexpr std::size_t kPacketHeaderBytes = 28, kSimplePacketHeaderBytes = 12;
constexpr std::uint16_t kOptionEnd = 0, kOptionName = 2, kOptionTimeResolution = 9, kOptionTimeOffset = 14;

struct Interface {
  PcapngClock clock;
  std::uint32_t snap_length = 0;  // 0: no limit
  std::uint32_t captured_max = kCapturedBytesMax;
  std::uint16_t link_type = 1;
  std::uint16_t index = 0;  // in the run
};

std::string hex(std::uint32_t value) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text = "0x";
  for (int shift = 28; shift >= 0; shift -= 4) text += kDigits[value >> shift & 15];
  return text;
}

template <std::endian kOrder>
Interface parse_interface(Bytes block, const std::string& file_name, InterfaceNames& names) {
  Interface interface;
  interface.link_type = link_type_from_field(load<std::uint16_t, kOrder>(block.data() + 8));
  interface.captured_max = captured_bytes_max(interface.link_type);
  interface.snap_length = load<std::uint32_t, kOrder>(block.data() + 12);
  std::string name = file_name;
  std::uint8_t resolution = 6;
  std::int64_t offset_seconds = 0;
  // Options that overrun the block end the list: the packets are worth more than they are.
  Bytes options = block.subspan(16, block.size() - kInterfaceBytesMin);
  while (options.size() >= 4) {
    const auto code = load<std::uint16_t, kOrder>(options.data());
    const std::size_t length = load<std::uint16_t, kOrder>(options.data() + 2);
    if (code == kOptionEnd || length > options.size() - 4) break;
    const Bytes value = options.subspan(4, length);
    if (code == kOptionName && length != 0) {
      const std::string_view text = as_text(value);
      name = printable(text.substr(0, text.find('\0')));
    }
    if (code == kOptionTimeResolution && length == 1) resolution = value[0];
    if (code == kOptionTimeOffset && length == 8)
      offset_seconds = static_cast<std::int64_t>(load<std::uint64_t, kOrder>(value.data()));
    options = options.subspan(std::min(options.size(), 4 + (length + 3) / 4 * 4));
  }
  interface.clock = PcapngClock(resolution, offset_seconds);
  interface.index = names.index_of(name.empty() ? file_name : name);
  return interface;
}

class PcapngReader final : public RecordReader {
 public:
  explicit PcapngReader(const std::string& file_name) : file_name_(file_name) {}

  ParseStep parse(Bytes window, std::span<RawPacket> out, ParseContext& context) noexcept override {
    ParseStep step;
    for (;;) {
      // Each call goes on to the end of the section at most.
      const bool section_ended = big_endian_ ? parse_blocks<std::endian::big>(window, out, context, step)
                                             : parse_blocks<std::endian::little>(window, out, context, step);
      if (!section_ended || !begin_section(window, step)) return step;
    }
  }

 private:
  ParseStatus corrupt(std::string reason) {
    fault_ = std::move(reason);
    return ParseStatus::kCorrupt;
  }

  /// False: step.status says why no section begins at step.consumed_bytes.
  bool begin_section(Bytes window, ParseStep& step) {
    const Bytes rest = window.subspan(step.consumed_bytes);
    step.status = ParseStatus::kNeedMore;
    if (rest.size() < 12) return false;
    const auto byte_order = load<std::uint32_t, std::endian::big>(rest.data() + 8);
    if (byte_order != kPcapngByteOrderMagic && byte_order != __builtin_bswap32(kPcapngByteOrderMagic)) {
      step.status = corrupt("a section header has the byte-order magic " + hex(byte_order));
      return false;
    }
    big_endian_ = byte_order == kPcapngByteOrderMagic;
    const std::uint32_t length = big_endian_ ? load<std::uint32_t, std::endian::big>(rest.data() + 4)
                                             : load<std::uint32_t, std::endian::little>(rest.data() + 4);
    if (length < kSectionHeaderBytesMin || length > kRecordBytesMax || length % 4 != 0) {
      step.status = corrupt("a section header claims a length of " + std::to_string(length) + " bytes");
      return false;
    }
    if (rest.size() < length) return false;
    const bool accepted = big_endian_ ? check_section<std::endian::big>(rest.first(length), step)
                                      : check_section<std::endian::little>(rest.first(length), step);
    if (!accepted) return false;
    interfaces_.clear();
    step.consumed_bytes += length;
    return true;
  }

  template <std::endian kOrder>
  bool check_section(Bytes block, ParseStep& step) {
    const unsigned major = load<std::uint16_t, kOrder>(block.data() + 12);
    const unsigned minor = load<std::uint16_t, kOrder>(block.data() + 14);
    if (load<std::uint32_t, kOrder>(block.data() + block.size() - 4) != block.size())
      step.status = corrupt("a section header's two lengths differ");
    else if (major != 1 || (minor != 0 && minor != 2))  // 1.2 was written by mistake and means the same
      step.status = corrupt("pcapng version " + std::to_string(major) + "." + std::to_string(minor) +
                            " is not supported; 1.0 is");
    else
      return true;
    return false;
  }

  /// True: a section header is next. False: the output is full, the window used up, or a block is broken.
  template <std::endian kOrder>
  bool parse_blocks(Bytes window, std::span<RawPacket> out, ParseContext& context, ParseStep& step) {
    while (step.packet_count < out.size()) {
      const Bytes rest = window.subspan(step.consumed_bytes);
      step.status = ParseStatus::kNeedMore;
      if (rest.size() < 8) return false;
      const auto type = load<std::uint32_t, kOrder>(rest.data());
      if (type == kPcapngSectionHeader) return true;
      const std::uint32_t length = load<std::uint32_t, kOrder>(rest.data() + 4);
      const std::size_t least = length_min(type);
      if (length < least || length % 4 != 0) {
        step.status = corrupt("a block of type " + hex(type) + " claims a length of " + std::to_string(length) +
                              " bytes; a multiple of 4 from " + std::to_string(least) + " on is possible");
        return false;
      }
      if (length > kRecordBytesMax) {
        if (least == kBlockOverheadBytes) {
          // Only from the front of a window, so that what is skipped is known to begin there.
          if (step.consumed_bytes == 0) step.consumed_bytes = length;
          return false;
        }
        step.status = corrupt("a block of type " + hex(type) + " claims a length of " + std::to_string(length) +
                              " bytes; at most " + std::to_string(kRecordBytesMax) + " are possible");
        return false;
      }
      if (rest.size() < length) return false;
      const Bytes block = rest.first(length);
      if (load<std::uint32_t, kOrder>(block.data() + length - 4) != length) {
        step.status = corrupt("the two lengths of a block of type " + hex(type) + " differ");
        return false;
      }
      if (!parse_block<kOrder>(type, block, out[step.packet_count], context, step)) return false;
      step.consumed_bytes += length;
    }
    step.status = ParseStatus::kOutputFull;
    return false;
  }

  static std::size_t length_min(std::uint32_t type) noexcept {
    if (type == kEnhancedPacket || type == kObsoletePacket) return kPacketBytesMin;
    if (type == kSimplePacket) return kSimplePacketBytesMin;
    return type == kInterfaceDescription ? kInterfaceBytesMin : kBlockOverheadBytes;
  }

  template <std::endian kOrder>
  bool parse_block(std::uint32_t type, Bytes block, RawPacket& packet, ParseContext& context, ParseStep& step) {
    const std::uint8_t* at = block.data();
    if (type == kEnhancedPacket || type == kObsoletePacket) {
      const std::uint32_t id =
          type == kEnhancedPacket ? load<std::uint32_t, kOrder>(at + 8) : load<std::uint16_t, kOrder>(at + 8);
      const std::uint64_t units =
          std::uint64_t{load<std::uint32_t, kOrder>(at + 12)} << 32 | load<std::uint32_t, kOrder>(at + 16);
      const std::uint32_t captured = load<std::uint32_t, kOrder>(at + 20), wire = load<std::uint32_t, kOrder>(at + 24);
      if (!check_packet(id, captured, block.size() - kPacketBytesMin, step)) return false;
      context.last = interfaces_[id].clock.to_timestamp(units);
      context.latest = std::max(context.latest, context.last);
      fill(packet, block.subspan(kPacketHeaderBytes, captured), wire, interfaces_[id], context);
      ++step.packet_count;
    } else if (type == kSimplePacket) {
      const std::uint32_t wire = load<std::uint32_t, kOrder>(at + 8);
      const auto room = static_cast<std::uint32_t>(block.size() - kSimplePacketBytesMin);
      const std::uint32_t snapped =
          interfaces_.empty() || interfaces_[0].snap_length == 0 ? wire : std::min(wire, interfaces_[0].snap_length);
      const std::uint32_t captured = std::min(snapped, room);
      if (!check_packet(0, captured, room, step)) return false;
      fill(packet, block.subspan(kSimplePacketHeaderBytes, captured), wire, interfaces_[0], context);
      ++step.packet_count;
    } else if (type == kInterfaceDescription) {
      if (interfaces_.size() == kPcapngInterfacesMax) {
        step.status = corrupt("a section has more than " + std::to_string(kPcapngInterfacesMax) + " interfaces");
        return false;
      }
      interfaces_.push_back(parse_interface<kOrder>(block, file_name_, *context.interfaces));
    }
    return true;
  }

  bool check_packet(std::uint32_t id, std::uint32_t captured, std::size_t room, ParseStep& step) {
    if (id >= interfaces_.size()) {
      step.status = corrupt("a packet block names interface " + std::to_string(id) + ", but the section has " +
                            std::to_string(interfaces_.size()) + " so far");
    } else if (captured > room) {
      step.status =
          corrupt("a packet block with room for " + std::to_string(room) + " bytes claims " + std::to_string(captured));
    } else if (captured > interfaces_[id].captured_max) {
      step.status = corrupt("a packet block claims " + std::to_string(captured) + " captured bytes; at most " +
                            std::to_string(interfaces_[id].captured_max) + " are possible");
    } else {
      return true;
    }
    return false;
  }

  static void fill(RawPacket& packet, Bytes data, std::uint32_t wire, const Interface& interface,
                   ParseContext& context) {
    packet.data = data.data();
    packet.captured_bytes = static_cast<std::uint32_t>(data.size());
    packet.wire_bytes = std::max(wire, packet.captured_bytes);
    packet.received_at = context.last;
    packet.number = context.next_number++;
    packet.cookie = context.cookie;
    packet.link_type = interface.link_type;
    packet.interface_index = interface.index;
  }

  const std::string file_name_;
  bool big_endian_ = false;
  std::vector<Interface> interfaces_;
};

constexpr std::uint64_t kNanosecondsPerSecond = 1'000'000'000;

constexpr std::uint64_t power_of_ten(unsigned exponent) noexcept {
  std::uint64_t power = 1;
  for (unsigned i = 0; i < exponent; ++i) power *= 10;
  return power;
}

}  // namespace

PcapngClock::PcapngClock(std::uint8_t resolution, std::int64_t offset_seconds) noexcept {
  constexpr std::uint8_t kBinary = 0x80;
  constexpr unsigned kNanoExponent = 9, kExponentMax = kNanoExponent + 19;  // 10^19 still fits 64 bits
  const unsigned exponent = resolution & 0x7fU;
  if ((resolution & kBinary) != 0) {
    multiplier_ = kNanosecondsPerSecond;
    shift_ = exponent;
  } else if (exponent <= kNanoExponent) {
    multiplier_ = power_of_ten(kNanoExponent - exponent);
  } else if (exponent <= kExponentMax) {
    multiplier_ = 1;
    divisor_ = power_of_ten(exponent - kNanoExponent);
  } else {
    multiplier_ = 0;  // 2^64 of such units are less than a nanosecond or two
  }
  if (__builtin_mul_overflow(offset_seconds, std::int64_t{kNanosecondsPerSecond}, &offset_ns_))
    offset_ns_ =
        offset_seconds < 0 ? std::numeric_limits<std::int64_t>::min() : std::numeric_limits<std::int64_t>::max();
}

Timestamp PcapngClock::to_timestamp(std::uint64_t units) const noexcept {
  constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
  Wide scaled = static_cast<Wide>(units) * multiplier_;
  if (shift_ != 0) scaled >>= shift_;
  if (divisor_ != 1) scaled /= divisor_;
  const std::int64_t nanoseconds = scaled > static_cast<Wide>(kMax) ? kMax : static_cast<std::int64_t>(scaled);
  Timestamp time;
  if (__builtin_add_overflow(nanoseconds, offset_ns_, &time.nanoseconds)) time.nanoseconds = kMax;
  return time;
}

std::unique_ptr<RecordReader> make_pcapng_reader(const std::string& file_name) {
  return std::make_unique<PcapngReader>(file_name);
}

}  // namespace netpulse
