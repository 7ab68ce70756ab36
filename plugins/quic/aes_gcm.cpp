#include "plugins/quic/aes_gcm.h"

#include <algorithm>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace netpulse {

#if defined(__x86_64__)

// The build may aim at processors without these instructions: each function that uses them says so.
#define NP_TARGET __attribute__((target("aes,pclmul,ssse3")))

namespace {

constexpr std::size_t kBlockBytes = 16;
constexpr int kRounds = 10;
/// Blocks whose rounds overlap in the processor's pipeline, and blocks that share one reduction.
constexpr std::size_t kBlocksEncrypted = 8, kBlocksHashed = 4;

struct RoundKeys {
  __m128i round[kRounds + 1];
};

template <int kConstant>
NP_TARGET __m128i next_round_key(__m128i key) noexcept {
  const __m128i word = _mm_shuffle_epi32(_mm_aeskeygenassist_si128(key, kConstant), 0xff);
  key = _mm_xor_si128(key, _mm_slli_si128(key, 4));
  key = _mm_xor_si128(key, _mm_slli_si128(key, 8));
  return _mm_xor_si128(key, word);
}

NP_TARGET __m128i load(const std::uint8_t* bytes) noexcept {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes));
}
NP_TARGET void store(std::uint8_t* bytes, __m128i value) noexcept {
  _mm_storeu_si128(reinterpret_cast<__m128i*>(bytes), value);
}

NP_TARGET RoundKeys expand(const Aes128Key& key) noexcept {
  RoundKeys keys;
  __m128i* const round = keys.round;
  round[0] = load(key.data());
  round[1] = next_round_key<0x01>(round[0]);
  round[2] = next_round_key<0x02>(round[1]);
  round[3] = next_round_key<0x04>(round[2]);
  round[4] = next_round_key<0x08>(round[3]);
  round[5] = next_round_key<0x10>(round[4]);
  round[6] = next_round_key<0x20>(round[5]);
  round[7] = next_round_key<0x40>(round[6]);
  round[8] = next_round_key<0x80>(round[7]);
  round[9] = next_round_key<0x1b>(round[8]);
  round[10] = next_round_key<0x36>(round[9]);
  return keys;
}

template <std::size_t kBlocks>
NP_TARGET void encrypt(const RoundKeys& keys, __m128i* blocks) noexcept {
  for (std::size_t i = 0; i < kBlocks; ++i) blocks[i] = _mm_xor_si128(blocks[i], keys.round[0]);
  for (int round = 1; round < kRounds; ++round)
    for (std::size_t i = 0; i < kBlocks; ++i) blocks[i] = _mm_aesenc_si128(blocks[i], keys.round[round]);
  for (std::size_t i = 0; i < kBlocks; ++i) blocks[i] = _mm_aesenclast_si128(blocks[i], keys.round[kRounds]);
}

NP_TARGET __m128i reversed(__m128i value) noexcept {
  return _mm_shuffle_epi8(value, _mm_set_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
}

/// GHASH is POLYVAL of byte-reversed blocks under a key that is reversed and multiplied by x (RFC 8452 appendix A);
/// POLYVAL's bit order is the one that carry-less multiplication has.
constexpr long long kPolynomialHigh = static_cast<long long>(0xc200000000000000);  // x^127 + x^126 + x^121

/// A product of 256 bits before its reduction.
struct Product {
  __m128i low, middle, high;
};

NP_TARGET void add_product(Product& sum, __m128i a, __m128i b) noexcept {
  sum.low = _mm_xor_si128(sum.low, _mm_clmulepi64_si128(a, b, 0x00));
  sum.high = _mm_xor_si128(sum.high, _mm_clmulepi64_si128(a, b, 0x11));
  sum.middle = _mm_xor_si128(sum.middle, _mm_xor_si128(_mm_clmulepi64_si128(a, b, 0x01),  //
                                                       _mm_clmulepi64_si128(a, b, 0x10)));
}

/// The product times x^-128: its low half is folded upwards, 64 bits at a time.
NP_TARGET __m128i reduce(const Product& sum) noexcept {
  const __m128i polynomial = _mm_set_epi64x(0, kPolynomialHigh);
  __m128i low = _mm_xor_si128(sum.low, _mm_slli_si128(sum.middle, 8));
  const __m128i high = _mm_xor_si128(sum.high, _mm_srli_si128(sum.middle, 8));
  for (int i = 0; i < 2; ++i)
    low = _mm_xor_si128(_mm_shuffle_epi32(low, 0x4e), _mm_clmulepi64_si128(low, polynomial, 0x00));
  return _mm_xor_si128(low, high);
}

NP_TARGET __m128i times_x(__m128i value) noexcept {
  const __m128i carries = _mm_srli_epi64(value, 63);
  const __m128i shifted = _mm_or_si128(_mm_slli_epi64(value, 1), _mm_slli_si128(carries, 8));
  const bool overflow = (_mm_cvtsi128_si32(_mm_srli_si128(carries, 8)) & 1) != 0;
  return overflow ? _mm_xor_si128(shifted, _mm_set_epi64x(kPolynomialHigh, 1)) : shifted;
}

NP_TARGET __m128i multiply(__m128i a, __m128i b) noexcept {
  Product product{_mm_setzero_si128(), _mm_setzero_si128(), _mm_setzero_si128()};
  add_product(product, a, b);
  return reduce(product);
}

/// The authentication hash over padded inputs.
class Ghash {
 public:
  NP_TARGET explicit Ghash(__m128i key) noexcept : sum_(_mm_setzero_si128()) {
    powers_[0] = times_x(reversed(key));
    for (std::size_t i = 1; i < kBlocksHashed; ++i) powers_[i] = multiply(powers_[i - 1], powers_[0]);
  }
  NP_TARGET void add(__m128i block) noexcept { sum_ = multiply(_mm_xor_si128(sum_, reversed(block)), powers_[0]); }
  NP_TARGET void add(Bytes bytes) noexcept {
    const std::uint8_t* at = bytes.data();
    std::size_t left = bytes.size();
    for (; left >= kBlocksHashed * kBlockBytes; left -= kBlocksHashed * kBlockBytes) {
      Product product{_mm_setzero_si128(), _mm_setzero_si128(), _mm_setzero_si128()};
      add_product(product, _mm_xor_si128(sum_, reversed(load(at))), powers_[kBlocksHashed - 1]);
      for (std::size_t i = 1; i < kBlocksHashed; ++i)
        add_product(product, reversed(load(at + i * kBlockBytes)), powers_[kBlocksHashed - 1 - i]);
      sum_ = reduce(product);
      at += kBlocksHashed * kBlockBytes;
    }
    for (; left >= kBlockBytes; left -= kBlockBytes, at += kBlockBytes) add(load(at));
    if (left == 0) return;
    Aes128Block last{};
    std::memcpy(last.data(), at, left);
    add(load(last.data()));
  }
  NP_TARGET __m128i value() const noexcept { return reversed(sum_); }

 private:
  __m128i sum_;
  __m128i powers_[kBlocksHashed];
};

/// The counter block of a 96-bit nonce.
NP_TARGET __m128i counter_block(__m128i nonce, std::uint32_t counter) noexcept {
  const auto big_endian = static_cast<int>(__builtin_bswap32(counter));
  return _mm_or_si128(nonce, _mm_set_epi32(big_endian, 0, 0, 0));
}

NP_TARGET void decrypt(const RoundKeys& keys, __m128i nonce, Bytes text, std::uint8_t* out) noexcept {
  std::uint32_t counter = 2;  // the first one behind the tag's
  __m128i blocks[kBlocksEncrypted];
  for (std::size_t done = 0; done < text.size(); done += kBlocksEncrypted * kBlockBytes) {
    for (__m128i& block : blocks) block = counter_block(nonce, counter++);
    encrypt<kBlocksEncrypted>(keys, blocks);
    const std::size_t left = text.size() - done;
    const std::uint8_t* const from = text.data() + done;
    if (left >= kBlocksEncrypted * kBlockBytes) {
      for (std::size_t i = 0; i < kBlocksEncrypted; ++i)
        store(out + done + i * kBlockBytes, _mm_xor_si128(blocks[i], load(from + i * kBlockBytes)));
    } else {
      std::array<std::uint8_t, kBlocksEncrypted * kBlockBytes> stream;
      for (std::size_t i = 0; i < kBlocksEncrypted; ++i) store(stream.data() + i * kBlockBytes, blocks[i]);
      for (std::size_t i = 0; i < left; ++i) out[done + i] = static_cast<std::uint8_t>(from[i] ^ stream[i]);
    }
  }
}

}  // namespace

bool AesInstructions::available() noexcept {
  return __builtin_cpu_supports("aes") && __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("ssse3");
}

NP_TARGET Aes128Block AesInstructions::encrypt_block(const Aes128Key& key, const std::uint8_t* block) noexcept {
  __m128i value = load(block);
  encrypt<1>(expand(key), &value);
  Aes128Block out;
  store(out.data(), value);
  return out;
}

NP_TARGET bool AesInstructions::gcm_open(const Aes128Key& key, const GcmNonce& nonce, Bytes header, Bytes sealed,
                                         std::uint8_t* out) noexcept {
  if (sealed.size() < kGcmTagBytes) return false;
  const Bytes text = sealed.first(sealed.size() - kGcmTagBytes);
  const RoundKeys keys = expand(key);
  Aes128Block padded_nonce{};
  std::copy(nonce.begin(), nonce.end(), padded_nonce.begin());
  const __m128i nonce_block = load(padded_nonce.data());
  __m128i blocks[2] = {_mm_setzero_si128(), counter_block(nonce_block, 1)};
  encrypt<2>(keys, blocks);

  Ghash hash(blocks[0]);
  hash.add(header);
  hash.add(text);
  hash.add(
      reversed(_mm_set_epi64x(static_cast<long long>(header.size()) * 8, static_cast<long long>(text.size()) * 8)));
  const __m128i wrong = _mm_xor_si128(_mm_xor_si128(hash.value(), blocks[1]), load(text.data() + text.size()));
  if (_mm_movemask_epi8(_mm_cmpeq_epi8(wrong, _mm_setzero_si128())) != 0xffff) return false;
  decrypt(keys, nonce_block, text, out);
  return true;
}

#undef NP_TARGET

#else

bool AesInstructions::available() noexcept { return false; }
Aes128Block AesInstructions::encrypt_block(const Aes128Key&, const std::uint8_t*) noexcept { return {}; }
bool AesInstructions::gcm_open(const Aes128Key&, const GcmNonce&, Bytes, Bytes, std::uint8_t*) noexcept {
  return false;
}

#endif

}  // namespace netpulse
