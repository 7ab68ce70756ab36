#pragma once

#include "plugins/sip/sip.h"
#include "tests/unit/plugins/common/hello_builder.h"
#include "tests/unit/plugins/samples.h"

namespace netpulse::test {

inline constexpr std::string_view kSdpOffer =
    "v=0\r\no=alice 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n"
    "m=audio 49170 RTP/AVP 0 8 101\r\na=rtpmap:101 telephone-event/8000\r\n"
    "m=video 51372/2 RTP/SAVPF 99 x 31\r\nc=IN IP4 233.252.0.1/127\r\nm=image 0 udptl t38\r\n";

inline ByteVector sip_message(std::string_view start, std::string_view fields, std::string_view body = {}) {
  ByteVector out = bytes_of(start);
  append(out, bytes_of("\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK776asdhds\r\n"));
  append(out, bytes_of(fields));
  append(out, bytes_of("Content-Length: " + std::to_string(body.size()) + "\r\n\r\n"));
  append(out, bytes_of(body));
  return out;
}
inline ByteVector sip_invite() {
  return sip_message("INVITE sip:bob@example.org SIP/2.0",
                     "From: \"Alice\" <sip:alice@example.com>;tag=1928\r\nt: sip:bob@example.org;tag=a6\r\n"
                     "User-Agent: Softphone 1.2\r\nContent-Type: application/sdp\r\n",
                     kSdpOffer);
}
inline ByteVector sip_ok() {
  return sip_message("SIP/2.0 200 OK",
                     "From: <sip:alice@example.com>;tag=1928\r\nTo: <sip:bob@example.org>;tag=a6\r\n"
                     "Server: Exchange 16\r\n");
}

template <>
struct Samples<Sip> {
  static std::vector<Sample> conversations() {
    ByteVector pipelined = bytes_of("\r\n\r\n");
    append(pipelined, sip_ok());
    append(pipelined, sip_message("BYE sip:alice@example.com SIP/2.0", ""));
    return {{"call", 17, 5060, {{true, sip_invite()}, {false, sip_ok()}}, false},
            {"call over TCP", 6, 7777, {{true, sip_invite()}, {false, pipelined}}, false}};
  }
};

}  // namespace netpulse::test
