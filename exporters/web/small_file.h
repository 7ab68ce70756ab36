#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace netpulse {

/// The content of a certificate, key, token or users file.
struct SmallFile {
  std::string text;
  bool readable_by_all = false;  ///< its mode lets every user of the machine read it
};

/// Reads a regular file of at most 256 KiB. key: of the configuration, named in errors with the path and the reason.
Result<SmallFile> read_small_file(const std::string& path, std::string_view key);

/// Tells when a set of files has changed and come to rest: whoever renews a certificate replaces two files, one after
/// the other.
class FileWatch {
 public:
  FileWatch() = default;
  /// Empty paths are left out.
  explicit FileWatch(const std::vector<std::string>& paths);

  /// Call at regular intervals: true once per change, when nothing has changed since the call before.
  bool changed();

 private:
  struct Stamp {
    ino_t inode = 0;
    off_t bytes = 0;
    std::int64_t modified_ns = 0;
    bool operator==(const Stamp&) const = default;
  };
  std::vector<Stamp> look() const;

  std::vector<std::string> paths_;
  std::vector<Stamp> taken_, last_;
};

}  // namespace netpulse
