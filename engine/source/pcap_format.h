#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "engine/base/bytes.h"
#include "engine/base/result.h"
#include "engine/source/record_reader.h"

namespace netpulse {

inline constexpr std::size_t kPcapFileHeaderBytes = 24;

/// magic: the file's first four bytes as a big-endian number; every byte order, microseconds or nanoseconds, and
/// "modified" pcap with its longer record headers.
bool is_pcap_magic(std::uint32_t magic) noexcept;

/// A reader for the records after the file header. Fails on a version before 2.0; later ones than 2.4 do not exist, but
/// some writers (and Wireshark's readers) do not care, and the records' lengths are checked anyway.
/// The snap length is not believed: files exist whose packets are longer, or that write 0.
/// Source: draft-ietf-opsawg-pcap; for "modified" and the swapped lengths before version 2.4, libpcap's documentation.
Result<std::unique_ptr<RecordReader>> make_pcap_reader(Bytes header, const std::string& file_name,
                                                       InterfaceNames& interfaces);

}  // namespace netpulse
