#include "engine/source/dpdk/symmetric_hash_key.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <span>
#include <vector>

namespace netpulse {
namespace {

using Octets = std::vector<std::uint8_t>;

/// The Toeplitz hash of Microsoft's "Receive Side Scaling": for each bit of the input that is set, 32 bits of the key.
std::uint32_t toeplitz(std::span<const std::uint8_t> key, const Octets& input) {
  std::uint32_t hash = 0;
  for (std::size_t bit = 0; bit < input.size() * 8; ++bit) {
    if ((input[bit / 8] >> (7 - bit % 8) & 1) == 0) continue;
    for (std::size_t i = 0; i < 32; ++i)
      hash ^= static_cast<std::uint32_t>(key[(bit + i) / 8] >> (7 - (bit + i) % 8) & 1) << (31 - i);
  }
  return hash;
}

Octets input_of(const Octets& source, const Octets& destination, std::uint16_t source_port,
                std::uint16_t destination_port) {
  Octets input = source;
  input.insert(input.end(), destination.begin(), destination.end());
  for (const std::uint16_t port : {source_port, destination_port}) {
    input.push_back(static_cast<std::uint8_t>(port >> 8));
    input.push_back(static_cast<std::uint8_t>(port));
  }
  return input;
}

TEST(SymmetricHashKey, TheHashOfThisTestIsMicrosofts) {
  constexpr std::array<std::uint8_t, 40> kPublished{0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b, 0x0e, 0xc2, 0x41, 0x67,
                                                    0x25, 0x3d, 0x43, 0xa3, 0x8f, 0xb0, 0xd0, 0xca, 0x2b, 0xcb,
                                                    0xae, 0x7b, 0x30, 0xb4, 0x77, 0xcb, 0x2d, 0xa3, 0x80, 0x30,
                                                    0xf2, 0x0c, 0x6a, 0x42, 0xb7, 0x3b, 0xbe, 0xac, 0x01, 0xfa};
  // 66.9.149.187:2794 to 161.142.100.80:1766.
  EXPECT_EQ(toeplitz(kPublished, input_of({66, 9, 149, 187}, {161, 142, 100, 80}, 2794, 1766)), 0x51ccc178);
}

TEST(SymmetricHashKey, BothDirectionsHashAlike) {
  constexpr auto kKey = symmetric_hash_key();
  std::mt19937 random(1);
  std::set<std::uint32_t> hashes;
  for (const std::size_t address_bytes : {4, 16})
    for (int i = 0; i < 500; ++i) {
      Octets source(address_bytes), destination(address_bytes);
      for (Octets* address : {&source, &destination})
        std::generate(address->begin(), address->end(), [&] { return static_cast<std::uint8_t>(random()); });
      const auto near = static_cast<std::uint16_t>(random()), far = static_cast<std::uint16_t>(random());
      const std::uint32_t there = toeplitz(kKey, input_of(source, destination, near, far));
      EXPECT_EQ(there, toeplitz(kKey, input_of(destination, source, far, near)));
      hashes.insert(there);
    }
  EXPECT_GT(hashes.size(), 900);  // and they spread
}

}  // namespace
}  // namespace netpulse
