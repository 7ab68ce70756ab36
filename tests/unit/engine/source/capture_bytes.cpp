#include "tests/unit/engine/source/capture_bytes.h"

#include <gtest/gtest.h>
#include <unistd.h>
#include <zlib.h>

#include <atomic>
#include <filesystem>
#include <fstream>

#include "engine/source/capture_file.h"

namespace netpulse::test {

CaptureBytes& CaptureBytes::integer(std::uint64_t value, unsigned size) {
  for (unsigned i = 0; i < size; ++i) {
    const unsigned shift = 8 * (order_ == std::endian::little ? i : size - 1 - i);
    bytes_ += static_cast<char>(value >> shift & 0xff);
  }
  return *this;
}
CaptureBytes& CaptureBytes::text(std::string_view text) {
  bytes_ += text;
  return *this;
}
CaptureBytes& CaptureBytes::zeros(std::size_t count) {
  bytes_.append(count, '\0');
  return *this;
}
CaptureBytes& CaptureBytes::pad_to_four() { return zeros((4 - bytes_.size() % 4) % 4); }
CaptureBytes& CaptureBytes::append(const CaptureBytes& other) { return text(other.bytes_); }

CaptureBytes& CaptureBytes::pcap_header(std::uint32_t magic, std::uint32_t link_type, std::uint32_t snap,
                                        std::uint16_t major, std::uint16_t minor) {
  return u32(magic).u16(major).u16(minor).u32(0).u32(0).u32(snap).u32(link_type);
}
CaptureBytes& CaptureBytes::pcap_record(std::uint32_t seconds, std::uint32_t fraction, std::string_view data,
                                        std::uint32_t wire) {
  return u32(seconds).u32(fraction).u32(data.size()).u32(wire == 0 ? data.size() : wire).text(data);
}

CaptureBytes& CaptureBytes::section() {
  return block(0x0a0d0d0a, CaptureBytes(order_).u32(0x1a2b3c4d).u16(1).u16(0).u64(~std::uint64_t{0}).bytes());
}
CaptureBytes& CaptureBytes::interface(std::uint16_t link_type, std::uint32_t snap, const std::string& options) {
  return block(1, CaptureBytes(order_).u16(link_type).u16(0).u32(snap).text(options).bytes());
}
CaptureBytes& CaptureBytes::enhanced_packet(std::uint32_t interface_id, std::uint64_t units, std::string_view data,
                                            std::uint32_t wire) {
  CaptureBytes body(order_);
  body.u32(interface_id).u32(units >> 32).u32(units & 0xffffffff);
  body.u32(data.size()).u32(wire == 0 ? data.size() : wire).text(data);
  return block(6, body.bytes());
}
CaptureBytes& CaptureBytes::block(std::uint32_t type, const std::string& body) {
  const std::size_t padded = (body.size() + 3) / 4 * 4;
  return u32(type).u32(padded + 12).text(body).zeros(padded - body.size()).u32(padded + 12);
}
std::string CaptureBytes::option(std::uint16_t code, const std::string& value) const {
  return CaptureBytes(order_).u16(code).u16(value.size()).text(value).pad_to_four().bytes();
}

std::string gzipped(const std::string& bytes) {
  z_stream zlib{};
  EXPECT_EQ(deflateInit2(&zlib, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string packed(deflateBound(&zlib, bytes.size()) + 64, '\0');
  zlib.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  zlib.avail_in = static_cast<uInt>(bytes.size());
  zlib.next_out = reinterpret_cast<Bytef*>(packed.data());
  zlib.avail_out = static_cast<uInt>(packed.size());
  EXPECT_EQ(deflate(&zlib, Z_FINISH), Z_STREAM_END);
  packed.resize(zlib.total_out);
  deflateEnd(&zlib);
  return packed;
}

ReadCapture drain(PacketSource& source, std::size_t batch_packets) {
  ReadCapture read;
  std::vector<RawPacket> batch(batch_packets);
  PollResult polled;
  do {
    polled = source.poll(batch);
    const std::span<const RawPacket> packets = std::span(batch).first(polled.packet_count);
    for (const RawPacket& packet : packets) read.packets.push_back({packet, std::string(as_text(packet.bytes()))});
    source.release(packets);
    EXPECT_GE(polled.now, read.now);
    read.now = polled.now;
  } while (polled.status == PollStatus::kOk);
  read.status = polled.status;
  read.error = source.error();
  read.interfaces = source.interfaces();
  read.stats = source.stats();
  return read;
}

TemporaryFile::TemporaryFile(const std::string& bytes) {
  static std::atomic<int> next{0};
  path_ = std::filesystem::temp_directory_path() /
          ("netpulse_test_" + std::to_string(getpid()) + "_" + std::to_string(next++));
  std::ofstream(path_, std::ios::binary) << bytes;
}
TemporaryFile::~TemporaryFile() { std::filesystem::remove(path_); }

ReadCapture read_capture(const std::string& bytes, const std::string& filter, std::size_t block_bytes) {
  const TemporaryFile file(bytes);
  auto source = open_capture_files({{file.path()}, filter, block_bytes});
  EXPECT_TRUE(source.ok());
  ReadCapture read = drain(*source.value());
  // The name differs from run to run; what follows it is what matters.
  if (read.error.starts_with(file.path())) read.error.replace(0, file.path().size(), "FILE");
  for (std::string& name : read.interfaces)
    if (name == file.path()) name = "FILE";
  return read;
}

}  // namespace netpulse::test
