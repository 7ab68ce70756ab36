#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/result.h"
#include "engine/base/time.h"
#include "engine/packet/raw_packet.h"

namespace netpulse {

/// A record that claims more captured bytes than this is taken for a broken file; libpcap's MAXIMUM_SNAPLEN, also what
/// Wireshark accepts.
inline constexpr std::uint32_t kCapturedBytesMax = 262'144;
/// The same for buses whose transfers are larger than network frames (USB, D-Bus).
inline constexpr std::uint32_t kCapturedBytesMaxBus = 1U << 20;
/// A whole record, its header and its options; the reader of blocks keeps this much room for one that straddles blocks.
inline constexpr std::size_t kRecordBytesMax = kCapturedBytesMaxBus + (64U << 10);

/// RawPacket::link_type of a capture whose link type has no LINKTYPE_* number; its packets count as of unknown type.
inline constexpr std::uint16_t kLinkTypeUnknown = 0xffff;

/// The bound for captured bytes of one packet of this link type.
std::uint32_t captured_bytes_max(std::uint16_t link_type) noexcept;
/// A capture file's link type field: the low 16 bits (the upper ones tell of the FCS), with the numbers that old
/// systems wrote for raw IP (12, 14) as LINKTYPE_RAW. A link-layer class outside 16 bits gives kLinkTypeUnknown.
std::uint16_t link_type_from_field(std::uint32_t field) noexcept;

/// The interfaces of a run by name, in the order they were met; each name once, so that the files of a ring buffer
/// share an entry. The 65,536th and all after it share one entry.
class InterfaceNames {
 public:
  std::uint16_t index_of(const std::string& name);
  const std::vector<std::string>& names() const noexcept { return names_; }

 private:
  std::vector<std::string> names_;
  std::unordered_map<std::string, std::uint16_t> indices_;
};

/// What a reader needs to know of the run to fill packets, and what it tells back.
struct ParseContext {
  std::uint64_t next_number = 1;  ///< number of the next packet; advanced
  std::uint64_t cookie = 0;       ///< for each packet
  Timestamp last;                 ///< time of the last packet, for records that carry none
  Timestamp latest;               ///< the largest time so far: the clock of the run
  InterfaceNames* interfaces = nullptr;
};

enum class ParseStatus : std::uint8_t {
  kOutputFull,  ///< go on with the bytes after consumed_bytes
  kNeedMore,    ///< the window ends inside a record (or exactly at its end)
  kCorrupt,     ///< the record at consumed_bytes is broken: fault() says how
};

struct ParseStep {
  std::uint32_t packet_count = 0;
  ParseStatus status = ParseStatus::kNeedMore;
  /// Whole records taken from the window. May be more than the window holds: then that much more is to be skipped.
  std::uint64_t consumed_bytes = 0;
};

/// Finds the packets of one capture file in the blocks it is given; one per file.
class RecordReader {
 public:
  virtual ~RecordReader() = default;
  /// window: the bytes from the end of the last record consumed on; packets borrow from it.
  virtual ParseStep parse(Bytes window, std::span<RawPacket> out, ParseContext& context) noexcept = 0;
  /// Why the record is broken, after kCorrupt.
  const std::string& fault() const noexcept { return fault_; }

 protected:
  std::string fault_;
};

/// Looks at the first bytes of a file (decompressed).
struct Recognized {
  std::unique_ptr<RecordReader> reader;  ///< null: more bytes are needed, or fault says what was found
  std::size_t consumed_bytes = 0;        ///< the file header
  std::string fault;
};
/// start: the file's first bytes; whole: there are no more than these. file_name: names the interface where the file
/// does not.
Recognized recognize_capture(Bytes start, bool whole, const std::string& file_name, InterfaceNames& interfaces);

}  // namespace netpulse
