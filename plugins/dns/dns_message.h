#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "engine/base/bytes.h"
#include "engine/packet/load.h"

namespace netpulse {

inline constexpr std::size_t kDnsHeaderBytes = 12;
inline constexpr std::size_t kDnsNameBytesMax = 255;  ///< on the wire, with length octets (RFC 1035 section 2.3.4)
inline constexpr std::size_t kDnsLabelBytesMax = 63;
inline constexpr std::size_t kDnsPointersMax = 128;
inline constexpr std::uint8_t kDnsPointerBits = 0xc0;  ///< a pointer's first two bits (RFC 1035 section 4.1.4)
/// A question is at least a root name, type and class; a record has TTL and length besides.
inline constexpr std::size_t kDnsQuestionBytesMin = 5;
inline constexpr std::size_t kDnsRecordBytesMin = 11;

/// TYPE values (IANA, DNS Parameters).
struct DnsType {
  static constexpr std::uint16_t kA = 1, kNs = 2, kCname = 5, kSoa = 6, kAaaa = 28, kOpt = 41, kSvcb = 64, kHttps = 65;
  /// From here to kAny: not the types of records (RFC 6895 section 3.1).
  static constexpr std::uint16_t kFirstMeta = 128, kAny = 255;
};

/// The fixed header (RFC 1035 section 4.1.1).
struct DnsHeader {
  std::uint16_t id = 0, flags = 0;
  std::uint16_t questions = 0, answers = 0, authorities = 0, additionals = 0;

  bool is_response() const noexcept { return (flags & 0x8000) != 0; }
  bool truncated() const noexcept { return (flags & 0x0200) != 0; }
  std::uint8_t opcode() const noexcept { return static_cast<std::uint8_t>(flags >> 11 & 0x0f); }
  std::uint8_t rcode() const noexcept { return static_cast<std::uint8_t>(flags & 0x0f); }
  std::size_t records() const noexcept { return std::size_t{answers} + authorities + additionals; }
  /// The fewest bytes that a message with these counts can have.
  std::size_t message_bytes_min() const noexcept {
    return kDnsHeaderBytes + questions * kDnsQuestionBytesMin + records() * kDnsRecordBytesMin;
  }
};
bool read_dns_header(Bytes message, DnsHeader& header) noexcept;

/// A name as text: lower case (RFC 4343), labels joined by dots, without a trailing one; the root is "<Root>".
/// A dot or backslash within a label becomes \. or \\, a control character \DDD (RFC 1035 section 5.1); other bytes
/// stay, as multicast names are UTF-8 (RFC 6762 section 16). The buffer is not cleared.
class DnsNameText {
 public:
  DnsNameText() noexcept {}  // NOLINT(modernize-use-equals-default): = default would clear the buffer in T{}
  std::string_view view() const noexcept { return {text_.data(), size_}; }
  bool is_root() const noexcept { return root_; }

 private:
  friend std::size_t read_dns_name(Bytes message, std::size_t offset, DnsNameText& text) noexcept;
  std::size_t size_ = 0;
  bool root_ = false;
  std::array<char, kDnsNameBytesMax * 4> text_;  // each byte may become \DDD
};

/// Reads the name at offset; returns the offset behind it, or 0 if it is malformed: a label over 63 bytes, more than
/// 255 in all, a reserved label type, or a pointer that does not lead backwards (RFC 1035 section 4.1.4).
std::size_t read_dns_name(Bytes message, std::size_t offset, DnsNameText& text) noexcept;
/// The same without the text.
std::size_t dns_name_end(Bytes message, std::size_t offset) noexcept;
/// Passes over the name at offset without following pointers; 0 as above.
std::size_t skip_dns_labels(Bytes message, std::size_t offset) noexcept;
inline std::size_t skip_dns_name(Bytes message, std::size_t offset) noexcept {
  // Most owners of records are nothing but a pointer.
  if (offset + 2 <= message.size() && (message[offset] & kDnsPointerBits) == kDnsPointerBits) return offset + 2;
  return skip_dns_labels(message, offset);
}
/// Where a name that is nothing but a pointer leads; else offset itself.
inline std::size_t dns_pointer_target(Bytes message, std::size_t offset) noexcept {
  if (offset + 2 > message.size() || (message[offset] & kDnsPointerBits) != kDnsPointerBits) return offset;
  return static_cast<std::size_t>((message[offset] & 0x3f) << 8 | message[offset + 1]);
}
/// True if both offsets hold equal names (ASCII case ignored).
bool same_dns_labels(Bytes message, std::size_t a, std::size_t b) noexcept;
/// Likewise; also if both are one and the same, well-formed or not.
inline bool same_dns_name(Bytes message, std::size_t a, std::size_t b) noexcept {
  return a == b || dns_pointer_target(message, a) == dns_pointer_target(message, b) || same_dns_labels(message, a, b);
}

struct DnsQuestion {
  std::size_t name_offset = 0;
  std::size_t end = 0;  ///< offset behind it
  std::uint16_t type = 0;
  std::uint16_t class_code = 0;  ///< without the top bit, which mDNS uses (RFC 6762 section 5.4)
};
/// name_end: what read_dns_name() or dns_name_end() gave for offset.
inline bool read_dns_question(Bytes message, std::size_t offset, std::size_t name_end, DnsQuestion& question) noexcept {
  constexpr std::size_t kFixedBytes = 4;
  if (name_end == 0 || message.size() - name_end < kFixedBytes) return false;
  const std::uint8_t* fixed = message.data() + name_end;
  question.name_offset = offset;
  question.type = load_be16(fixed);
  question.class_code = load_be16(fixed + 2) & 0x7fff;
  question.end = name_end + kFixedBytes;
  return true;
}

struct DnsRecord {
  std::size_t name_offset = 0;
  std::size_t data_offset = 0;
  std::size_t end = 0;  ///< offset behind it
  std::uint16_t type = 0;
  std::uint16_t class_code = 0;  ///< as on the wire
  std::uint32_t ttl = 0;         ///< seconds; OPT: extended rcode, version and flags (RFC 6891 section 6.1.3)
  Bytes data;
};
/// Of its name only that it ends within the message.
inline bool read_dns_record(Bytes message, std::size_t offset, DnsRecord& record) noexcept {
  constexpr std::size_t kFixedBytes = 10;
  const std::size_t name_end = skip_dns_name(message, offset);
  if (name_end == 0 || message.size() - name_end < kFixedBytes) return false;
  const std::uint8_t* fixed = message.data() + name_end;
  const std::size_t data_bytes = load_be16(fixed + 8);
  record.data_offset = name_end + kFixedBytes;
  if (message.size() - record.data_offset < data_bytes) return false;
  record.name_offset = offset;
  record.type = load_be16(fixed);
  record.class_code = load_be16(fixed + 2);
  record.ttl = load_be32(fixed + 4);
  record.data = {message.data() + record.data_offset, data_bytes};
  record.end = record.data_offset + data_bytes;
  return true;
}

}  // namespace netpulse
