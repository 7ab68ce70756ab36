#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "engine/base/bytes.h"

namespace netpulse {

/// ContentType (RFC 8446 section 5.1, RFC 6520).
struct TlsContent {
  static constexpr std::uint8_t kChangeCipherSpec = 20, kAlert = 21, kHandshake = 22, kApplicationData = 23,
                                kHeartbeat = 24;
};

/// A record's header is 5 bytes; its fragment at most 2^14 + 2048 (RFC 5246 section 6.2.3).
inline constexpr std::size_t kTlsRecordHeaderBytes = 5;
inline constexpr std::size_t kTlsFragmentBytesMax = 16384 + 2048;
/// A hello longer than this is not waited for; with ML-KEM key shares they have about 1.8 KiB.
inline constexpr std::size_t kHandshakeBytesMax = 16384;

/// True if five bytes can be a record header. Versions are 0x0300 to 0x0304: not checked further, as the first
/// ClientHello carries older ones (RFC 8446 section 5.1).
constexpr bool is_tls_record_header(Bytes bytes) noexcept {
  return bytes.size() >= kTlsRecordHeaderBytes && bytes[0] >= TlsContent::kChangeCipherSpec &&
         bytes[0] <= TlsContent::kHeartbeat && bytes[1] == 3 && bytes[2] <= 4 &&
         static_cast<std::size_t>(bytes[3] << 8 | bytes[4]) <= kTlsFragmentBytesMax;
}

/// Walks one direction of a TLS stream from its first byte: records, and in them whole handshake messages, which may
/// span records and share one. The last record need not be whole.
class HandshakeReader {
 public:
  enum class Event : std::uint8_t {
    kMessage,           ///< type() and body()
    kChangeCipherSpec,  ///< what follows in this direction is encrypted, but for TLS 1.3's dummy
    kWarning,           ///< an alert of level warning in clear
    kAlert,             ///< any other alert
    kApplicationData,
    kNeedMore,   ///< the stream ends in a message, or between two records
    kTooLong,    ///< a message of more than kHandshakeBytesMax; a Certificate only when so many bytes are there
    kMalformed,  ///< no record header where one should be
  };

  explicit HandshakeReader(Bytes stream) noexcept : rest_(stream) {}

  Event next() noexcept;

  std::uint8_t type() const noexcept { return type_; }
  /// Behind the 4-byte message header. Valid until the next call.
  Bytes body() const noexcept { return body_; }
  /// After kNeedMore and kTooLong: the type of the message that is not whole, 0 if not even its header is there.
  std::uint8_t partial_type() const noexcept { return pending_.size() < kMessageHeaderBytes ? 0 : pending_[0]; }
  /// What there is of that message behind its header.
  Bytes partial_body() const noexcept { return pending_.subspan(std::min(kMessageHeaderBytes, pending_.size())); }

 private:
  static constexpr std::size_t kMessageHeaderBytes = 4;
  bool take_message() noexcept;
  bool join(Bytes fragment) noexcept;

  Bytes rest_;     // from the next record header
  Bytes pending_;  // handshake bytes in hand: in the stream if one record has them all, else in joined_
  Bytes body_;
  std::size_t joined_bytes_ = 0;
  std::uint8_t type_ = 0;
  bool record_cut_ = false;
  std::array<std::uint8_t, kHandshakeBytesMax + 4> joined_;  // not cleared: used only when a message spans records
};

}  // namespace netpulse
