#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "engine/base/ip_address.h"
#include "engine/base/result.h"
#include "engine/place/mmdb_check.h"
#include "engine/place/mmdb_record.h"

namespace netpulse {

/// What tells one state of a file from another, as far as the file system knows.
struct FileIdentity {
  std::uint64_t device = 0, inode = 0, bytes = 0;
  std::int64_t modified_nanoseconds = 0;

  friend bool operator==(const FileIdentity&, const FileIdentity&) = default;
};
/// All zero if there is no such file.
FileIdentity file_identity(const std::string& path) noexcept;

/// One MMDB database, in memory. Immutable: any thread.
class MmdbFile {
 public:
  static constexpr std::size_t kFileBytesMax = std::size_t{1} << 30;

  /// Reads and checks the whole file. identity: which state of it was read, also when it is refused.
  /// Error: path and what is wrong.
  static Result<std::unique_ptr<MmdbFile>> load(const std::string& path, FileIdentity& identity);
  ~MmdbFile();
  MmdbFile(const MmdbFile&) = delete;
  MmdbFile& operator=(const MmdbFile&) = delete;

  /// Empty if the database does not have the address.
  MmdbRecord lookup(const IpAddress& address) const;
  const MmdbSummary& summary() const noexcept { return summary_; }
  /// "countries, cities, coordinates, AS numbers", as far as its first records have them; empty if they have none.
  std::string contents() const;

 private:
  explicit MmdbFile(MmdbSummary summary) : summary_(std::move(summary)) {}
  /// Error: the reason alone.
  Result<void> open(Bytes file);

  MmdbSummary summary_;
  MMDB_s database_{};
  bool open_ = false;
};

}  // namespace netpulse
