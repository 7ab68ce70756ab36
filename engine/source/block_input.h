#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "engine/base/result.h"

namespace netpulse {

enum class ReadStatus : std::uint8_t {
  kData,
  kEnd,
  kWait,    ///< a pipe has nothing yet; ask again
  kFailed,  ///< fault() says why; sticks
};
struct ReadResult {
  std::size_t bytes = 0;
  ReadStatus status = ReadStatus::kData;
};

/// A file, pipe or standard input ("-") as one stream of bytes, gzip members in it unpacked.
class BlockInput {
 public:
  static Result<BlockInput> open(const std::string& path);
  BlockInput(BlockInput&&) noexcept;
  BlockInput& operator=(BlockInput&&) noexcept;
  ~BlockInput();

  /// Fills into from its front: all of it from a file (but at its end), what is there from a pipe. Waits for a pipe a
  /// few milliseconds at most. into: at least kReadBytesMin.
  ReadResult read(std::span<std::uint8_t> into) noexcept;
  static constexpr std::size_t kReadBytesMin = 64;

  /// The bytes read() gives are unpacked ones.
  bool compressed() const noexcept;
  /// Bytes taken from the file itself so far.
  std::uint64_t raw_bytes_done() const noexcept;
  const std::string& fault() const noexcept;

 private:
  struct State;
  explicit BlockInput(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// The size of a regular file; 0 for anything else.
std::uint64_t regular_file_bytes(const std::string& path) noexcept;

}  // namespace netpulse
