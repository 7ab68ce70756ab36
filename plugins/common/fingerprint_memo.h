#pragma once

#include <cstdint>

#include "plugins/common/fingerprint.h"
#include "plugins/common/shape_memo.h"

namespace netpulse {

/// Fingerprints of hellos as fingerprint.h defines them, remembered by what goes into them: real clients and servers
/// come in few shapes, and then a fingerprint costs a comparison instead of a digest. The two halves of a JA4 are
/// remembered apart, and extensions without their order, as some clients shuffle them. What is not remembered is worked
/// out, at a few percent more. About 140 KiB, no allocation; a worker has one for each protocol.
class FingerprintMemo {
 public:
  struct OfClient {
    Md5Digest ja3;
    Ja4Text ja4;
    bool has_ja3 = false, has_ja4 = false;
  };

  void of_client(const ClientHello& hello, Ja4Transport transport, OfClient& out) noexcept;
  /// As the function ja3s().
  bool ja3s(const ServerHello& hello, Md5Digest& out) noexcept;

 private:
  static constexpr std::size_t kExtensionKeyBytesMax = 128, kServerKeyBytesMax = 64;

  ShapeMemo<Md5Digest, 32, ShapeKey::kBytesMax> ja3_;
  ShapeMemo<Ja4Digits, 16, ShapeKey::kBytesMax> ciphers_;
  ShapeMemo<Ja4Digits, 16, kExtensionKeyBytesMax> extensions_;
  ShapeMemo<Md5Digest, 16, kServerKeyBytesMax> ja3s_;
};

}  // namespace netpulse
