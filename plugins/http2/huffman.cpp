#include "plugins/http2/huffman.h"

#include <array>
#include <cstdint>

namespace netpulse {
namespace {

constexpr std::size_t kSymbols = 257, kEndOfString = 256;
constexpr unsigned kBitsMin = 5, kBitsMax = 30;

/// Bits of each symbol's code (RFC 7541 appendix B). The code is canonical: symbols of one length follow each other in
/// numerical order, and longer ones begin where shorter ones end; so the lengths are all there is to know.
constexpr std::array<std::uint8_t, kSymbols> kCodeBits{
    13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28,
    28, 28, 28, 6,  10, 10, 12, 13, 6,  8,  11, 10, 10, 8,  11, 8,  6,  6,  6,  5,  5,  5,  6,  6,  6,  6,  6,  6,  6,
    7,  8,  15, 6,  12, 10, 13, 6,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,
    7,  8,  7,  8,  13, 19, 13, 14, 6,  15, 5,  6,  5,  6,  5,  6,  6,  6,  5,  7,  7,  6,  6,  6,  5,  6,  7,  6,  5,
    5,  6,  7,  7,  7,  7,  7,  15, 11, 14, 13, 28, 20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23, 24,
    24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24, 22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22,
    23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23, 26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26,
    27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27, 20, 24, 20, 21, 22, 21, 21, 23,
    22, 22, 25, 25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26, 30};

struct Code {
  /// By length: the first code and the one behind the last, with kBitsMax bits; and where the symbols begin.
  std::array<std::uint32_t, kBitsMax + 1> first{}, end{};
  std::array<std::uint16_t, kBitsMax + 1> symbols_begin{};
  std::array<std::uint16_t, kSymbols> symbols{};
};

constexpr Code kCode = [] {
  Code code;
  std::uint32_t next = 0;
  std::uint16_t count = 0;
  for (unsigned bits = kBitsMin; bits <= kBitsMax; ++bits) {
    code.first[bits] = next;
    code.symbols_begin[bits] = count;
    for (std::uint16_t symbol = 0; symbol < kSymbols; ++symbol) {
      if (kCodeBits[symbol] != bits) continue;
      code.symbols[count++] = symbol;
      next += std::uint32_t{1} << (kBitsMax - bits);
    }
    code.end[bits] = next;
  }
  return code;
}();
static_assert(kCode.end[kBitsMax] == std::uint32_t{1} << kBitsMax, "the code is complete");

}  // namespace

bool decode_hpack_huffman(Bytes coded, std::span<char> out, std::size_t& text_bytes) noexcept {
  constexpr unsigned kPaddingBitsMax = 7, kByteBits = 8, kWindowBits = 64;
  text_bytes = 0;
  std::uint64_t window = 0;  // the bits in hand are its highest
  unsigned held = 0;
  std::size_t at = 0;
  while (true) {
    for (; held <= kWindowBits - kByteBits && at < coded.size(); held += kByteBits)
      window |= std::uint64_t{coded[at++]} << (kWindowBits - kByteBits - held);
    if (held == 0) return true;
    const auto ahead = static_cast<std::uint32_t>(window >> (kWindowBits - kBitsMax));
    unsigned bits = kBitsMin;
    while (bits < kBitsMax && ahead >= kCode.end[bits]) ++bits;
    if (bits > held) break;
    const std::uint16_t symbol =
        kCode.symbols[kCode.symbols_begin[bits] + ((ahead - kCode.first[bits]) >> (kBitsMax - bits))];
    if (symbol == kEndOfString) return false;
    if (text_bytes < out.size()) out[text_bytes] = static_cast<char>(symbol);
    ++text_bytes;
    window <<= bits;
    held -= bits;
  }
  // Padding is the beginning of EOS: ones.
  return held <= kPaddingBitsMax && window >> (kWindowBits - held) == (std::uint64_t{1} << held) - 1;
}

}  // namespace netpulse
