#include "exporters/jsonl/jsonl_sink.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace netpulse {
namespace {

constexpr std::size_t kBufferBytes = 256 * 1024;
/// A consumer of a non-blocking pipe that reads nothing for this long is treated as gone.
constexpr int kStalledPipeMilliseconds = 10'000;

}  // namespace

Result<std::unique_ptr<JsonlSink>> JsonlSink::open(const std::string& path, const RunNames& names) {
  const bool standard_output = path == "-";
  const int descriptor =
      standard_output ? STDOUT_FILENO : ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
  if (descriptor < 0)
    return Error{"cannot write flow records to " + path + ": " + std::strerror(errno) +
                 "; name another file in [exporters.jsonl] path or --flows"};
  struct stat status {};
  // Standard output may have been redirected with >>: its own offset is not ours to cut back to.
  const bool regular_file = !standard_output && ::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
  return std::unique_ptr<JsonlSink>(new JsonlSink(descriptor, !standard_output, regular_file, path, names));
}

JsonlSink::JsonlSink(int descriptor, bool owned, bool regular_file, std::string path, const RunNames& names)
    : descriptor_(descriptor), owned_(owned), regular_file_(regular_file), path_(std::move(path)), lines_(names) {
  buffer_.reserve(kBufferBytes + 8192);
}

JsonlSink::~JsonlSink() {
  write_buffer();
  if (owned_) ::close(descriptor_);
}

void JsonlSink::write(std::span<const FinishedFlow* const> flows) {
  for (const FinishedFlow* flow : flows) {
    if (closed_for_good_) {
      ++counters_.dropped_records;
      continue;
    }
    lines_.append(*flow, buffer_);
    ++buffered_records_;
    if (buffer_.size() >= kBufferBytes) write_buffer();
  }
}

void JsonlSink::flush() { write_buffer(); }

void JsonlSink::write_buffer() {
  if (buffer_.empty()) return;
  if (write_all()) {
    counters_.records += buffered_records_;
    good_bytes_ += static_cast<std::int64_t>(buffer_.size());
  } else {
    counters_.dropped_records += buffered_records_;
    recover();
  }
  buffer_.clear();
  buffered_records_ = 0;
}

bool JsonlSink::write_all() {
  std::size_t done = 0;
  while (done < buffer_.size()) {
    const ssize_t written = ::write(descriptor_, buffer_.data() + done, buffer_.size() - done);
    if (written > 0) {
      done += static_cast<std::size_t>(written);
      continue;
    }
    if (written < 0 && errno == EINTR) continue;
    if (written < 0 && errno == EAGAIN) {
      pollfd waiting{descriptor_, POLLOUT, 0};
      if (::poll(&waiting, 1, kStalledPipeMilliseconds) > 0) continue;
      errno = EAGAIN;
    }
    if (first_error_ == 0) first_error_ = written == 0 ? EIO : errno;
    return false;
  }
  return true;
}

void JsonlSink::recover() {
  closed_for_good_ = !regular_file_ || ::ftruncate(descriptor_, good_bytes_) != 0 ||
                     ::lseek(descriptor_, good_bytes_, SEEK_SET) != good_bytes_;
}

std::string JsonlSink::error() const {
  if (first_error_ == 0) return {};
  return "flow records to " + (path_ == "-" ? std::string("standard output") : path_) + ": " +
         std::strerror(first_error_) + "; " + std::to_string(counters_.dropped_records) + " records were not written";
}

}  // namespace netpulse
