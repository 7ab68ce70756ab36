#pragma once

#include "plugins/common/analyzer_defaults.h"

namespace netpulse {

/// RTP and SRTP over UDP, without the signalling that announced it.
///
/// A single datagram proves nothing, so the claim is tentative until kInARowMin datagrams of one source have followed
/// each other: same SSRC and payload type, sequence number one higher, a time stamp that a media clock can have. STUN,
/// DTLS and RTCP in between are passed over. Given up after kDatagramsMax, or kStrangersMax that fit nothing.
/// Source: RFC 3550 section 5.1 and appendix A.1; RFC 3551 section 6; RFC 7983 section 7.
struct Rtp : AnalyzerDefaults {
  struct Source {
    std::uint32_t ssrc;
    std::uint32_t timestamp;
    std::uint16_t sequence;
    std::uint8_t payload_type;
    std::uint8_t in_a_row;  ///< 0: unused
  };
  struct State {
    Source sources[2];  ///< one for each direction, or two of a bundle
    std::uint8_t datagrams;
    std::uint8_t strangers;
    std::uint8_t confirmed;
  };
  static constexpr std::uint8_t kInARowMin = 4, kDatagramsMax = 30, kStrangersMax = 12;

  static constexpr std::string_view kName = "rtp";
  static constexpr bool kStateOverUdp = true;
  static constexpr std::array<Pattern, 1> kPatterns{Pattern{R"(^[\x80-\xbf][^\xc0-\xdf])"}};

  static Verdict probe(const PacketView& packet) noexcept;
  static Verdict consume(const PacketView& packet, State& state, AnalyzerContext& context) noexcept;
};

/// RTCP over UDP, on a port of its own: compound packets that begin with a report and add up to the datagram. When RTP
/// follows on the same port the flow is handed over.
/// Source: RFC 3550 sections 6.1 and 6.4, RFC 4585 section 6.1, RFC 3611, RFC 5761.
struct Rtcp : AnalyzerDefaults {
  static constexpr std::string_view kName = "rtcp";
  static constexpr std::array<Pattern, 1> kPatterns{Pattern{R"(^[\x80-\xbf][\xc8\xc9]\x00)"}};

  static Verdict probe(const PacketView& packet) noexcept;
  static Verdict consume(const PacketView& packet, State& state, AnalyzerContext& context) noexcept;
};

}  // namespace netpulse
