#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace netpulse {

inline constexpr std::size_t kAnalyzersMax = 127;

/// A set of analyzers, a bit each by their order of registration (below kAnalyzersMax).
class AnalyzerMask {
 public:
  constexpr bool empty() const noexcept { return (words_[0] | words_[1]) == 0; }
  constexpr void add(std::size_t index) noexcept { words_[index / 64] |= std::uint64_t{1} << index % 64; }
  constexpr void remove(std::size_t index) noexcept { words_[index / 64] &= ~(std::uint64_t{1} << index % 64); }
  /// The lowest of a set that is not empty.
  constexpr std::size_t first() const noexcept {
    return static_cast<std::size_t>(words_[0] != 0 ? std::countr_zero(words_[0]) : 64 + std::countr_zero(words_[1]));
  }
  friend constexpr AnalyzerMask operator|(AnalyzerMask a, const AnalyzerMask& b) noexcept {
    a.words_[0] |= b.words_[0];
    a.words_[1] |= b.words_[1];
    return a;
  }
  /// Those of a that are not in b.
  friend constexpr AnalyzerMask operator-(AnalyzerMask a, const AnalyzerMask& b) noexcept {
    a.words_[0] &= ~b.words_[0];
    a.words_[1] &= ~b.words_[1];
    return a;
  }

 private:
  std::array<std::uint64_t, 2> words_{};
};

}  // namespace netpulse
