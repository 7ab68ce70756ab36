#pragma once

#include "plugins/common/analyzer_defaults.h"
#include "plugins/sip/sip_calls.h"

namespace netpulse {

/// Values of the labels of the SIP counters.
inline constexpr std::array<std::string_view, 7> kSipMessageLabels{"request", "1xx", "2xx", "3xx", "4xx", "5xx", "6xx"};
inline constexpr std::array<std::string_view, 4> kSipCallLabels{"begun", "answered", "refused", "forgotten"};
inline constexpr std::array<std::string_view, 4> kSipMediaLabels{"audio", "video", "image", "other"};

/// SIP over UDP and TCP, on any port: who calls whom, with what software, and the media that sessions announce.
///
/// The addresses and ports of RTP in a session description are announced to the engine, so that media are known by
/// their first packet. To keep the answer the same for any number of workers only SIP on the ports below announces:
/// those that SIP is configured for in practice. On others it is recognised all the same.
/// Calls are timed from their INVITE to the first sign of ringing and to the answer; see SipCalls.
/// Over TCP messages are framed by Content-Length; a body is read when it is there whole. The flow is never done, but
/// for a TCP stream with a hole or a header longer than the prefix.
/// Source: RFC 3261 sections 7, 18.3, 20.20, 20.35, 20.39 and 20.41; RFC 8866.
struct Sip : AnalyzerDefaults {
  static constexpr std::string_view kName = "sip";
  static constexpr std::array<Pattern, 1> kPatterns{
      Pattern{"^(SIP/|INVI|ACK |BYE |CANC|OPTI|REGI|PRAC|SUBS|NOTI|PUBL|INFO|REFE|MESS|UPDA)"}};
  static constexpr std::array<PortRange, 2> kPorts{PortRange{kProtocolUdp, 5060, 5061},
                                                   PortRange{kProtocolTcp, 5060, 5060}};

  static constexpr std::array<TeachingPorts, 3> kTeachingPorts{TeachingPorts{{kProtocolUdp, 5060, 5099}, false},
                                                               TeachingPorts{{kProtocolTcp, 5060, 5060}, false},
                                                               TeachingPorts{{kProtocolTcp, 5062, 5099}, false}};
  static constexpr std::array<std::string_view, 1> kExpects{"rtp"};

  /// Messages by kind, then announced media by kind, then what became of calls.
  static constexpr std::size_t kCounterMedia = kSipMessageLabels.size();
  static constexpr std::size_t kCounterCalls = kCounterMedia + kSipMediaLabels.size();
  static constexpr std::size_t kCallBegun = kCounterCalls, kCallAnswered = kCounterCalls + 1,
                               kCallRefused = kCounterCalls + 2, kCallForgotten = kCounterCalls + 3;
  static constexpr auto kCounters = [] {
    std::array<MetricDescription, kCounterCalls + kSipCallLabels.size()> counters{};
    std::size_t i = 0;
    for (const std::string_view kind : kSipMessageLabels)
      counters[i++] = {"netpulse_sip_messages_total", "SIP requests, and responses by class.", "kind", kind};
    for (const std::string_view media : kSipMediaLabels)
      counters[i++] = {"netpulse_sip_media_total", "Media streams announced in SIP messages.", "media", media};
    for (const std::string_view event : kSipCallLabels)
      counters[i++] = {"netpulse_sip_calls_total",
                       "SIP calls by what became of them; forgotten: too many were open to time them all.", "event",
                       event};
    return counters;
  }();

  static constexpr std::size_t kHistogramRinging = 0, kHistogramAnswered = 1;
  static constexpr auto kHistograms = [] {
    constexpr std::string_view kHelp = "Time from the INVITE of a SIP call to its first 180 or 183, and to its 2xx.";
    return std::array{MetricDescription{"netpulse_sip_setup_seconds", kHelp, "until", "ringing"},
                      MetricDescription{"netpulse_sip_setup_seconds", kHelp, "until", "answered"}};
  }();

  using PerWorker = SipCalls;

  static Verdict probe(const PacketView& packet) noexcept;
  static Verdict consume(const PacketView& packet, State& state, AnalyzerContext& context) noexcept;
};

}  // namespace netpulse
