#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "engine/base/time.h"
#include "engine/source/record_reader.h"

namespace netpulse {

inline constexpr std::uint32_t kPcapngSectionHeader = 0x0a0d0d0a;  ///< block type; the same in both byte orders
inline constexpr std::uint32_t kPcapngByteOrderMagic = 0x1a2b3c4d;
/// Interfaces of one section; a packet block's interface ID has 32 bits, but nobody has that many.
inline constexpr std::size_t kPcapngInterfacesMax = 65'536;

/// Turns an interface's 64-bit time units into nanoseconds: if_tsresol and if_tsoffset.
class PcapngClock {
 public:
  PcapngClock() = default;  ///< microseconds, no offset
  /// resolution: n for 10^-n seconds; with the top bit set, 2^-n. offset_seconds is added to each time.
  PcapngClock(std::uint8_t resolution, std::int64_t offset_seconds) noexcept;
  /// Times that Timestamp cannot hold become its nearest end.
  Timestamp to_timestamp(std::uint64_t units) const noexcept;

 private:
  std::uint64_t multiplier_ = 1000;
  std::uint64_t divisor_ = 1;
  unsigned shift_ = 0;
  std::int64_t offset_ns_ = 0;
};

/// A reader for whole pcapng files, sections of both byte orders one after the other. Packets come from Enhanced,
/// Simple and (obsolete) Packet Blocks; other blocks are skipped, those larger than kRecordBytesMax without a look at
/// their trailing length. A Simple Packet Block has no time: it gets that of the packet before it, zero if there is
/// none. Interfaces are named by if_name, else by the file. Source: draft-ietf-opsawg-pcapng.
std::unique_ptr<RecordReader> make_pcapng_reader(const std::string& file_name);

}  // namespace netpulse
