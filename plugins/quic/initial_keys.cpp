#include "plugins/quic/initial_keys.h"

#include <algorithm>
#include <cstring>
#include <string_view>

#include "engine/base/assert.h"

namespace netpulse {
namespace {

constexpr std::size_t kBlockBytes = sizeof(Sha256Block), kDigestBytes = 32;
using Digest = std::array<std::uint8_t, kDigestBytes>;

/// Puts SHA-256's padding behind message_bytes, the last ones of a message that has one block before them.
constexpr void pad_second_block(Sha256Block& block, std::size_t message_bytes) noexcept {
  block[message_bytes] = 0x80;
  const std::size_t bits = (kBlockBytes + message_bytes) * 8;
  block[kBlockBytes - 2] = static_cast<std::uint8_t>(bits >> 8);
  block[kBlockBytes - 1] = static_cast<std::uint8_t>(bits);
}

/// The message of HKDF-Expand-Label (RFC 8446 section 7.1) with an empty context, as HMAC's last inner block.
constexpr Sha256Block label_block(std::string_view label, std::uint8_t length) noexcept {
  constexpr std::string_view kPrefix = "tls13 ";
  Sha256Block block{};
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

/// Labels of key, iv and header key.
using KeyLabels = std::array<Sha256Block, 3>;
constexpr Sha256Block kSideLabels[] = {label_block("client in", 32), label_block("server in", 32)};
constexpr KeyLabels kLabels{label_block("quic key", 16), label_block("quic iv", 12), label_block("quic hp", 16)};
constexpr KeyLabels kLabelsV2{label_block("quicv2 key", 16), label_block("quicv2 iv", 12),
                              label_block("quicv2 hp", 16)};

void put_digest(std::uint8_t* to, const Sha256State& state) noexcept {
  for (std::size_t i = 0; i < state.size(); ++i) {
    const std::uint8_t bytes[] = {static_cast<std::uint8_t>(state[i] >> 24), static_cast<std::uint8_t>(state[i] >> 16),
                                  static_cast<std::uint8_t>(state[i] >> 8), static_cast<std::uint8_t>(state[i])};
    std::memcpy(to + i * sizeof bytes, bytes, sizeof bytes);
  }
}

HmacKey hmac_key(Bytes key, bool sha_instructions) noexcept {
  constexpr std::uint8_t kInnerPad = 0x36, kOuterPad = 0x5c;
  std::array<Sha256Block, 2> pads;
  pads[0].fill(kInnerPad);
  pads[1].fill(kOuterPad);
  for (std::size_t i = 0; i < key.size(); ++i) {
    pads[0][i] ^= key[i];
    pads[1][i] ^= key[i];
  }
  std::array<Sha256State, 2> states{kSha256Start, kSha256Start};
  sha256_compress(states.data(), pads.data(), states.size(), sha_instructions);
  return {states[0], states[1]};
}

/// HMAC (RFC 2104) of messages that are padded already, and fit one block.
template <std::size_t kMessages>
std::array<Digest, kMessages> hmac(const HmacKey& key, const std::array<Sha256Block, kMessages>& padded,
                                   bool sha_instructions) noexcept {
  std::array<Sha256State, kMessages> states;
  std::array<Sha256Block, kMessages> outer{};
  states.fill(key.inner);
  sha256_compress(states.data(), padded.data(), kMessages, sha_instructions);
  for (std::size_t i = 0; i < kMessages; ++i) {
    put_digest(outer[i].data(), states[i]);
    pad_second_block(outer[i], kDigestBytes);
  }
  states.fill(key.outer);
  sha256_compress(states.data(), outer.data(), kMessages, sha_instructions);
  std::array<Digest, kMessages> digests;
  for (std::size_t i = 0; i < kMessages; ++i) put_digest(digests[i].data(), states[i]);
  return digests;
}

}  // namespace

QuicKeySchedule::QuicKeySchedule(bool sha_instructions) noexcept : sha_instructions_(sha_instructions) {
  for (std::size_t i = 0; i < kQuicSaltCount; ++i) extract_[i] = hmac_key(kQuicSalts[i], sha_instructions);
}

const QuicInitialKeys& QuicKeySchedule::keys(QuicSalt salt, QuicSide side, Bytes destination_id) noexcept {
  NP_ASSERT(destination_id.size() <= kQuicConnectionIdBytesMax);
  // A connection ID is random (RFC 9000 section 7.2): its last byte spreads as well as any hash.
  const std::size_t slot = destination_id.empty() ? 0 : destination_id.back() % kRememberedCount;
  Remembered& connection = remembered_[slot];
  if (connection.salt != 1 + static_cast<unsigned>(salt) || connection.destination_id_bytes != destination_id.size() ||
      !std::equal(destination_id.begin(), destination_id.end(), connection.destination_id.begin()))
    derive_initial(connection, salt, destination_id);
  const auto side_index = static_cast<std::size_t>(side);
  if ((connection.sides_known >> side_index & 1U) == 0) derive_side(connection, salt, side_index);
  return connection.keys[side_index];
}

void QuicKeySchedule::derive_initial(Remembered& connection, QuicSalt salt, Bytes destination_id) const noexcept {
  std::array<Sha256Block, 1> message{};
  std::copy(destination_id.begin(), destination_id.end(), message[0].begin());
  pad_second_block(message[0], destination_id.size());
  const HmacKey& extract = extract_[static_cast<std::size_t>(salt)];
  connection.initial = hmac_key(hmac(extract, message, sha_instructions_)[0], sha_instructions_);
  connection.salt = static_cast<std::uint8_t>(1 + static_cast<unsigned>(salt));
  connection.sides_known = 0;
  connection.destination_id_bytes = static_cast<std::uint8_t>(destination_id.size());
  std::copy(destination_id.begin(), destination_id.end(), connection.destination_id.begin());
}

void QuicKeySchedule::derive_side(Remembered& connection, QuicSalt salt, std::size_t side) const noexcept {
  const std::array<Sha256Block, 1> message{kSideLabels[side]};
  const HmacKey secret = hmac_key(hmac(connection.initial, message, sha_instructions_)[0], sha_instructions_);
  const bool is_v2 = salt == QuicSalt::kV2 || salt == QuicSalt::kV2Draft;
  const std::array<Digest, 3> expanded = hmac(secret, is_v2 ? kLabelsV2 : kLabels, sha_instructions_);
  QuicInitialKeys& keys = connection.keys[side];
  std::copy_n(expanded[0].begin(), keys.key.size(), keys.key.begin());
  std::copy_n(expanded[1].begin(), keys.iv.size(), keys.iv.begin());
  std::copy_n(expanded[2].begin(), keys.header_key.size(), keys.header_key.begin());
  connection.sides_known = static_cast<std::uint8_t>(connection.sides_known | 1U << side);
}

}  // namespace netpulse
