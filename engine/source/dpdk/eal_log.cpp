#include "engine/source/dpdk/eal_log.h"

#include <rte_log.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <deque>
#include <mutex>
#include <string_view>

namespace netpulse {
namespace eal_log {
namespace {

constexpr std::size_t kComplaintsMax = 4;
constexpr std::size_t kComplaintCharactersMax = 240;

std::mutex mutex;
std::deque<std::string> complaints;  // the latest kComplaintsMax

ssize_t write_line(void*, const char* text, std::size_t size) {
  if (rte_log_cur_msg_loglevel() > static_cast<int>(RTE_LOG_WARNING)) return static_cast<ssize_t>(size);
  std::string_view line(text, size);
  while (!line.empty() && (line.back() == '\n' || line.back() == ' ')) line.remove_suffix(1);
  if (!line.empty()) {
    const std::lock_guard lock(mutex);
    complaints.emplace_back(line.substr(0, kComplaintCharactersMax));
    if (complaints.size() > kComplaintsMax) complaints.pop_front();
  }
  return static_cast<ssize_t>(size);
}

}  // namespace

void capture() {
  cookie_io_functions_t functions{};
  functions.write = &write_line;
  std::FILE* const stream = ::fopencookie(nullptr, "w", functions);
  if (stream == nullptr) return;
  std::setvbuf(stream, nullptr, _IOLBF, 0);
  rte_openlog_stream(stream);  // it stays: DPDK logs until the process ends
}

std::string take_complaints() {
  const std::lock_guard lock(mutex);
  std::string text;
  for (const std::string& line : complaints) text += (text.empty() ? "" : "; ") + line;
  complaints.clear();
  return text;
}

}  // namespace eal_log

OutputHold::OutputHold() {
  std::fflush(stdout);
  std::fflush(stderr);
  memory_ = ::memfd_create("netpulse-output", MFD_CLOEXEC);
  if (memory_ < 0) return;
  output_ = ::dup(STDOUT_FILENO);
  error_ = ::dup(STDERR_FILENO);
  ::dup2(memory_, STDOUT_FILENO);
  ::dup2(memory_, STDERR_FILENO);
}

OutputHold::~OutputHold() { release(); }

std::string OutputHold::release() {
  if (memory_ < 0) return {};
  std::fflush(stdout);
  std::fflush(stderr);
  ::dup2(output_, STDOUT_FILENO);
  ::dup2(error_, STDERR_FILENO);
  ::close(output_);
  ::close(error_);
  constexpr off_t kKeptBytes = 1024;
  const off_t size = ::lseek(memory_, 0, SEEK_END);
  std::string text(static_cast<std::size_t>(std::clamp<off_t>(size, 0, kKeptBytes)), '\0');
  const ssize_t got = ::pread(memory_, text.data(), text.size(), 0);
  text.resize(static_cast<std::size_t>(std::max<ssize_t>(0, got)));
  ::close(memory_);
  memory_ = -1;
  return text;
}

}  // namespace netpulse
