#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "engine/analysis/analyzer_mask.h"
#include "engine/base/bytes.h"
#include "engine/base/result.h"

namespace netpulse {

/// Payload signatures of analyzers, all tested at once.
///
/// A signature says which values each of the first bytes may have. For the first four, a table per position gives the
/// signatures that allow the value found there, and the intersection of the four is what is left: a bit-parallel test
/// (Baeza-Yates and Gonnet, "A new approach to text searching", 1992, without the shift, as all begin at the first
/// byte). The few that are left are compared one by one. bench/signature_bench.cpp compares it with a pattern library:
/// a flow that nobody claims is tested for each of its first payloads.
class SignatureSet {
 public:
  static constexpr std::size_t kSignaturesMax = 256;  ///< alternatives count one by one
  static constexpr std::size_t kSignatureBytesMax = 64;

  /// Adds what expression stands for: "^", then bytes, each a character, \xHH, \ and a character that is no letter or
  /// digit, "." (any), [a-z] or [^a-z]; groups of alternatives (a|b); behind any of them "?" or {n}.
  /// Error: what is wrong with it, or that there is no room.
  Result<void> add(std::string_view expression, std::size_t analyzer);

  /// The analyzers one of whose signatures the payload begins with.
  AnalyzerMask match(Bytes payload) const noexcept;

 private:
  static constexpr std::size_t kTableBytes = 4, kWords = kSignaturesMax / 64;
  using Mask = std::array<std::uint64_t, kWords>;
  using ByteSet = std::bitset<256>;
  /// A byte behind the tables that may not have any value.
  struct Check {
    std::size_t position;
    ByteSet allowed;
  };
  struct Signature {
    std::size_t analyzer, bytes;
    std::size_t checks_begin, checks_end;  // in checks_
  };
  friend class SignatureParser;

  bool holds(const Signature& signature, Bytes payload) const noexcept;

  std::vector<Signature> signatures_;
  std::vector<Check> checks_;
  std::array<std::array<Mask, 256>, kTableBytes> tables_{};
  std::array<Mask, kTableBytes + 1> within_{};  // by payload size: the signatures that are not longer, or may be
};

}  // namespace netpulse
