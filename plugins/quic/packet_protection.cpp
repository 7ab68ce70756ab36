#include "plugins/quic/packet_protection.h"

#include <openssl/evp.h>

#include <algorithm>

#include "engine/base/assert.h"

namespace netpulse {
namespace {

constexpr std::size_t kTagBytes = 16, kNonceBytes = 12, kKeyBytes = 16, kBlockBytes = 16;
constexpr std::size_t kPacketNumberBytesMax = 4;

/// RFC 9001 section 5.8, RFC 9369 section 3.3.3; the same sections of the drafts.
struct RetryKey {
  QuicSalt salt;
  std::array<std::uint8_t, kKeyBytes> key;
  std::array<std::uint8_t, kNonceBytes> nonce;
};
constexpr RetryKey kRetryKeys[] = {
    {QuicSalt::kV1,
     {0xbe, 0x0c, 0x69, 0x0b, 0x9f, 0x66, 0x57, 0x5a, 0x1d, 0x76, 0x6b, 0x54, 0xe3, 0x68, 0xc8, 0x4e},
     {0x46, 0x15, 0x99, 0xd3, 0x5d, 0x63, 0x2b, 0xf2, 0x23, 0x98, 0x25, 0xbb}},
    {QuicSalt::kV2,
     {0x8f, 0xb4, 0xb0, 0x1b, 0x56, 0xac, 0x48, 0xe2, 0x60, 0xfb, 0xcb, 0xce, 0xad, 0x7c, 0xcc, 0x92},
     {0xd8, 0x69, 0x69, 0xbc, 0x2d, 0x7c, 0x6d, 0x99, 0x90, 0xef, 0xb0, 0x4a}},
    {QuicSalt::kDraft29,
     {0xcc, 0xce, 0x18, 0x7e, 0xd0, 0x9a, 0x09, 0xd0, 0x57, 0x28, 0x15, 0x5a, 0x6c, 0xb9, 0x6b, 0xe1},
     {0xe5, 0x49, 0x30, 0xf9, 0x7f, 0x21, 0x36, 0xf0, 0x53, 0x0a, 0x8c, 0x1c}},
};

QuicPacketProtection::Context make_context(const char* name, bool encrypt) {
  const std::unique_ptr<EVP_CIPHER, void (*)(EVP_CIPHER*)> cipher(EVP_CIPHER_fetch(nullptr, name, nullptr),
                                                                  EVP_CIPHER_free);
  QuicPacketProtection::Context context(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  NP_ASSERT(cipher != nullptr && context != nullptr);
  const int ready = encrypt ? EVP_EncryptInit_ex2(context.get(), cipher.get(), nullptr, nullptr, nullptr)
                            : EVP_DecryptInit_ex2(context.get(), cipher.get(), nullptr, nullptr, nullptr);
  NP_ASSERT(ready == 1);
  EVP_CIPHER_CTX_set_padding(context.get(), 0);
  return context;
}

}  // namespace

QuicPacketProtection::QuicPacketProtection()
    : gcm_(make_context("AES-128-GCM", false)),
      block_(make_context("AES-128-ECB", true)),
      buffer_(new std::uint8_t[kBufferBytes]) {}

bool QuicPacketProtection::decrypt(const std::uint8_t* key, const std::uint8_t* nonce, Bytes header, Bytes sealed,
                                   std::uint8_t* out) noexcept {
  const Bytes text = sealed.first(sealed.size() - kTagBytes);
  // The parameter is not const, but only read when a tag is set.
  auto* tag = const_cast<std::uint8_t*>(text.data() + text.size());
  int written = 0;
  return EVP_DecryptInit_ex2(gcm_.get(), nullptr, key, nonce, nullptr) == 1 &&
         EVP_CIPHER_CTX_ctrl(gcm_.get(), EVP_CTRL_AEAD_SET_TAG, kTagBytes, tag) == 1 &&
         EVP_DecryptUpdate(gcm_.get(), nullptr, &written, header.data(), static_cast<int>(header.size())) == 1 &&
         (text.empty() ||
          EVP_DecryptUpdate(gcm_.get(), out, &written, text.data(), static_cast<int>(text.size())) == 1) &&
         EVP_DecryptFinal_ex(gcm_.get(), out, &written) == 1;
}

Bytes QuicPacketProtection::open(const QuicInitialKeys& keys, Bytes packet, const QuicPacketExtent& extent) noexcept {
  if (packet.size() > kBufferBytes) return {};
  std::array<std::uint8_t, kBlockBytes> mask;
  int written = 0;
  const std::uint8_t* sample = packet.data() + extent.packet_number_offset + kPacketNumberBytesMax;
  if (EVP_EncryptInit_ex2(block_.get(), nullptr, keys.header_key.data(), nullptr, nullptr) != 1 ||
      EVP_EncryptUpdate(block_.get(), mask.data(), &written, sample, kBlockBytes) != 1)
    return {};
  constexpr std::uint8_t kLongHeaderMask = 0x0f, kPacketNumberLengthMask = 0x03, kReservedBits = 0x0c;
  const auto first_byte = static_cast<std::uint8_t>(packet[0] ^ (mask[0] & kLongHeaderMask));
  // Never set (RFC 9000 section 17.2): three of four packets under other keys are told by this alone.
  if ((first_byte & kReservedBits) != 0) return {};
  const std::size_t number_bytes = (first_byte & kPacketNumberLengthMask) + 1U;
  const std::size_t header_bytes = extent.packet_number_offset + number_bytes;
  if (packet.size() < header_bytes + kTagBytes) return {};

  std::uint8_t* const header = buffer_.get();
  std::copy_n(packet.begin(), header_bytes, header);
  header[0] = first_byte;
  // The first packets of a connection carry their numbers whole: nothing has been acknowledged (RFC 9000 appendix A).
  std::array<std::uint8_t, kNonceBytes> nonce = keys.iv;
  for (std::size_t i = 0; i < number_bytes; ++i) {
    std::uint8_t& byte = header[extent.packet_number_offset + i];
    byte ^= mask[1 + i];
    nonce[kNonceBytes - number_bytes + i] ^= byte;
  }
  std::uint8_t* const frames = header + header_bytes;
  const Bytes sealed = packet.subspan(header_bytes);
  if (!decrypt(keys.key.data(), nonce.data(), {header, header_bytes}, sealed, frames)) return {};
  return {frames, sealed.size() - kTagBytes};
}

QuicPacketProtection::RetryTag QuicPacketProtection::check_retry(QuicSalt salt, Bytes original_id,
                                                                 Bytes packet) noexcept {
  const auto* found = std::find_if(std::begin(kRetryKeys), std::end(kRetryKeys),
                                   [&](const RetryKey& retry) { return retry.salt == salt; });
  if (found == std::end(kRetryKeys)) return RetryTag::kUnknown;
  if (packet.size() < kTagBytes || 1 + original_id.size() + packet.size() > kBufferBytes) return RetryTag::kInvalid;
  // The Retry Pseudo-Packet is authenticated, and nothing encrypted.
  std::uint8_t* const pseudo = buffer_.get();
  pseudo[0] = static_cast<std::uint8_t>(original_id.size());
  std::copy(original_id.begin(), original_id.end(), pseudo + 1);
  const Bytes covered = packet.first(packet.size() - kTagBytes);
  std::copy(covered.begin(), covered.end(), pseudo + 1 + original_id.size());
  std::uint8_t nothing = 0;
  const bool valid = decrypt(found->key.data(), found->nonce.data(), {pseudo, 1 + original_id.size() + covered.size()},
                             packet.last(kTagBytes), &nothing);
  return valid ? RetryTag::kValid : RetryTag::kInvalid;
}

}  // namespace netpulse
