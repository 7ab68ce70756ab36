#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/result.h"

namespace netpulse {

/// Bounds of a database, so that no configuration makes the start take minutes.
inline constexpr std::size_t kPatternsMax = 65536;
inline constexpr std::size_t kExpressionBytesMax = 4096;

/// One expression of a pattern database. Several may share an id.
struct PatternSource {
  std::string expression;  ///< PCRE subset of Hyperscan, not empty; "." matches every byte
  std::uint32_t id = 0;
  bool case_insensitive = false;
  bool literal = false;  ///< expression is the bytes themselves, not a regular expression
};

/// An immutable compiled set of patterns, shared by all threads. The only place that knows libhs (Hyperscan,
/// Vectorscan).
class PatternDatabase {
 public:
  /// No patterns: a database that never matches. Error: which pattern (its index and text) and why, in the library's
  /// words.
  static Result<PatternDatabase> compile(std::span<const PatternSource> patterns);

  PatternDatabase(PatternDatabase&&) noexcept;
  PatternDatabase& operator=(PatternDatabase&&) noexcept;
  ~PatternDatabase();

 private:
  friend class PatternScanner;
  PatternDatabase();
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

/// Scans with a database: holds the scratch memory, so one per thread. The database must outlive it. No allocation in
/// scan().
class PatternScanner {
 public:
  explicit PatternScanner(const PatternDatabase& database);
  PatternScanner(PatternScanner&&) noexcept;
  PatternScanner& operator=(PatternScanner&&) noexcept;
  ~PatternScanner();

  /// Called with the id of an expression and the offset behind the last byte of its first match, at most once per
  /// expression, in no order among those that end together; return false to stop the scan. Must not scan with the same
  /// scanner.
  using OnMatch = bool (*)(void* user, std::uint32_t id, std::size_t end_offset);
  void scan(Bytes data, OnMatch on_match, void* user) noexcept;

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace netpulse
