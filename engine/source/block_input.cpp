#include "engine/source/block_input.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace netpulse {
namespace {

constexpr std::size_t kFirstReadBytes = 4096;  // enough to see gzip; keeps later reads on page boundaries
constexpr std::size_t kPackedBytes = 64U << 10;
constexpr int kPipeWaitMilliseconds = 5;
constexpr std::uint8_t kGzipMagic0 = 0x1f, kGzipMagic1 = 0x8b;  // RFC 1952 section 2.3.1

std::string system_message(int error_number) { return std::strerror(error_number); }

}  // namespace

struct BlockInput::State {
  int fd = -1;
  bool owned = true;
  bool may_block = false;  // a pipe, terminal or device
  enum class Mode : std::uint8_t { kUndecided, kPlain, kGzip } mode = Mode::kUndecided;
  bool raw_ended = false;
  bool inside_member = false;  // gzip: a member has begun and not ended
  bool zlib_ready = false;
  std::uint64_t raw_bytes_done = 0;
  std::string fault;
  z_stream zlib{};
  // Raw bytes that were read but not yet given out or unpacked.
  std::array<std::uint8_t, kPackedBytes> raw;
  std::size_t raw_begin = 0, raw_end = 0;

  ~State() {
    if (zlib_ready) inflateEnd(&zlib);
    if (owned && fd >= 0) close(fd);
  }

  ReadResult read_fd(std::span<std::uint8_t> into) noexcept {
    if (may_block) {
      pollfd wanted{fd, POLLIN, 0};
      if (::poll(&wanted, 1, kPipeWaitMilliseconds) <= 0) return {0, ReadStatus::kWait};
    }
    const ssize_t got = ::read(fd, into.data(), into.size());
    if (got > 0) {
      raw_bytes_done += static_cast<std::uint64_t>(got);
      return {static_cast<std::size_t>(got), ReadStatus::kData};
    }
    if (got == 0) return {0, ReadStatus::kEnd};
    if (errno == EINTR || errno == EAGAIN) return {0, ReadStatus::kWait};
    return fail("reading failed: " + system_message(errno));
  }

  ReadResult fail(std::string reason) noexcept {
    fault = std::move(reason);
    return {0, ReadStatus::kFailed};
  }

  ReadStatus fill_raw(std::size_t bytes_max) noexcept {
    const std::size_t room = std::min(bytes_max, raw.size() - raw_end);
    const ReadResult result = read_fd(std::span(raw).subspan(raw_end, room));
    raw_end += result.bytes;
    if (result.status == ReadStatus::kEnd) raw_ended = true;
    return result.status;
  }

  /// Tells gzip from the rest by the first two bytes.
  ReadStatus decide() noexcept {
    while (raw_end < 2 && !raw_ended) {
      const ReadStatus status = fill_raw(kFirstReadBytes);
      if (status == ReadStatus::kWait || status == ReadStatus::kFailed) return status;
    }
    const bool gzip = raw_end >= 2 && raw[0] == kGzipMagic0 && raw[1] == kGzipMagic1;
    mode = gzip ? Mode::kGzip : Mode::kPlain;
    if (gzip && inflateInit2(&zlib, 16 + MAX_WBITS) != Z_OK) return fail("zlib does not start").status;
    zlib_ready = gzip;
    return ReadStatus::kData;
  }

  ReadResult read_plain(std::span<std::uint8_t> into) noexcept {
    if (raw_begin == raw_end) return raw_ended ? ReadResult{0, ReadStatus::kEnd} : read_fd(into);
    const std::size_t bytes = std::min(raw_end - raw_begin, into.size());
    std::memcpy(into.data(), raw.data() + raw_begin, bytes);
    raw_begin += bytes;
    return {bytes, ReadStatus::kData};
  }

  ReadResult read_gzip(std::span<std::uint8_t> into) noexcept {
    std::size_t filled = 0;
    while (filled < into.size()) {
      if (raw_begin == raw_end && !raw_ended) {
        raw_begin = raw_end = 0;
        const ReadStatus status = fill_raw(raw.size());
        if (status == ReadStatus::kFailed || status == ReadStatus::kWait)
          return filled != 0 ? ReadResult{filled, ReadStatus::kData} : ReadResult{0, status};
      }
      if (!inside_member && !begin_member()) break;
      // Also without input: zlib may hold back what did not fit the last time.
      const std::size_t unpacked = inside_member ? inflate_some(into.subspan(filled)) : 0;
      filled += unpacked;
      if (unpacked == 0 && inside_member && raw_begin == raw_end && raw_ended && fault.empty())
        fail("the gzip data is cut short after " + std::to_string(raw_bytes_done) + " compressed bytes");
      if (!fault.empty()) break;
    }
    if (filled != 0) return {filled, ReadStatus::kData};
    return {0, fault.empty() ? ReadStatus::kEnd : ReadStatus::kFailed};
  }

  /// False when nothing but zero padding (as on tapes) is left.
  bool begin_member() noexcept {
    while (raw_begin != raw_end && raw[raw_begin] == 0) ++raw_begin;
    if (raw_begin == raw_end) return !raw_ended;
    inside_member = inflateReset(&zlib) == Z_OK;
    return true;
  }

  std::size_t inflate_some(std::span<std::uint8_t> into) noexcept {
    zlib.next_in = raw.data() + raw_begin;
    zlib.avail_in = static_cast<uInt>(raw_end - raw_begin);
    zlib.next_out = into.data();
    zlib.avail_out = static_cast<uInt>(into.size());
    const int status = inflate(&zlib, Z_NO_FLUSH);
    raw_begin = raw_end - zlib.avail_in;
    if (status == Z_STREAM_END) {
      inside_member = false;
    } else if (status != Z_OK && status != Z_BUF_ERROR) {
      fail("the gzip data is broken near compressed byte " + std::to_string(raw_bytes_done - zlib.avail_in) + ": " +
           (zlib.msg != nullptr ? zlib.msg : "zlib error " + std::to_string(status)));
    }
    return into.size() - zlib.avail_out;
  }
};

BlockInput::BlockInput(std::unique_ptr<State> state) : state_(std::move(state)) {}
BlockInput::BlockInput(BlockInput&&) noexcept = default;
BlockInput& BlockInput::operator=(BlockInput&&) noexcept = default;
BlockInput::~BlockInput() = default;

Result<BlockInput> BlockInput::open(const std::string& path) {
  auto state = std::make_unique<State>();
  if (path == "-") {
    state->fd = STDIN_FILENO;
    state->owned = false;
  } else {
    // Without O_NONBLOCK opening a named pipe would wait for its writer, deaf to a request to stop.
    state->fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (state->fd < 0) return Error{"cannot be opened: " + system_message(errno)};
  }
  struct stat status {};
  if (fstat(state->fd, &status) != 0) return Error{"cannot be examined: " + system_message(errno)};
  if (S_ISDIR(status.st_mode)) return Error{"is a directory, not a capture file"};
  state->may_block = !S_ISREG(status.st_mode);
#ifdef POSIX_FADV_SEQUENTIAL
  if (!state->may_block) posix_fadvise(state->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
#endif
  return BlockInput(std::move(state));
}

ReadResult BlockInput::read(std::span<std::uint8_t> into) noexcept {
  NP_ASSERT(into.size() >= kReadBytesMin);
  if (!state_->fault.empty()) return {0, ReadStatus::kFailed};
  if (state_->mode == State::Mode::kUndecided) {
    const ReadStatus status = state_->decide();
    if (status != ReadStatus::kData) return {0, status};
  }
  return state_->mode == State::Mode::kGzip ? state_->read_gzip(into) : state_->read_plain(into);
}

bool BlockInput::compressed() const noexcept { return state_->mode == State::Mode::kGzip; }
std::uint64_t BlockInput::raw_bytes_done() const noexcept { return state_->raw_bytes_done; }
const std::string& BlockInput::fault() const noexcept { return state_->fault; }

std::uint64_t regular_file_bytes(const std::string& path) noexcept {
  struct stat status {};
  const bool known = path == "-" ? fstat(STDIN_FILENO, &status) == 0 : stat(path.c_str(), &status) == 0;
  return known && S_ISREG(status.st_mode) ? static_cast<std::uint64_t>(status.st_size) : 0;
}

}  // namespace netpulse
