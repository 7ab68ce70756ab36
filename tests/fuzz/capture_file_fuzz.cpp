#include <unistd.h>

#include <array>
#include <cstdio>
#include <string>

#include "engine/base/assert.h"
#include "engine/source/capture_file.h"
#include "tests/fuzz/fuzz.h"

namespace {

using namespace netpulse;

/// A file without a name that takes one input after the other.
class InputFile {
 public:
  InputFile() : file_(std::tmpfile()) { NP_ASSERT(file_ != nullptr); }
  ~InputFile() { std::fclose(file_); }
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  std::string path_of(Bytes input) {
    const int descriptor = fileno(file_);
    NP_ASSERT(ftruncate(descriptor, 0) == 0);
    NP_ASSERT(pwrite(descriptor, input.data(), input.size(), 0) == static_cast<ssize_t>(input.size()));
    return "/dev/fd/" + std::to_string(descriptor);
  }

 private:
  std::FILE* file_;
};

struct Seen {
  std::uint64_t packets = 0, bytes = 0, checksum = 0;
  PollStatus status = PollStatus::kOk;
  std::string error;
  bool operator==(const Seen&) const = default;
};

Seen read_all(const std::string& path, const std::string& filter, std::size_t block_bytes) {
  auto opened = open_capture_files({{path}, filter, block_bytes});
  NP_ASSERT(opened.ok());
  PacketSource& source = *opened.value();
  std::array<RawPacket, 7> batch;
  Seen seen;
  Timestamp now;
  while (seen.status == PollStatus::kOk) {
    const PollResult polled = source.poll(batch);
    NP_ASSERT(polled.packet_count <= batch.size() && polled.now >= now);
    now = polled.now;
    seen.status = polled.status;
    const auto packets = std::span<const RawPacket>(batch).first(polled.packet_count);
    for (const RawPacket& packet : packets) {
      NP_ASSERT(packet.number == ++seen.packets && packet.wire_bytes >= packet.captured_bytes);
      NP_ASSERT(packet.interface_index < source.interfaces().size());
      seen.bytes += packet.captured_bytes;
      for (const std::uint8_t byte : packet.bytes()) seen.checksum = seen.checksum * 31 + byte;
      seen.checksum += static_cast<std::uint64_t>(packet.received_at.nanoseconds) + packet.link_type;
    }
    source.release(packets);
  }
  seen.error = source.error();
  NP_ASSERT(seen.error.empty() == (seen.status == PollStatus::kEndOfInput));
  return seen;
}

}  // namespace

/// The size of the blocks in which a file is read must not change what is read.
void fuzz_one(netpulse::Bytes input) {
  static InputFile file;
  const std::string path = file.path_of(input);
  const Seen whole = read_all(path, "", kCaptureBlockBytes);
  NP_ASSERT(whole == read_all(path, "", 256));
  NP_ASSERT(read_all(path, "ip or ip6", kCaptureBlockBytes).packets <= whole.packets);
}
