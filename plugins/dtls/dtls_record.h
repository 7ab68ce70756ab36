#pragma once

#include <cstdint>

#include "engine/base/bytes.h"

namespace netpulse {

inline constexpr std::size_t kDtlsRecordHeaderBytes = 13, kDtlsFragmentBytesMax = 16384 + 2048;
inline constexpr std::uint16_t kDtls10 = 0xfeff, kDtls12 = 0xfefd, kDtls13 = 0xfefc;

/// A record of DTLS 1.0 to 1.3 with the long header (RFC 6347 section 4.1, RFC 9147 section 4).
struct DtlsRecord {
  std::uint8_t content = 0;  ///< TlsContent
  std::uint16_t version = 0;
  std::uint16_t epoch = 0;  ///< 0: in clear
  std::uint16_t length = 0;
  Bytes fragment;  ///< length bytes, or fewer at the end of a datagram that is cut
};

/// Reads the next record of a datagram. False, and the cursor failed: there is none that is possible (content type 20
/// to 24, version DTLS 1.0 or 1.2, length at most kDtlsFragmentBytesMax).
bool take_dtls_record(ByteCursor& datagram, DtlsRecord& record) noexcept;

/// True for the first byte of DTLS 1.3's encrypted records (RFC 9147 section 4: 001 in front).
constexpr bool is_dtls13_unified(std::uint8_t first) noexcept { return (first & 0xe0) == 0x20; }

/// A handshake message, or a fragment of one (RFC 6347 section 4.2.2).
struct DtlsFragment {
  std::uint8_t type = 0;
  std::uint32_t message_bytes = 0;
  std::uint16_t message_seq = 0;
  std::uint32_t offset = 0;
  Bytes data;
  bool whole_message() const noexcept { return data.size() == message_bytes; }
};

/// Reads the next fragment of a handshake record in clear. False, and the cursor failed: the header is cut or reaches
/// past its message or its record.
bool take_dtls_fragment(ByteCursor& record, DtlsFragment& fragment) noexcept;

}  // namespace netpulse
