#pragma once

#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <string>
#include <string_view>

namespace netpulse {

/// A file of a test, removed at its end.
class TemporaryFile {
 public:
  explicit TemporaryFile(std::string_view contents = {}) {
    static int count = 0;
    path_ = "place_test_" + std::to_string(::getpid()) + "_" + std::to_string(count++) + ".mmdb";
    overwrite(contents);
  }
  ~TemporaryFile() { std::remove(path_.c_str()); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  const std::string& path() const { return path_; }
  /// In place: the file stays the same one.
  void overwrite(std::string_view contents) const {
    std::ofstream(path_, std::ios::binary | std::ios::trunc) << contents;
  }
  /// By another file that is renamed over it.
  void replace(std::string_view contents) const {
    const std::string other = path_ + ".new";
    std::ofstream(other, std::ios::binary) << contents;
    std::rename(other.c_str(), path_.c_str());
  }

 private:
  std::string path_;
};

}  // namespace netpulse
