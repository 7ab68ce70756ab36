#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/source/packet_source.h"

namespace netpulse {

/// Read at a time; lies in a core's second-level cache together with the packets' tables.
inline constexpr std::size_t kCaptureBlockBytes = 256U << 10;

struct CaptureFileOptions {
  std::vector<std::string> paths;  ///< "-": standard input
  std::string filter;              ///< pcap-filter(7); empty: every packet
  std::size_t block_bytes = kCaptureBlockBytes;
};

/// Capture files, one after the other, as one run: pcap, pcapng and snoop, each also compressed with gzip.
/// Fails at once only for a filter that does not compile, or no path.
///
/// A file that cannot be opened, is cut or broken does not stop the run: what can be read of all files is delivered,
/// then poll() gives kFailed instead of kEndOfInput, and error() has a line per such file: "FILE: byte OFFSET: reason",
/// OFFSET being where the record begins that cannot be read (in the unpacked data of a gzip file, and then it says so).
/// Packets keep the times of the file, in the file's order; PollResult::now is the largest time so far.
/// A batch holds packets of one block and may be shorter than asked for; several batches may be held at a time, up to
/// BlockPool::kBlocksMax blocks, and be released in parts. From a pipe, poll() gives what has come.
Result<std::unique_ptr<PacketSource>> open_capture_files(const CaptureFileOptions& options);

}  // namespace netpulse
