#pragma once

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/source/packet_source.h"

namespace netpulse::test {

/// Writes a capture file's fields one after the other, in one byte order.
class CaptureBytes {
 public:
  explicit CaptureBytes(std::endian order = std::endian::little) : order_(order) {}

  CaptureBytes& u16(std::uint64_t value) { return integer(value, 2); }
  CaptureBytes& u32(std::uint64_t value) { return integer(value, 4); }
  CaptureBytes& u64(std::uint64_t value) { return integer(value, 8); }
  CaptureBytes& text(std::string_view text);
  CaptureBytes& zeros(std::size_t count);
  CaptureBytes& pad_to_four();
  CaptureBytes& append(const CaptureBytes& other);

  // pcap
  CaptureBytes& pcap_header(std::uint32_t magic = 0xa1b2c3d4, std::uint32_t link_type = 1, std::uint32_t snap = 65535,
                            std::uint16_t major = 2, std::uint16_t minor = 4);
  CaptureBytes& pcap_record(std::uint32_t seconds, std::uint32_t fraction, std::string_view data,
                            std::uint32_t wire = 0);
  // pcapng
  CaptureBytes& section();
  CaptureBytes& interface(std::uint16_t link_type = 1, std::uint32_t snap = 0, const std::string& options = {});
  CaptureBytes& enhanced_packet(std::uint32_t interface_id, std::uint64_t units, std::string_view data,
                                std::uint32_t wire = 0);
  /// body: without type and lengths; padded here.
  CaptureBytes& block(std::uint32_t type, const std::string& body);
  std::string option(std::uint16_t code, const std::string& value) const;

  const std::string& bytes() const { return bytes_; }

 private:
  CaptureBytes& integer(std::uint64_t value, unsigned size);

  std::endian order_;
  std::string bytes_;
};

std::string gzipped(const std::string& bytes);

/// What came out of a source, its packets' bytes copied.
struct ReadCapture {
  struct Packet : RawPacket {
    std::string text;
  };
  std::vector<Packet> packets;
  PollStatus status = PollStatus::kOk;
  Timestamp now;
  std::string error;
  std::vector<std::string> interfaces;
  SourceStats stats;
};
ReadCapture drain(PacketSource& source, std::size_t batch_packets = kBatchPackets);

/// A file in the tests' temporary directory, removed at the end.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& bytes);
  ~TemporaryFile();
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// Reads bytes as one file, with blocks of block_bytes.
ReadCapture read_capture(const std::string& bytes, const std::string& filter = {}, std::size_t block_bytes = 1U << 18);

}  // namespace netpulse::test
