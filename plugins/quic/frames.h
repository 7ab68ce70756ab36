#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "engine/base/bytes.h"

namespace netpulse {

/// The data of one CRYPTO frame; a view into the packet's frames.
struct CryptoFragment {
  std::size_t offset = 0;  ///< in the handshake stream, below kStreamPrefixBytes
  Bytes data;
};

/// The CRYPTO frames of an Initial packet, sorted by offset.
class CryptoFragments {
 public:
  static constexpr std::size_t kFragmentsMax = 1024;

  void clear() noexcept { count_ = 0; }
  bool add(std::size_t offset, Bytes data) noexcept {
    if (count_ == kFragmentsMax) return false;
    fragments_[count_++] = {offset, data};
    return true;
  }
  void sort() noexcept;
  const CryptoFragment* begin() const noexcept { return fragments_.data(); }
  const CryptoFragment* end() const noexcept { return fragments_.data() + count_; }
  std::size_t size() const noexcept { return count_; }

 private:
  std::size_t count_ = 0;
  std::array<CryptoFragment, kFragmentsMax> fragments_;
};

enum class FramesResult : std::uint8_t {
  kRead,
  kLeftOut,  ///< CRYPTO data too far ahead, or in too many frames, was passed over
  kClosed,   ///< CONNECTION_CLOSE: nothing follows
  kMalformed
};

/// Reads the frames that an Initial packet may hold: PADDING, PING, ACK, CRYPTO, CONNECTION_CLOSE (RFC 9000 section
/// 12.4). Any other frame, and one that is cut, makes the packet malformed.
FramesResult read_quic_frames(Bytes frames, CryptoFragments& crypto) noexcept;
/// The same for the frames of gQUIC as they were since version 46.
FramesResult read_gquic_frames(Bytes frames, CryptoFragments& crypto) noexcept;

}  // namespace netpulse
