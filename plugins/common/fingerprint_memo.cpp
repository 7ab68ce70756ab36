#include "plugins/common/fingerprint_memo.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace netpulse {
namespace {

static_assert(sizeof(FingerprintMemo) <= std::size_t{140} * 1024);

/// A list of 16-bit values without GREASE; tells how many those are.
std::size_t put_values(ShapeKey& key, Bytes values) noexcept {
  constexpr std::uint64_t kLowNibbles = 0x0f0f0f0f0f0f0f0f, kGreaseNibbles = 0x0a0a0a0a0a0a0a0a;
  constexpr std::uint64_t kOnes = 0x0001000100010001, kHighBits = 0x8000800080008000;
  key.begin_list();
  for (std::size_t at = 0; at + 1 < values.size();) {
    // Four at once where none of them can be GREASE: a lane that is zero borrows from its highest bit.
    if (std::uint64_t word = 0; values.size() - at >= sizeof word) {
      std::memcpy(&word, values.data() + at, sizeof word);
      if (((((word & kLowNibbles) ^ kGreaseNibbles) - kOnes) & kHighBits) == 0) {
        key.put_value(word);
        at += sizeof word;
        continue;
      }
    }
    std::uint16_t value = 0;  // GREASE is the same in either byte order
    std::memcpy(&value, values.data() + at, sizeof value);
    if (!is_grease(value)) key.put_value(value);
    at += sizeof value;
  }
  return key.end_list() / sizeof(std::uint16_t);
}

/// The types of extensions without GREASE; tells how many those are. visit(std::uint16_t) for each.
template <class Visit>
std::size_t put_types(ShapeKey& key, Bytes extensions, Visit visit) noexcept {
  std::array<std::uint16_t, ShapeKey::kBytesMax / sizeof(std::uint16_t)> types;  // not cleared
  std::size_t count = 0;
  for_each_extension(extensions, [&](std::uint16_t type, Bytes) {
    if (is_grease(type)) return;
    if (count < types.size()) types[count] = type;
    ++count;
    visit(type);
  });
  // Of more than fit the key becomes full.
  key.begin_list();
  key.put({reinterpret_cast<const std::uint8_t*>(types.data()), std::min(count, types.size()) * sizeof types[0]});
  key.end_list();
  return count;
}

void put_bytes(ShapeKey& key, Bytes bytes) noexcept {
  key.begin_list();
  key.put(bytes);
  key.end_list();
}

/// Extension types without their order, each as often as it comes: registered ones are below 64 but for a few.
class TypeSet {
 public:
  void add(std::uint16_t type) noexcept {
    if (type < kLowTypes && (low_ >> type & 1) == 0)
      low_ |= std::uint64_t{1} << type;
    else
      add_other(type);
  }
  void put(ShapeKey& key) const noexcept {
    key.begin_list();
    key.put_value(low_);
    for (std::size_t i = 0; i < others_count_; ++i) key.put_value(others_[i]);
    key.end_list();
  }
  bool full() const noexcept { return full_; }

 private:
  static constexpr std::uint16_t kLowTypes = 64;
  static constexpr std::size_t kOthersMax = 16;

  void add_other(std::uint16_t type) noexcept {
    full_ = full_ || others_count_ == kOthersMax;
    if (full_) return;
    std::size_t at = others_count_++;
    for (; at > 0 && others_[at - 1] > type; --at) others_[at] = others_[at - 1];
    others_[at] = type;
  }

  std::uint64_t low_ = 0;
  std::size_t others_count_ = 0;
  bool full_ = false;
  std::array<std::uint16_t, kOthersMax> others_;  // not cleared
};

}  // namespace

void FingerprintMemo::of_client(const ClientHello& hello, Ja4Transport transport, OfClient& out) noexcept {
  ShapeKey key, extension_key;
  const std::size_t cipher_count = put_values(key, hello.cipher_suites), cipher_words = key.words().size();

  TypeSet types;
  const std::size_t extension_count = put_types(key, hello.extensions, [&](std::uint16_t type) {
    if (type != kExtensionServerName && type != kExtensionAlpn) types.add(type);
  });
  put_values(key, hello.supported_groups);
  key.begin_list();
  key.put_value(hello.legacy_version);
  key.put(hello.ec_point_formats);
  key.end_list();
  types.put(extension_key);
  put_bytes(extension_key, hello.signature_algorithms);
  if (key.full() || extension_key.full() || types.full()) {
    out.has_ja3 = netpulse::ja3(hello, out.ja3);
    out.has_ja4 = netpulse::ja4(hello, transport, out.ja4);
    return;
  }

  const ShapeKey::Words all = key.words(), ciphers = all.first(cipher_words), extensions = extension_key.words();
  const std::uint64_t cipher_hash = shape_hash(ciphers);
  out.has_ja3 = ja3_.get(all, shape_hash(all.subspan(cipher_words), cipher_hash), out.ja3,
                         [&](Md5Digest& digest) { return netpulse::ja3(hello, digest); });
  Ja4Digits cipher_digits, extension_digits;
  out.has_ja4 = ciphers_.get(ciphers, cipher_hash, cipher_digits, [&](Ja4Digits& digits) {
    return ja4_cipher_digits(hello.cipher_suites, digits);
  }) && extensions_.get(extensions, shape_hash(extensions), extension_digits, [&](Ja4Digits& digits) {
    return ja4_extension_digits(hello, digits);
  });
  if (out.has_ja4)
    out.ja4 = ja4_text(hello, transport, {cipher_count, extension_count}, cipher_digits, extension_digits);
}

bool FingerprintMemo::ja3s(const ServerHello& hello, Md5Digest& out) noexcept {
  ShapeKey key;
  key.begin_list();
  key.put_value(hello.legacy_version);
  key.put_value(hello.cipher_suite);
  for_each_extension(hello.extensions, [&](std::uint16_t type, Bytes) { key.put_value(type); });
  key.end_list();
  if (key.full()) return netpulse::ja3s(hello, out);
  return ja3s_.get(key.words(), shape_hash(key.words()), out,
                   [&](Md5Digest& digest) { return netpulse::ja3s(hello, digest); });
}

}  // namespace netpulse
