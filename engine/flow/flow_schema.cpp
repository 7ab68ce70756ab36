#include "engine/flow/flow_schema.h"

#include <array>
#include <charconv>
#include <cstddef>

#include "engine/flow/flow_directions.h"

namespace netpulse {
namespace {

using Value = ColumnValue;
using Flow = const FinishedFlow&;
using Names = const SchemaNames&;
using Scratch = std::string&;

std::size_t source_index(const FinishedFlow& flow) noexcept { return static_cast<std::size_t>(flow.record.forward()); }
std::size_t destination_index(const FinishedFlow& flow) noexcept { return 1 - source_index(flow); }
bool source_is_lo(const FinishedFlow& flow) noexcept { return flow.record.forward() == Direction::kLoToHi; }
bool is_tcp(const FinishedFlow& flow) noexcept { return flow.record.key.protocol == 6; }
Direction opposite(Direction direction) noexcept {
  return direction == Direction::kLoToHi ? Direction::kHiToLo : Direction::kLoToHi;
}

Value text(std::string_view value) {
  if (value.empty()) return {};
  return TextValue{value};
}
Value time(Timestamp value) {
  if (!value.known()) return {};
  return value;
}
/// An IPv6 header can carry ::ffff:a.b.c.d; as an IpAddress alone that would read as an IPv4 address.
Value address(const FinishedFlow& flow, const IpAddress& value, std::string& scratch) {
  if (flow.record.key.ip_version != 6 || !value.is_v4_mapped()) return value;
  scratch = "::ffff:" + value.to_string();
  return TextValue{scratch};
}
Value name_at(std::span<const std::string> names, std::size_t index) {
  if (index >= names.size()) return {};
  return text(names[index]);
}
/// Only the cold record has it: null without one, and where field gives nothing.
template <class Field>
Value from_detail(const FinishedFlow& flow, Field field) {
  if (!flow.has_detail) return {};
  return field(flow.detail);
}
Value hex_digest(const std::array<std::uint8_t, 16>& digest, std::string& scratch) {
  static constexpr char kHex[] = "0123456789abcdef";
  scratch.clear();
  for (const std::uint8_t byte : digest) {
    scratch += kHex[byte >> 4];
    scratch += kHex[byte & 15];
  }
  return TextValue{scratch};
}
Value hex_number(std::uint16_t number, std::string& scratch) {
  static constexpr char kHex[] = "0123456789abcdef";
  scratch = "0x";
  for (int shift = 12; shift >= 0; shift -= 4) scratch += kHex[number >> shift & 15];
  return TextValue{scratch};
}

/// The protocol's own name for a version number: RFC 8446 section 4.2.1, RFC 9147 section 5.3.
Value tls_version_name(std::uint16_t version, std::string& scratch) {
  switch (version) {
    case 0:
      return {};
    case 0x0002:
      return TextValue{"SSL 2.0"};
    case 0x0300:
      return TextValue{"SSL 3.0"};
    case 0x0301:
      return TextValue{"TLS 1.0"};
    case 0x0302:
      return TextValue{"TLS 1.1"};
    case 0x0303:
      return TextValue{"TLS 1.2"};
    case 0x0304:
      return TextValue{"TLS 1.3"};
    case 0xfeff:
      return TextValue{"DTLS 1.0"};
    case 0xfefd:
      return TextValue{"DTLS 1.2"};
    case 0xfefc:
      return TextValue{"DTLS 1.3"};
    default:
      return hex_number(version, scratch);
  }
}

Value ech_name(Ech ech) {
  if (ech == Ech::kUnknown) return {};
  return TextValue{ech == Ech::kOuter ? "outer" : "absent"};
}

Value application_source_name(ApplicationSource source) {
  switch (source) {
    case ApplicationSource::kPort:
      return TextValue{"port"};
    case ApplicationSource::kProtocol:
      return TextValue{"protocol"};
    case ApplicationSource::kAddress:
      return TextValue{"address"};
    case ApplicationSource::kDnsAnswer:
      return TextValue{"dns_answer"};
    case ApplicationSource::kServerName:
      return TextValue{"server_name"};
    case ApplicationSource::kNone:
      break;
  }
  return {};
}

// One getter per column.
namespace get {

Value flow_id(Flow flow, Names, Scratch) { return flow.record.flow_id; }
Value start_time(Flow flow, Names, Scratch) { return time(flow.record.start_time); }
Value end_time(Flow flow, Names, Scratch) { return time(flow.record.end_time); }
Value end_reason(Flow flow, Names, Scratch) { return text(end_reason_name(flow.reason)); }
Value ip_version(Flow flow, Names, Scratch) { return std::uint64_t{flow.record.key.ip_version}; }
Value protocol(Flow flow, Names, Scratch) { return std::uint64_t{flow.record.key.protocol}; }
Value src_addr(Flow flow, Names, Scratch scratch) {
  return address(flow, source_is_lo(flow) ? flow.record.key.lo_addr : flow.record.key.hi_addr, scratch);
}
Value src_port(Flow flow, Names, Scratch) {
  return std::uint64_t{source_is_lo(flow) ? flow.record.key.lo_port : flow.record.key.hi_port};
}
Value dst_addr(Flow flow, Names, Scratch scratch) {
  return address(flow, source_is_lo(flow) ? flow.record.key.hi_addr : flow.record.key.lo_addr, scratch);
}
Value dst_port(Flow flow, Names, Scratch) {
  return std::uint64_t{source_is_lo(flow) ? flow.record.key.hi_port : flow.record.key.lo_port};
}
Value vlan_id(Flow flow, Names, Scratch) {
  return from_detail(flow, [](const FlowDetail& d) { return d.vlan_id == 0 ? Value{} : std::uint64_t{d.vlan_id}; });
}
Value tunnel(Flow flow, Names, Scratch) { return text(tunnel_name(flow.record.key.tunnel)); }
Value tunnel_id(Flow flow, Names, Scratch) {
  if (flow.record.key.tunnel == Tunnel::kNone) return {};
  if (flow.record.key.tunnel_id != 0) return std::uint64_t{flow.record.key.tunnel_id};
  return from_detail(flow, [](const FlowDetail& d) { return d.tunnel_id == 0 ? Value{} : std::uint64_t{d.tunnel_id}; });
}
Value src_packets(Flow flow, Names, Scratch) { return std::uint64_t{flow.record.packets[source_index(flow)]}; }
Value dst_packets(Flow flow, Names, Scratch) { return std::uint64_t{flow.record.packets[destination_index(flow)]}; }
Value src_bytes(Flow flow, Names, Scratch) { return flow.record.bytes[source_index(flow)]; }
Value dst_bytes(Flow flow, Names, Scratch) { return flow.record.bytes[destination_index(flow)]; }
Value src_payload_bytes(Flow flow, Names, Scratch) { return flow.record.payload_bytes[source_index(flow)]; }
Value dst_payload_bytes(Flow flow, Names, Scratch) { return flow.record.payload_bytes[destination_index(flow)]; }
Value src_tcp_flags(Flow flow, Names, Scratch) {
  return is_tcp(flow) ? std::uint64_t{flow.record.tcp_flags[source_index(flow)]} : Value{};
}
Value dst_tcp_flags(Flow flow, Names, Scratch) {
  return is_tcp(flow) ? std::uint64_t{flow.record.tcp_flags[destination_index(flow)]} : Value{};
}
Value app_protocol(Flow flow, Names names, Scratch) {
  return flow.record.protocol_id == 0 ? Value{} : name_at(names.protocols, flow.record.protocol_id);
}
Value application(Flow flow, Names names, Scratch) {
  return flow.record.application == 0 ? Value{} : name_at(names.applications, flow.record.application);
}
Value category(Flow flow, Names names, Scratch) {
  return flow.record.application == 0 ? Value{} : name_at(names.categories, flow.record.application);
}
Value server_name(Flow flow, Names, Scratch) { return text(flow.server_name()); }
Value name_source(Flow flow, Names names, Scratch) {
  if (flow.server_name().empty()) return {};
  if (flow.detail.name_source == kNameSourceDnsAnswer) return TextValue{"dns_answer"};
  if (flow.detail.name_source == kNameSourceCertificate) return TextValue{"tls_certificate"};
  return name_at(names.name_sources, flow.detail.name_source);
}
Value alpn(Flow flow, Names, Scratch) {
  return from_detail(flow, [](const FlowDetail& d) { return text(d.alpn.view()); });
}
Value tls_version(Flow flow, Names, Scratch scratch) {
  return from_detail(flow, [&](const FlowDetail& d) { return tls_version_name(d.tls_version, scratch); });
}
Value ja3(Flow flow, Names, Scratch scratch) {
  return from_detail(flow, [&](const FlowDetail& d) { return d.has_ja3 ? hex_digest(d.ja3, scratch) : Value{}; });
}
Value ja4(Flow flow, Names, Scratch) {
  return from_detail(flow, [](const FlowDetail& d) { return text(d.ja4.view()); });
}
Value ech(Flow flow, Names, Scratch) {
  return from_detail(flow, [](const FlowDetail& d) { return ech_name(d.ech); });
}
Value encrypted(Flow flow, Names names, Scratch) {
  const std::size_t protocol = flow.record.protocol_id;
  if (protocol == 0 || names.protocol_encrypted == nullptr || protocol >= names.protocol_encrypted->size()) return {};
  // Media behind a DTLS handshake are SRTP.
  const bool handshake = flow.has_detail && flow.detail.tls_version != 0;
  return bool{handshake || (*names.protocol_encrypted)[protocol]};
}
Value application_source(Flow flow, Names, Scratch) {
  if (flow.record.application == 0) return {};
  return application_source_name(flow.record.application_source);
}
Value ja3s(Flow flow, Names, Scratch scratch) {
  return from_detail(flow, [&](const FlowDetail& d) { return d.has_ja3s ? hex_digest(d.ja3s, scratch) : Value{}; });
}
Value tls_cipher(Flow flow, Names, Scratch scratch) {
  return from_detail(
      flow, [&](const FlowDetail& d) { return d.tls_cipher == 0 ? Value{} : hex_number(d.tls_cipher, scratch); });
}
Value tls_handshake(Flow flow, Names, Scratch) {
  return from_detail(flow, [](const FlowDetail& d) {
    return d.handshake_microseconds == 0 ? Value{} : Value{d.handshake_microseconds * 1e-6};
  });
}
Value tcp_midstream(Flow flow, Names, Scratch) {
  return is_tcp(flow) ? Value{flow.record.is(FlowRecord::kFlagMidstream)} : Value{};
}
Value one_way(Flow flow, Names, Scratch) {
  const FlowDirections seen = directions_seen(flow.record);
  return seen == FlowDirections::kMulticast ? Value{} : Value{seen == FlowDirections::kOneWay};
}
Value continued(Flow flow, Names, Scratch) { return flow.record.is(FlowRecord::kFlagContinued); }
const EndpointPlace& place_of_source(Flow flow) { return flow.places[source_index(flow)]; }
const EndpointPlace& place_of_destination(Flow flow) { return flow.places[destination_index(flow)]; }
Value country(const EndpointPlace& place) {
  if (place.country[0] == '\0') return {};
  return TextValue{{place.country.data(), place.country.size()}};
}
Value asn(const EndpointPlace& place) { return place.asn == 0 ? Value{} : std::uint64_t{place.asn}; }
Value src_country(Flow flow, Names, Scratch) { return country(place_of_source(flow)); }
Value dst_country(Flow flow, Names, Scratch) { return country(place_of_destination(flow)); }
Value src_asn(Flow flow, Names, Scratch) { return asn(place_of_source(flow)); }
Value dst_asn(Flow flow, Names, Scratch) { return asn(place_of_destination(flow)); }
template <FlowAttribute kKind>
Value attribute(Flow flow, Names, Scratch) {
  return flow.has_attributes ? text(flow.attributes.get(kKind)) : Value{};
}
template <bool kOfSource>
std::optional<std::int64_t> number(Flow flow, FlowNumber kind) {
  if (!flow.has_attributes) return {};
  return flow.attributes.get(kind, kOfSource ? flow.record.forward() : opposite(flow.record.forward()));
}
template <bool kOfSource>
Value media_lost(Flow flow, Names, Scratch) {
  const auto found = number<kOfSource>(flow, FlowNumber::kMediaLost);
  return found.has_value() ? Value{static_cast<std::uint64_t>(*found)} : Value{};
}
template <bool kOfSource>
Value media_jitter(Flow flow, Names, Scratch) {
  const auto found = number<kOfSource>(flow, FlowNumber::kMediaJitterNanoseconds);
  return found.has_value() ? Value{Duration{*found}.seconds()} : Value{};
}
template <bool kOfSource>
Value media_mos(Flow flow, Names, Scratch) {
  const auto found = number<kOfSource>(flow, FlowNumber::kMediaMosThousandths);
  return found.has_value() ? Value{static_cast<double>(*found) / 1e3} : Value{};
}
Value http_status(Flow flow, Names, Scratch) {
  if (!flow.has_attributes) return {};
  const std::string_view digits = flow.attributes.get(FlowAttribute::kHttpStatus);
  std::uint64_t status = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), status);
  return error == std::errc{} ? Value{status} : Value{};
}
Value seconds(const std::optional<Duration>& value) { return value.has_value() ? Value{value->seconds()} : Value{}; }
Value handshake_rtt(Flow flow, Names, Scratch) {
  return is_tcp(flow) ? seconds(flow.tcp_quality.handshake_rtt()) : Value{};
}
Value handshake_server_rtt(Flow flow, Names, Scratch) {
  return is_tcp(flow) ? seconds(flow.tcp_quality.handshake_server_rtt()) : Value{};
}
Value handshake_client_rtt(Flow flow, Names, Scratch) {
  return is_tcp(flow) ? seconds(flow.tcp_quality.handshake_client_rtt()) : Value{};
}
// The way towards one end is measured by what the other sends.
Value src_rtt(Flow flow, Names, Scratch) {
  return is_tcp(flow) ? seconds(flow.tcp_quality.rtt_smoothed(opposite(flow.record.forward()))) : Value{};
}
Value dst_rtt(Flow flow, Names, Scratch) {
  return is_tcp(flow) ? seconds(flow.tcp_quality.rtt_smoothed(flow.record.forward())) : Value{};
}
Value src_rtt_min(Flow flow, Names, Scratch) {
  return is_tcp(flow) ? seconds(flow.tcp_quality.rtt_min(opposite(flow.record.forward()))) : Value{};
}
Value dst_rtt_min(Flow flow, Names, Scratch) {
  return is_tcp(flow) ? seconds(flow.tcp_quality.rtt_min(flow.record.forward())) : Value{};
}
Value src_unique_payload_bytes(Flow flow, Names, Scratch) { return flow.unique_payload_bytes(source_index(flow)); }
Value dst_unique_payload_bytes(Flow flow, Names, Scratch) { return flow.unique_payload_bytes(destination_index(flow)); }
Value direction(Flow flow, Names, Scratch) {
  return TextValue{traffic_direction_name(flow.record.way(flow.record.forward()))};
}
template <TcpFinding kFinding>
Value src_count(Flow flow, Names, Scratch) {
  return is_tcp(flow) ? std::uint64_t{flow.tcp_counters.of(source_index(flow), kFinding)} : Value{};
}
template <TcpFinding kFinding>
Value dst_count(Flow flow, Names, Scratch) {
  return is_tcp(flow) ? std::uint64_t{flow.tcp_counters.of(destination_index(flow), kFinding)} : Value{};
}

/// Frames, of which super-frames count as what they hold.
std::uint64_t segments(Flow flow, std::size_t direction) {
  return std::uint64_t{flow.record.packets[direction]} - flow.tcp_counters.of(direction, TcpFinding::kSuperFrame) +
         flow.tcp_counters.super_frame_segments[direction];
}
Value src_segments(Flow flow, Names, Scratch) { return is_tcp(flow) ? segments(flow, source_index(flow)) : Value{}; }
Value dst_segments(Flow flow, Names, Scratch) {
  return is_tcp(flow) ? segments(flow, destination_index(flow)) : Value{};
}

}  // namespace get

constexpr ColumnType kUnsigned = ColumnType::kUnsigned;
constexpr ColumnType kText = ColumnType::kText;

const Column kColumns[] = {
    {"flow_id", kUnsigned, "", "Unique in one run", 148, false, get::flow_id},
    {"start_time", ColumnType::kTime, "", "First packet, UTC", 156, false, get::start_time},
    {"end_time", ColumnType::kTime, "", "Last packet, UTC", 157, false, get::end_time},
    {"end_reason", kText, "", "Why the record ended (IPFIX flowEndReason)", 136, false, get::end_reason},
    {"ip_version", kUnsigned, "", "4 or 6, of the innermost header", 60, false, get::ip_version},
    {"protocol", kUnsigned, "", "IANA protocol number of the innermost packet", 4, false, get::protocol},
    {"src_addr", ColumnType::kAddress, "", "The initiator: sender of the SYN, else of the first packet", 8, false,
     get::src_addr},
    {"src_port", kUnsigned, "", "Port of the initiator; 0 where the protocol has none", 7, false, get::src_port},
    {"dst_addr", ColumnType::kAddress, "", "The responder", 12, false, get::dst_addr},
    {"dst_port", kUnsigned, "", "Port of the responder; 0 where the protocol has none", 11, false, get::dst_port},
    {"vlan_id", kUnsigned, "", "Outermost 802.1Q VLAN identifier", 58, false, get::vlan_id},
    {"tunnel", kText, "", "What carried the innermost IP packet: none, gre, vxlan, ...", 0, false, get::tunnel},
    {"tunnel_id", kUnsigned, "", "The tunnel's VNI, key, TEID or session", 0, false, get::tunnel_id},
    {"src_packets", kUnsigned, "packets", "Sent by src", 2, false, get::src_packets},
    {"dst_packets", kUnsigned, "packets", "Sent by dst", 2, true, get::dst_packets},
    {"src_bytes", kUnsigned, "bytes", "Whole frames on the wire, sent by src", 352, false, get::src_bytes},
    {"dst_bytes", kUnsigned, "bytes", "Whole frames on the wire, sent by dst", 352, true, get::dst_bytes},
    {"src_payload_bytes", kUnsigned, "bytes", "Transport payload sent by src, retransmissions included", 0, false,
     get::src_payload_bytes},
    {"dst_payload_bytes", kUnsigned, "bytes", "Transport payload sent by dst, retransmissions included", 0, false,
     get::dst_payload_bytes},
    {"src_tcp_flags", kUnsigned, "", "Union of the TCP flags sent by src", 6, false, get::src_tcp_flags},
    {"dst_tcp_flags", kUnsigned, "", "Union of the TCP flags sent by dst", 6, true, get::dst_tcp_flags},
    {"app_protocol", kText, "", "What the bytes are: tls, quic, dns, ...", 0, false, get::app_protocol},
    {"application", kText, "", "Whose traffic it is, by the catalogue", 96, false, get::application},
    {"category", kText, "", "Category of the application", 372, false, get::category},
    {"server_name", kText, "", "The server's name, lower case, otherwise as seen on the wire", 0, false,
     get::server_name},
    {"name_source", kText, "", "Where server_name comes from: tls_sni, dns_answer, ...", 0, false, get::name_source},
    {"alpn", kText, "", "Application-layer protocol agreed on, else the first one offered (RFC 7301)", 0, false,
     get::alpn},
    {"tls_version", kText, "", "Version chosen by the server, else the highest offered", 0, false, get::tls_version},
    {"ja3", kText, "", "MD5 of the ClientHello's JA3 string", 0, false, get::ja3},
    {"ja4", kText, "", "JA4 fingerprint of the ClientHello", 0, false, get::ja4},
    {"ech", kText, "", "Encrypted ClientHello as seen from outside: absent, outer", 0, false, get::ech},
    {"encrypted", ColumnType::kBoolean, "",
     "Whether app_protocol is encrypted, or the flow is behind a TLS or DTLS handshake", 0, false, get::encrypted},
    {"handshake_rtt_seconds", ColumnType::kNumber, "seconds",
     "Last SYN to the first segment after it with ACK and without SYN, a reset too; in the record in which it was seen",
     0, false, get::handshake_rtt},
    {"src_rtt_seconds", ColumnType::kNumber, "seconds", "Smoothed data RTT towards src", 0, false, get::src_rtt},
    {"dst_rtt_seconds", ColumnType::kNumber, "seconds", "Smoothed data RTT towards dst", 0, false, get::dst_rtt},
    {"src_retransmissions", kUnsigned, "segments", "Retransmitted by src, as seen at the place of capture", 0, false,
     get::src_count<TcpFinding::kRetransmission>},
    {"dst_retransmissions", kUnsigned, "segments", "Retransmitted by dst, as seen at the place of capture", 0, false,
     get::dst_count<TcpFinding::kRetransmission>},
    {"src_out_of_order", kUnsigned, "segments", "Sent by src, seen out of order", 0, false,
     get::src_count<TcpFinding::kOutOfOrder>},
    {"dst_out_of_order", kUnsigned, "segments", "Sent by dst, seen out of order", 0, false,
     get::dst_count<TcpFinding::kOutOfOrder>},
    {"src_lost_segments", kUnsigned, "segments", "Sent by src behind a gap: something before them was not seen", 0,
     false, get::src_count<TcpFinding::kLostSegment>},
    {"dst_lost_segments", kUnsigned, "segments", "Sent by dst behind a gap: something before them was not seen", 0,
     false, get::dst_count<TcpFinding::kLostSegment>},
    {"src_country", kText, "", "ISO 3166 alpha-2 code of src_addr", 0, false, get::src_country},
    {"dst_country", kText, "", "ISO 3166 alpha-2 code of dst_addr", 0, false, get::dst_country},
    {"src_asn", kUnsigned, "", "Autonomous system number of src_addr", 16, false, get::src_asn},
    {"dst_asn", kUnsigned, "", "Autonomous system number of dst_addr", 17, false, get::dst_asn},
    {"application_source", kText, "", "How the application was found: server_name, dns_answer, address, protocol, port",
     0, false, get::application_source},
    {"ja3s", kText, "", "MD5 of the ServerHello's JA3S string", 0, false, get::ja3s},
    {"tls_cipher", kText, "", "Cipher suite chosen by the server, as its IANA number", 0, false, get::tls_cipher},
    {"continued", ColumnType::kBoolean, "", "Follows a record of the same flow that ended by active timeout", 0, false,
     get::continued},
    {"http_method", kText, "", "Method of the first HTTP request", 459, false,
     get::attribute<FlowAttribute::kHttpMethod>},
    {"http_status", kUnsigned, "", "Status code of the first final HTTP response", 457, false, get::http_status},
    {"http_content_type", kText, "", "Media type of that response", 469, false,
     get::attribute<FlowAttribute::kHttpContentType>},
    {"user_agent", kText, "", "User agent as the client names itself (HTTP, gQUIC, SIP)", 468, false,
     get::attribute<FlowAttribute::kUserAgent>},
    {"client_software", kText, "", "Software of src as it identifies itself (SSH, ...)", 0, false,
     get::attribute<FlowAttribute::kClientSoftware>},
    {"server_software", kText, "", "Software of dst as it identifies itself (SSH, HTTP Server, greetings)", 0, false,
     get::attribute<FlowAttribute::kServerSoftware>},
    {"tls_certificate_subject", kText, "", "Common name of the server's certificate (TLS 1.2 and before)", 0, false,
     get::attribute<FlowAttribute::kCertificateSubject>},
    {"tls_certificate_names", kText, "", "DNS names of the server's certificate, joined by commas", 0, false,
     get::attribute<FlowAttribute::kCertificateNames>},
    {"host_name", kText, "", "Own name of src (DHCP, NetBIOS)", 0, false, get::attribute<FlowAttribute::kHostName>},
    {"vendor_class", kText, "", "DHCP vendor class identifier of src", 0, false,
     get::attribute<FlowAttribute::kVendorClass>},
    {"sip_from", kText, "", "Caller of a SIP dialog", 0, false, get::attribute<FlowAttribute::kSipFrom>},
    {"sip_to", kText, "", "Callee of a SIP dialog", 0, false, get::attribute<FlowAttribute::kSipTo>},
    {"hassh", kText, "", "HASSH of the SSH client's algorithms", 0, false, get::attribute<FlowAttribute::kHassh>},
    {"hassh_server", kText, "", "HASSH of the SSH server's algorithms", 0, false,
     get::attribute<FlowAttribute::kHasshServer>},
    {"handshake_server_rtt_seconds", ColumnType::kNumber, "seconds",
     "SYN to SYN/ACK, towards the server; null if either was repeated", 0, false, get::handshake_server_rtt},
    {"handshake_client_rtt_seconds", ColumnType::kNumber, "seconds",
     "SYN/ACK to ACK, towards the client; null if SYN or SYN/ACK was repeated", 0, false, get::handshake_client_rtt},
    {"src_rtt_min_seconds", ColumnType::kNumber, "seconds", "Smallest data RTT towards src", 0, false,
     get::src_rtt_min},
    {"dst_rtt_min_seconds", ColumnType::kNumber, "seconds", "Smallest data RTT towards dst", 0, false,
     get::dst_rtt_min},
    {"src_duplicate_acks", kUnsigned, "segments", "Duplicate ACKs sent by src", 0, false,
     get::src_count<TcpFinding::kDuplicateAck>},
    {"dst_duplicate_acks", kUnsigned, "segments", "Duplicate ACKs sent by dst", 0, false,
     get::dst_count<TcpFinding::kDuplicateAck>},
    {"src_zero_windows", kUnsigned, "segments", "Sent by src with a receive window of zero", 0, false,
     get::src_count<TcpFinding::kZeroWindow>},
    {"dst_zero_windows", kUnsigned, "segments", "Sent by dst with a receive window of zero", 0, false,
     get::dst_count<TcpFinding::kZeroWindow>},
    {"src_keep_alives", kUnsigned, "segments", "Keep-alives sent by src", 0, false,
     get::src_count<TcpFinding::kKeepAlive>},
    {"dst_keep_alives", kUnsigned, "segments", "Keep-alives sent by dst", 0, false,
     get::dst_count<TcpFinding::kKeepAlive>},
    {"tcp_midstream", ColumnType::kBoolean, "",
     "No SYN of the connection was seen: who is src is a guess (the first sender), and windows cannot be scaled", 0,
     false, get::tcp_midstream},
    {"one_way", ColumnType::kBoolean, "",
     "Only src was ever seen: no answer, or one that went another way; null if dst is a group or everybody", 0, false,
     get::one_way},
    {"src_resets_out_of_window", kUnsigned, "segments",
     "Resets in the name of src that dst has to ignore: forged, or late; they do not end the flow", 0, false,
     get::src_count<TcpFinding::kResetOutOfWindow>},
    {"dst_resets_out_of_window", kUnsigned, "segments",
     "Resets in the name of dst that src has to ignore: forged, or late; they do not end the flow", 0, false,
     get::dst_count<TcpFinding::kResetOutOfWindow>},
    {"src_duplicate_sacks", kUnsigned, "segments",
     "By which src reports that bytes came to it twice (RFC 2883): dst retransmitted in vain, or the path doubled them",
     0, false, get::src_count<TcpFinding::kDuplicateSack>},
    {"dst_duplicate_sacks", kUnsigned, "segments",
     "By which dst reports that bytes came to it twice (RFC 2883): src retransmitted in vain, or the path doubled them",
     0, false, get::dst_count<TcpFinding::kDuplicateSack>},
    {"src_spurious_by_time_stamp", kUnsigned, "segments",
     "By which src acknowledges, as the echoed time stamp shows, what dst sent first and not again (RFC 3522)", 0,
     false, get::src_count<TcpFinding::kSpuriousByTimeStamp>},
    {"dst_spurious_by_time_stamp", kUnsigned, "segments",
     "By which dst acknowledges, as the echoed time stamp shows, what src sent first and not again (RFC 3522)", 0,
     false, get::dst_count<TcpFinding::kSpuriousByTimeStamp>},
    {"src_super_frames", kUnsigned, "packets",
     "Of src_packets: frames that hold several segments, as GRO or TSO of the capturing host leave them", 0, false,
     get::src_count<TcpFinding::kSuperFrame>},
    {"dst_super_frames", kUnsigned, "packets",
     "Of dst_packets: frames that hold several segments, as GRO or TSO of the capturing host leave them", 0, false,
     get::dst_count<TcpFinding::kSuperFrame>},
    {"src_segments_estimated", kUnsigned, "segments",
     "Sent by src on the wire: src_packets, with super-frames as the segments they hold by the maximum segment size", 0,
     false, get::src_segments},
    {"dst_segments_estimated", kUnsigned, "segments",
     "Sent by dst on the wire: dst_packets, with super-frames as the segments they hold by the maximum segment size", 0,
     false, get::dst_segments},
    {"src_rtp_lost_packets", kUnsigned, "packets", "RTP packets from src that never came; in the flow's last record", 0,
     false, get::media_lost<true>},
    {"dst_rtp_lost_packets", kUnsigned, "packets", "RTP packets from dst that never came; in the flow's last record", 0,
     false, get::media_lost<false>},
    {"src_rtp_jitter_seconds", ColumnType::kNumber, "seconds",
     "Interarrival jitter of the worst RTP stream from src (RFC 3550); in the flow's last record", 0, false,
     get::media_jitter<true>},
    {"dst_rtp_jitter_seconds", ColumnType::kNumber, "seconds",
     "Interarrival jitter of the worst RTP stream from dst (RFC 3550); in the flow's last record", 0, false,
     get::media_jitter<false>},
    {"src_mos_estimated", ColumnType::kNumber, "",
     "Estimated mean opinion score of the worst voice from src (ITU-T G.107); in the flow's last record", 0, false,
     get::media_mos<true>},
    {"dst_mos_estimated", ColumnType::kNumber, "",
     "Estimated mean opinion score of the worst voice from dst (ITU-T G.107); in the flow's last record", 0, false,
     get::media_mos<false>},
    {"src_unique_payload_bytes", kUnsigned, "bytes",
     "Transport payload sent by src without bytes of TCP seen before: what the application gets (goodput)", 0, false,
     get::src_unique_payload_bytes},
    {"dst_unique_payload_bytes", kUnsigned, "bytes",
     "Transport payload sent by dst without bytes of TCP seen before: what the application gets (goodput)", 0, false,
     get::dst_unique_payload_bytes},
    {"tls_handshake_seconds", ColumnType::kNumber, "seconds",
     "From the first ClientHello (QUIC: Initial packet) until both ends use the keys agreed on, as far as it shows", 0,
     false, get::tls_handshake},
    {"direction", kText, "", "From src to dst as the home networks see it: out, in, local, transit", 0, false,
     get::direction}};

}  // namespace

std::span<const Column> flow_columns() noexcept { return kColumns; }

}  // namespace netpulse
