#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace netpulse {

/// A media stream that a session description announces.
struct SdpMedia {
  static constexpr std::size_t kPayloadTypesMax = 16;

  std::string_view kind;      ///< "audio", "video", "image", ...
  std::string_view protocol;  ///< "RTP/AVP", "RTP/SAVPF", "udptl", ...
  std::string_view address;   ///< of the media's own c= line, else the session's; empty: none
  std::uint16_t port = 0;     ///< 0: refused or on hold
  std::uint8_t payload_type_count = 0;
  std::array<std::uint8_t, kPayloadTypesMax> payload_types{};  ///< as numbered in the m= line
  std::array<std::uint32_t, kPayloadTypesMax> clocks_hz{};     ///< of payload_types; 0: no a=rtpmap line
  std::uint16_t events = 0;  ///< bit i: payload_types[i] is "telephone-event" (RFC 4733)
};

/// The media of a session description, in its order.
struct SessionDescription {
  static constexpr std::size_t kMediaMax = 8;

  std::uint8_t media_count = 0;
  std::array<SdpMedia, kMediaMax> media{};
};

/// Reads the c=, m= and a=rtpmap lines of a description; the views point into text. Media beyond kMediaMax and payload
/// types beyond kPayloadTypesMax are left out, lines that cannot be read are passed over. False if text does not begin
/// with "v=". Source: RFC 8866 sections 5.7, 5.14 and 6.6.
bool parse_sdp(std::string_view text, SessionDescription& session) noexcept;

}  // namespace netpulse
