// OpenSSL 3's EVP interface sets up an algorithm for every derivation: 22 microseconds a connection; these take 0.7.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "plugins/quic/initial_keys.h"

#include <openssl/sha.h>

#include <algorithm>
#include <cstring>
#include <string_view>

#include "engine/base/assert.h"

namespace netpulse {
namespace {

constexpr std::size_t kBlockBytes = 64, kDigestBytes = 32;
using Block = std::array<std::uint8_t, kBlockBytes>;
using Digest = std::array<std::uint8_t, kDigestBytes>;

constexpr Sha256State kSha256Start{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                   0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

/// Puts SHA-256's padding behind message_bytes, the last ones of a message that has one block before them.
constexpr void pad_second_block(Block& block, std::size_t message_bytes) noexcept {
  block[message_bytes] = 0x80;
  const std::size_t bits = (kBlockBytes + message_bytes) * 8;
  block[kBlockBytes - 2] = static_cast<std::uint8_t>(bits >> 8);
  block[kBlockBytes - 1] = static_cast<std::uint8_t>(bits);
}

/// The message of HKDF-Expand-Label (RFC 8446 section 7.1) with an empty context, as HMAC's last inner block.
constexpr Block label_block(std::string_view label, std::uint8_t length) noexcept {
  constexpr std::string_view kPrefix = "tls13 ";
  Block block{};
  std::size_t i = 0;
  block[i++] = 0;
  block[i++] = length;
  block[i++] = static_cast<std::uint8_t>(kPrefix.size() + label.size());
  for (const char c : kPrefix) block[i++] = static_cast<std::uint8_t>(c);
  for (const char c : label) block[i++] = static_cast<std::uint8_t>(c);
  block[i++] = 0;  // context
  block[i++] = 1;  // HKDF-Expand's counter (RFC 5869 section 2.3)
  pad_second_block(block, i);
  return block;
}

struct Labels {
  Block key, iv, header_key;
};
constexpr Block kSideLabels[] = {label_block("client in", 32), label_block("server in", 32)};
constexpr Labels kLabels{label_block("quic key", 16), label_block("quic iv", 12), label_block("quic hp", 16)};
constexpr Labels kLabelsV2{label_block("quicv2 key", 16), label_block("quicv2 iv", 12), label_block("quicv2 hp", 16)};

void compress(Sha256State& state, const Block& block) noexcept {
  SHA256_CTX context;
  static_assert(sizeof context.h == sizeof state);
  std::memcpy(context.h, state.data(), sizeof state);
  SHA256_Transform(&context, block.data());
  std::memcpy(state.data(), context.h, sizeof state);
}

HmacKey hmac_key(Bytes key) noexcept {
  constexpr std::uint8_t kInnerPad = 0x36, kOuterPad = 0x5c;
  Block inner, outer;
  inner.fill(kInnerPad);
  outer.fill(kOuterPad);
  for (std::size_t i = 0; i < key.size(); ++i) {
    inner[i] ^= key[i];
    outer[i] ^= key[i];
  }
  HmacKey made{kSha256Start, kSha256Start};
  compress(made.inner, inner);
  compress(made.outer, outer);
  return made;
}

/// HMAC (RFC 2104) of a message that is padded already, and fits one block.
Digest hmac(const HmacKey& key, const Block& padded) noexcept {
  const auto put = [](std::uint8_t* to, const Sha256State& state) {
    for (std::size_t i = 0; i < kDigestBytes; ++i)
      to[i] = static_cast<std::uint8_t>(state[i / 4] >> (24 - 8 * (i % 4)));
  };
  Sha256State state = key.inner;
  compress(state, padded);
  Block outer{};
  put(outer.data(), state);
  pad_second_block(outer, kDigestBytes);
  state = key.outer;
  compress(state, outer);
  Digest digest;
  put(digest.data(), state);
  return digest;
}

template <std::size_t kBytes>
void expand(const HmacKey& secret, const Block& label, std::array<std::uint8_t, kBytes>& out) noexcept {
  const Digest digest = hmac(secret, label);
  std::copy_n(digest.begin(), kBytes, out.begin());
}

}  // namespace

QuicKeySchedule::QuicKeySchedule() noexcept {
  for (std::size_t i = 0; i < kQuicSaltCount; ++i) extract_[i] = hmac_key(kQuicSalts[i]);
}

const QuicInitialKeys& QuicKeySchedule::keys(QuicSalt salt, QuicSide side, Bytes destination_id) noexcept {
  NP_ASSERT(destination_id.size() <= kQuicConnectionIdBytesMax);
  const auto salt_index = static_cast<std::size_t>(salt), side_index = static_cast<std::size_t>(side);
  const auto salt_and_side = static_cast<std::uint8_t>(1 + salt_index * 2 + side_index);
  // A connection ID is random (RFC 9000 section 7.2): its last byte spreads as well as any hash.
  const std::size_t slot = destination_id.empty() ? 0 : (destination_id.back() ^ side_index) % kRememberedCount;
  Remembered& remembered = remembered_[slot];
  if (remembered.salt_and_side == salt_and_side && remembered.destination_id_bytes == destination_id.size() &&
      std::equal(destination_id.begin(), destination_id.end(), remembered.destination_id.begin()))
    return remembered.keys;

  Block message{};
  std::copy(destination_id.begin(), destination_id.end(), message.begin());
  pad_second_block(message, destination_id.size());
  const HmacKey initial_secret = hmac_key(hmac(extract_[salt_index], message));
  const HmacKey secret = hmac_key(hmac(initial_secret, kSideLabels[side_index]));
  const Labels& labels = salt == QuicSalt::kV2 || salt == QuicSalt::kV2Draft ? kLabelsV2 : kLabels;
  expand(secret, labels.key, remembered.keys.key);
  expand(secret, labels.iv, remembered.keys.iv);
  expand(secret, labels.header_key, remembered.keys.header_key);
  remembered.salt_and_side = salt_and_side;
  remembered.destination_id_bytes = static_cast<std::uint8_t>(destination_id.size());
  std::copy(destination_id.begin(), destination_id.end(), remembered.destination_id.begin());
  return remembered.keys;
}

}  // namespace netpulse
