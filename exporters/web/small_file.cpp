#include "exporters/web/small_file.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace netpulse {
namespace {

constexpr std::size_t kBytesMax = 256 * 1024;

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const noexcept { return number_; }

 private:
  int number_;
};

Error unreadable(const std::string& path, std::string_view key, std::string_view reason) {
  return {
      fmt::format("cannot read {} ({} in [http]): {}; correct the path or let this user read it", path, key, reason)};
}

}  // namespace

Result<SmallFile> read_small_file(const std::string& path, std::string_view key) {
  // A pipe by that name must not hold the start up.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat state {};
  if (file.number() < 0 || ::fstat(file.number(), &state) != 0) return unreadable(path, key, std::strerror(errno));
  if (!S_ISREG(state.st_mode)) return unreadable(path, key, "it is no regular file");
  SmallFile result;
  result.readable_by_all = (state.st_mode & S_IROTH) != 0;
  result.text.resize(kBytesMax + 1);
  std::size_t bytes = 0;
  while (bytes < result.text.size()) {
    const ssize_t count = ::read(file.number(), result.text.data() + bytes, result.text.size() - bytes);
    if (count < 0) return unreadable(path, key, std::strerror(errno));
    if (count == 0) break;
    bytes += static_cast<std::size_t>(count);
  }
  if (bytes > kBytesMax) return unreadable(path, key, "it is longer than 256 KiB");
  result.text.resize(bytes);
  return result;
}

FileWatch::FileWatch(const std::vector<std::string>& paths) {
  for (const std::string& path : paths)
    if (!path.empty()) paths_.push_back(path);
  taken_ = last_ = look();
}

bool FileWatch::changed() {
  std::vector<Stamp> now = look();
  const bool at_rest = now == last_;
  last_ = std::move(now);
  if (!at_rest || last_ == taken_) return false;
  taken_ = last_;
  return true;
}

std::vector<FileWatch::Stamp> FileWatch::look() const {
  std::vector<Stamp> stamps;
  for (const std::string& path : paths_) {
    struct stat state {};
    Stamp stamp;
    if (::stat(path.c_str(), &state) == 0)
      stamp = {state.st_ino, state.st_size, state.st_mtim.tv_sec * 1'000'000'000LL + state.st_mtim.tv_nsec};
    stamps.push_back(stamp);
  }
  return stamps;
}

}  // namespace netpulse
