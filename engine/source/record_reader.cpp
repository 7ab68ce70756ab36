#include "engine/source/record_reader.h"

#include <algorithm>
#include <array>
#include <limits>
#include <string_view>

#include "engine/source/byte_order.h"
#include "engine/source/pcap_format.h"
#include "engine/source/pcapng_format.h"
#include "engine/source/snoop_format.h"

namespace netpulse {
namespace {

constexpr std::size_t kMagicBytes = 4;
constexpr std::size_t kShownBytesMax = 8;
constexpr std::string_view kSupported = "supported are pcap, pcapng and snoop, each also compressed with gzip";

/// Other things that people hand over, by how they begin, so that the message can name them.
struct Known {
  std::string_view start;
  std::string_view name;
};
constexpr std::array kKnown{
    Known{{"\x28\xb5\x2f\xfd", 4}, "zstd-compressed data"},
    Known{{"\xfd\x37\x7a\x58\x5a", 5}, "xz-compressed data"},
    Known{{"\x04\x22\x4d\x18", 4}, "lz4-compressed data"},
    Known{"BZh", "bzip2-compressed data"},
    Known{"PK\x03\x04", "a zip archive"},
    Known{"XCP\0", "a NetXRay or Windows Sniffer capture"},
    Known{"GMBU", "a Microsoft Network Monitor capture"},
    Known{"TRSNIFF", "a DOS Sniffer capture"},
    Known{"#!", "a script"},
    Known{"{", "JSON text"},
};

std::string describe_start(Bytes start) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t byte : start.first(std::min(start.size(), kShownBytesMax))) {
    if (!text.empty()) text += ' ';
    text += {kHex[byte >> 4], kHex[byte & 15]};
  }
  for (const Known& known : kKnown)
    if (as_text(start).starts_with(known.start)) return text.append(" (").append(known.name).append(")");
  return text;
}

std::string cut_header(std::string_view format, Bytes start, std::size_t header_bytes) {
  return "the file ends inside the " + std::string(format) + " file header, after " + std::to_string(start.size()) +
         " of " + std::to_string(header_bytes) + " bytes";
}

}  // namespace

std::uint32_t captured_bytes_max(std::uint16_t link_type) noexcept {
  constexpr std::array<std::uint16_t, 6> kBuses{186, 189, 220, 231, 249, 266};  // USB variants, D-Bus, USB (Darwin)
  return std::ranges::find(kBuses, link_type) != kBuses.end() ? kCapturedBytesMaxBus : kCapturedBytesMax;
}

std::uint16_t link_type_from_field(std::uint32_t field) noexcept {
  constexpr std::uint32_t kClassMask = 0x03ff0000;
  constexpr std::uint16_t kRaw = 101, kRawBsd = 12, kRawBsdOs = 14;
  if ((field & kClassMask) != 0) return kLinkTypeUnknown;
  const auto link_type = static_cast<std::uint16_t>(field & 0xffff);
  return link_type == kRawBsd || link_type == kRawBsdOs ? kRaw : link_type;
}

std::uint16_t InterfaceNames::index_of(const std::string& name) {
  constexpr std::size_t kLast = std::numeric_limits<std::uint16_t>::max();
  if (const auto found = indices_.find(name); found != indices_.end()) return found->second;
  if (names_.size() > kLast) return kLast;
  const auto index = static_cast<std::uint16_t>(names_.size());
  names_.push_back(index == kLast ? "other interfaces" : name);
  indices_.emplace(names_.back(), index);
  return index;
}

Recognized recognize_capture(Bytes start, bool whole, const std::string& file_name, InterfaceNames& interfaces) {
  if (start.size() < kMagicBytes) {
    if (!whole) return {};
    if (start.empty()) return {nullptr, 0, "the file is empty; " + std::string(kSupported)};
    return {nullptr, 0,
            "no capture file: its only bytes are " + describe_start(start) + "; " + std::string(kSupported)};
  }
  const auto magic = load<std::uint32_t, std::endian::big>(start.data());
  const bool pcap = is_pcap_magic(magic), snoop = magic == kSnoopMagic;
  if (magic == kPcapngSectionHeader) return {make_pcapng_reader(file_name), 0, {}};
  if (!pcap && !snoop)
    return {nullptr, 0, "no capture file: it begins with " + describe_start(start) + "; " + std::string(kSupported)};
  const std::size_t header_bytes = pcap ? kPcapFileHeaderBytes : kSnoopFileHeaderBytes;
  if (start.size() < header_bytes) {
    if (!whole) return {};
    return {nullptr, 0, cut_header(pcap ? "pcap" : "snoop", start, header_bytes)};
  }
  const Bytes header = start.first(header_bytes);
  auto reader =
      pcap ? make_pcap_reader(header, file_name, interfaces) : make_snoop_reader(header, file_name, interfaces);
  if (!reader) return {nullptr, 0, reader.error().message};
  return {std::move(reader).value(), header_bytes, {}};
}

}  // namespace netpulse
