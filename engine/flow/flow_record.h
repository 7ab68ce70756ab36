#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

#include "engine/base/time.h"
#include "engine/flow/tcp_quality.h"
#include "engine/flow/traffic_direction.h"
#include "engine/packet/flow_key.h"

namespace netpulse {

/// IPFIX flowEndReason (information element 136, RFC 5102 section 5.11.3).
enum class EndReason : std::uint8_t {
  kNone = 0,
  kIdleTimeout = 1,
  kActiveTimeout = 2,
  kEndOfFlow = 3,
  kForcedEnd = 4,
  kLackOfResources = 5
};
inline constexpr std::size_t kEndReasonCount = 6;
/// "idle_timeout", "active_timeout", "end_of_flow", "forced_end", "lack_of_resources"; "none" for kNone.
const char* end_reason_name(EndReason reason) noexcept;

/// Index into the catalogue's applications; 0 is "unknown".
using ApplicationId = std::uint16_t;
/// Index into the registered analyzers; 0 is "unknown". What the bytes are (tls, dns, ...).
using ProtocolId = std::uint8_t;

/// How a flow got its name: the analyzer that found it (its ProtocolId), or one of these.
inline constexpr std::uint8_t kNameSourceNone = 0;
inline constexpr std::uint8_t kNameSourceDnsAnswer = 255;
inline constexpr std::uint8_t kNameSourceCertificate = 254;

/// How sure the application is, from least to most.
enum class ApplicationSource : std::uint8_t { kNone, kPort, kProtocol, kAddress, kDnsAnswer, kServerName };

inline constexpr std::uint32_t kNoDetail = 0xffffffff;

/// The hot part of a two-way flow: two cache lines, touched by every packet of the flow.
/// Arrays of two are indexed by Direction: [0] sent by the endpoint that sorts first, [1] by the other.
struct alignas(64) FlowRecord {
  FlowKey key;
  Timestamp start_time;
  Timestamp end_time;
  // --- line 2
  std::uint64_t bytes[2];          ///< whole frames on the wire
  std::uint64_t payload_bytes[2];  ///< transport payload by the IP length, retransmissions included
  std::uint32_t packets[2];        ///< a record ends (active timeout) before these wrap
  std::uint64_t flow_id;           ///< ordinal of the packet that began the record: unique in a run
  std::uint32_t detail_index;      ///< into the pool of FlowDetail, or kNoDetail
  ApplicationId application;
  ProtocolId protocol_id;
  std::uint8_t tcp_flags[2];      ///< union of the flags
  std::uint8_t flags;             ///< kFlag*
  std::uint8_t tcp_state;         ///< TcpState bits
  std::uint8_t analysis_state;    ///< AnalysisState, owned by analysis/
  std::uint8_t analysis_packets;  ///< payload packets looked at so far, saturating
  std::uint8_t analysis_flags;    ///< owned by analysis/
  ApplicationSource application_source : 4;
  std::uint8_t ways : 4;          ///< TrafficDirection of what lo sends, then of what hi sends: two bits each
  ProtocolId accounted_protocol;  ///< what its traffic is counted under, if kFlagAccounted: stays

  static constexpr std::uint8_t kFlagInitiatorIsHi = 0x01;  ///< src of the flow is the endpoint that sorts second
  static constexpr std::uint8_t kFlagShadow = 0x02;         ///< PacketView::kFlagShadow: neither counted nor exported
  static constexpr std::uint8_t kFlagAccounted = 0x04;      ///< its bytes are in the application's counters already
  static constexpr std::uint8_t kFlagContinued = 0x08;      ///< follows a record that ended by active timeout
  static constexpr std::uint8_t kFlagMidstream = 0x10;      ///< TCP whose SYN was not seen
  static constexpr std::uint8_t kFlagPinned = 0x20;         ///< a packet of it waits for analysis: not to be evicted
  static constexpr std::uint8_t kFlagRenamed = 0x40;        ///< is counted under FlowDetail::accounted_application
  static constexpr std::uint8_t kFlagAnswered = 0x80;       ///< a record before this one saw both directions

  bool is(std::uint8_t flag) const noexcept { return (flags & flag) != 0; }
  /// The direction of what the initiator (IPFIX source) sends.
  Direction forward() const noexcept { return is(kFlagInitiatorIsHi) ? Direction::kHiToLo : Direction::kLoToHi; }
  /// Which way a packet of the flow goes.
  TrafficDirection way(Direction direction) const noexcept {
    return static_cast<TrafficDirection>(ways >> 2 * static_cast<unsigned>(direction) & 3);
  }
  /// Which of the two ends are at home; once, when the record begins.
  void set_home(bool lo, bool hi) noexcept {
    ways = static_cast<std::uint8_t>((lo ? 0b1001 : 0) | (hi ? 0b0110 : 0)) & 0xf;
  }
  std::uint64_t packets_total() const noexcept { return std::uint64_t{packets[0]} + packets[1]; }
  std::uint64_t bytes_total() const noexcept { return bytes[0] + bytes[1]; }
};
static_assert(sizeof(FlowRecord) == 128);

/// Bits of FlowRecord::tcp_state.
struct TcpState {
  static constexpr std::uint8_t kSynSeen = 0x01, kSynAckSeen = 0x02, kEstablished = 0x04, kFinFromLo = 0x08,
                                kFinFromHi = 0x10, kReset = 0x20, kEnded = 0x40;
};

/// A short byte string kept in place; longer ones are cut and marked.
template <std::size_t kBytesMax>
struct InlineText {
  static_assert(kBytesMax <= 255);
  std::uint8_t size = 0;
  std::array<char, kBytesMax> data{};

  std::string_view view() const noexcept { return {data.data(), size}; }
  bool empty() const noexcept { return size == 0; }
  void assign(std::string_view text) noexcept {
    size = static_cast<std::uint8_t>(text.size() < kBytesMax ? text.size() : kBytesMax);
    if (size != 0) std::memcpy(data.data(), text.data(), size);
  }
};

/// RFC 9849 (Encrypted ClientHello): what can be seen from outside. A GREASE extension looks like a real one.
enum class Ech : std::uint8_t { kUnknown, kAbsent, kOuter };

/// Per-analyzer memory of a flow.
inline constexpr std::size_t kAnalyzerStateBytes = 48;

/// Texts that only some flows have, each a column of the flow record.
enum class FlowAttribute : std::uint8_t {
  kUserAgent,           ///< HTTP User-Agent, gQUIC UAID, SIP User-Agent
  kHttpMethod,          ///< of the first request
  kHttpStatus,          ///< three digits, of the first final response
  kHttpContentType,     ///< of that response
  kClientSoftware,      ///< as the initiator identifies itself: SSH identification string, ...
  kServerSoftware,      ///< as the responder does: SSH identification string, HTTP Server, greeting of a mail server
  kCertificateSubject,  ///< common name of the server's certificate, else the whole subject
  kCertificateNames,    ///< DNS names of its subjectAltName, joined by commas
  kHostName,            ///< the initiator's own name: DHCP option 12, NetBIOS
  kVendorClass,         ///< DHCP option 60
  kSipFrom,
  kSipTo,
  kHassh,           ///< MD5 of the algorithms that an SSH client offers, in hexadecimal
  kHasshServer,     ///< of what the server offers
  kLongServerName,  ///< one that FlowDetail has no room for; no column of its own
};
inline constexpr std::size_t kFlowAttributeCount = 15;

/// Numbers that only some flows have, of what one end sends: a column of the flow record for each end.
enum class FlowNumber : std::uint8_t {
  kMediaLost,               ///< RTP packets that never came
  kMediaJitterNanoseconds,  ///< as a receiver would report it (RFC 3550), of the worst stream
  kMediaMosThousandths,     ///< estimated mean opinion score, of the worst stream
};

/// The attributes of a flow, in the order in which they were found: kind, length, text. In the table it may have less
/// memory than its type says (AttributePool): size_class() tells how much.
class FlowAttributes {
 public:
  static constexpr std::size_t kTextBytesMax = 255;
  /// Size class 0 has kBytesMin bytes, each further one twice as much.
  static constexpr std::size_t kBytesMax = 512, kBytesMin = 64;
  static constexpr unsigned kSizeClasses = 4;
  static constexpr std::size_t kHeaderBytes = 2;  ///< of each attribute: kind, length

  /// The first text of a kind stays. Longer ones are cut, to what room is left too.
  void set(FlowAttribute kind, std::string_view text) noexcept;
  /// The last text of a kind stays.
  void replace(FlowAttribute kind, std::string_view text) noexcept;
  /// Empty if there is none.
  std::string_view get(FlowAttribute kind) const noexcept;
  /// The first number of a kind and a sender stays. Left out if there is no room.
  void set(FlowNumber kind, Direction sender, std::int64_t value) noexcept;
  std::optional<std::int64_t> get(FlowNumber kind, Direction sender) const noexcept;
  /// Empties it. What is zeroed is empty and of the largest class.
  void clear(unsigned size_class = kSizeClasses - 1) noexcept {
    used_ = 0;
    halvings_ = static_cast<std::uint16_t>((kSizeClasses - 1 - size_class) & 0xf);
  }

  unsigned size_class() const noexcept { return kSizeClasses - 1 - halvings_; }
  /// The smallest size class for attributes of so many bytes, their headers included, or the largest one.
  static constexpr unsigned size_class_for(std::size_t bytes) noexcept {
    unsigned size_class = 0;
    while (size_class < kSizeClasses - 1 && bytes > capacity_of(size_class)) ++size_class;
    return size_class;
  }
  /// Bytes in use.
  std::size_t used() const noexcept { return used_; }
  /// Takes the texts of another one, for which there must be room.
  void copy_texts(const FlowAttributes& other) noexcept {
    used_ = other.used_;
    std::memcpy(bytes_.data(), other.bytes_.data(), used_);
  }
  /// While out of use: what AttributePool remembers in it.
  std::uint32_t next_free() const noexcept {
    std::uint32_t next;
    std::memcpy(&next, bytes_.data(), sizeof next);
    return next;
  }
  void set_next_free(std::uint32_t next) noexcept { std::memcpy(bytes_.data(), &next, sizeof next); }

 private:
  static constexpr std::size_t capacity_of(unsigned size_class) noexcept {
    return (kBytesMin << size_class) - sizeof(std::uint16_t);
  }
  static char key_of(FlowAttribute kind) noexcept { return static_cast<char>(kind); }
  static char key_of(FlowNumber kind, Direction sender) noexcept {
    return static_cast<char>(kFlowAttributeCount + 2 * static_cast<std::size_t>(kind) +
                             static_cast<std::size_t>(sender));
  }
  std::size_t room() const noexcept { return capacity_of(size_class()) - used_; }
  void append(char key, std::string_view value) noexcept;
  std::string_view find(char key) const noexcept;

  std::uint16_t used_ : 12;
  std::uint16_t halvings_ : 4;  // of kBytesMax; so zero bytes are a whole one that is empty
  std::array<char, kBytesMax - sizeof(std::uint16_t)> bytes_;
};
static_assert(sizeof(FlowAttributes) == FlowAttributes::kBytesMax);
static_assert(FlowAttributes::kBytesMin << (FlowAttributes::kSizeClasses - 1) == FlowAttributes::kBytesMax);

/// The cold part: names and findings, taken from a pool when the first one is there. Most server names fit it; see
/// FlowTable::server_name() and FinishedFlow::server_name().
struct alignas(64) FlowDetail {
  std::array<std::uint8_t, kAnalyzerStateBytes> analyzer_state{};
  std::uint32_t attributes_index = kNoDetail;          ///< into the AttributePool, or kNoDetail
  std::uint32_t stream[2] = {0xffffffff, 0xffffffff};  ///< stream buffers in use, by Direction; owned by analysis/
  std::uint32_t tunnel_id = 0;
  std::uint32_t handshake_microseconds = 0;  ///< of TLS, DTLS, QUIC, as their analyzers define it; 0: not seen whole
  std::uint16_t vlan_id = 0;
  std::uint16_t tls_version = 0;  ///< as in ServerHello (0x0304), else the highest offered; 0: unknown
  std::uint16_t tls_cipher = 0;   ///< chosen by the server; 0: unknown
  std::uint8_t name_source = kNameSourceNone;
  Ech ech = Ech::kUnknown;
  bool has_ja3 = false, has_ja3s = false;
  ProtocolId candidate = 0;                 ///< owned by analysis/
  ApplicationId accounted_application = 0;  ///< meaningful only if FlowRecord::kFlagRenamed
  std::array<std::uint8_t, 16> ja3{};       ///< MD5
  std::array<std::uint8_t, 16> ja3s{};      ///< MD5
  InlineText<36> ja4;
  InlineText<23> alpn;               ///< the protocol agreed on, else the first one offered
  InlineText<63> short_server_name;  ///< lower case; empty if there is none, or a longer one

  /// took: more than zero; less than a microsecond counts as one.
  void set_handshake(Duration took) noexcept {
    constexpr std::int64_t kMost = 0xffffffff;  // 71 minutes
    handshake_microseconds = static_cast<std::uint32_t>(std::clamp<std::int64_t>(took.nanoseconds / 1000, 1, kMost));
  }
};
static_assert(sizeof(FlowDetail) == 256);

/// The flow's name in lower case, empty if there is none. attributes: detail's, null if it has none.
inline std::string_view server_name_of(const FlowDetail& detail, const FlowAttributes* attributes) noexcept {
  if (!detail.short_server_name.empty() || attributes == nullptr) return detail.short_server_name.view();
  return attributes->get(FlowAttribute::kLongServerName);
}

/// Where one end of a flow is, as far as a database knows.
struct EndpointPlace {
  std::array<char, 2> country{};  ///< ISO 3166 alpha-2; zeros: unknown, or in no country
  std::uint32_t asn = 0;          ///< autonomous system; 0: unknown
};

/// A flow record on its way out: hot part, cold part, and why it ended.
struct FinishedFlow {
  FlowRecord record;
  EndReason reason = EndReason::kNone;
  bool has_detail = false;
  std::uint16_t interface_index = 0;
  bool has_attributes = false;
  EndpointPlace places[2];    ///< of lo_addr, of hi_addr; the collector fills them in
  TcpQuality tcp_quality;     ///< of TCP
  TcpCounters tcp_counters;   ///< of TCP
  FlowDetail detail;          ///< meaningful only if has_detail
  FlowAttributes attributes;  ///< meaningful only if has_attributes

  std::string_view server_name() const noexcept {
    return has_detail ? server_name_of(detail, has_attributes ? &attributes : nullptr) : std::string_view{};
  }
  /// Payload without what was seen before, by Direction.
  std::uint64_t unique_payload_bytes(std::size_t direction) const noexcept {
    return record.payload_bytes[direction] - (record.key.protocol == 6 ? tcp_counters.repeated[direction].bytes() : 0);
  }
  /// For what builds flows itself; in the table FlowTable::set_server_name() does it.
  void set_server_name(std::string_view name) noexcept {
    has_detail = true;
    if (name.size() <= detail.short_server_name.data.size()) {
      detail.short_server_name.assign(name);
      return;
    }
    has_attributes = true;
    detail.short_server_name.size = 0;
    attributes.replace(FlowAttribute::kLongServerName, name);
  }
};

}  // namespace netpulse
