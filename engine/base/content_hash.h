#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace netpulse {

/// A 64-bit hash of bytes that is the same in every run and build: for choices that must follow from the content alone,
/// such as who stays where there is no room for all. Not keyed: anybody can build collisions, so no table may be laid
/// out by it. start: told apart from other hashes of the same bytes.
inline std::uint64_t content_hash(std::string_view bytes, std::uint64_t start = 0) noexcept {
  constexpr std::uint64_t kFactor = 0x9e3779b97f4a7c15;
  std::uint64_t hash = (start | bytes.size() << 16) * kFactor;
  const auto mix = [&hash](std::uint64_t word) {
    hash = (hash ^ word) * kFactor;
    hash ^= hash >> 32;
  };
  const auto mix_part = [&]<class Word>(Word word, std::size_t offset) {
    std::memcpy(&word, bytes.data() + offset, sizeof word);
    mix(word);
  };
  // The last word overlaps the one before it: no bytes are left to be gathered one by one.
  constexpr std::size_t kLong = sizeof(std::uint64_t), kShort = sizeof(std::uint32_t);
  if (bytes.size() >= kLong) {
    for (std::size_t i = 0; i + kLong < bytes.size(); i += kLong) mix_part(std::uint64_t{}, i);
    mix_part(std::uint64_t{}, bytes.size() - kLong);
  } else if (bytes.size() >= kShort) {
    mix_part(std::uint32_t{}, 0);
    mix_part(std::uint32_t{}, bytes.size() - kShort);
  } else {
    for (const char c : bytes) mix(static_cast<std::uint8_t>(c));
  }
  return hash * kFactor;
}

}  // namespace netpulse
