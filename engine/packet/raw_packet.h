#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/base/bytes.h"
#include "engine/base/time.h"

namespace netpulse {

/// Interfaces that a live capture may have. Capture files may have more.
inline constexpr std::size_t kInterfacesMax = 64;

/// One frame as a source hands it over; borrowed until the source's release().
struct RawPacket {
  const std::uint8_t* data = nullptr;  ///< first byte of the link-layer header
  std::uint32_t captured_bytes = 0;    ///< readable at data
  std::uint32_t wire_bytes = 0;        ///< length on the wire, >= captured_bytes
  Timestamp received_at;
  std::uint64_t number = 0;           ///< 1-based ordinal among all packets of the run that this source delivered
  std::uint64_t cookie = 0;           ///< the source's own handle
  std::uint16_t link_type = 1;        ///< LINKTYPE_* (tcpdump.org/linktypes.html); pcapng files mix them
  std::uint16_t interface_index = 0;  ///< into the source's interface list

  Bytes bytes() const noexcept { return {data, captured_bytes}; }
};

}  // namespace netpulse
