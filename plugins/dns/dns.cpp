#include "plugins/dns/dns.h"

#include "plugins/dns/dns_answers.h"
#include "plugins/dns/dns_message.h"

namespace netpulse {
namespace {

constexpr std::uint8_t kProtocolTcp = 6;
constexpr std::uint8_t kOpcodeMax = 6;  // DSO (RFC 8490)
/// More questions than one are legal on the wire; multicast DNS has many.
constexpr std::size_t kQuestionsMax = 256;
constexpr std::size_t kLengthPrefixBytes = 2;

enum Transport : std::uint8_t { kUdp, kTcp, kMdns, kLlmnr };

Transport transport_of(const PacketView& packet) noexcept {
  const auto on = [&](std::uint16_t port) { return packet.key.lo_port == port || packet.key.hi_port == port; };
  if (on(Dns::kPortMdns)) return kMdns;
  if (on(Dns::kPortLlmnr)) return kLlmnr;
  return packet.key.protocol == kProtocolTcp ? kTcp : kUdp;
}

/// Bytes that belong to the message are missing: the snap length, or a datagram in fragments.
bool is_cut(const PacketView& packet) noexcept {
  return packet.is(PacketView::kFlagSnapped) || packet.is(PacketView::kFlagFirstFragment);
}

bool known_class(std::uint16_t class_code) noexcept {
  return class_code == 1 || class_code == 3 || class_code == 4 || class_code == 254 || class_code == 255;
}

/// A header that makes sense and at least one question or record that can be read. whole: nothing is missing at the
/// message's end.
bool looks_like_dns(Bytes message, bool whole) noexcept {
  DnsHeader header;
  if (!read_dns_header(message, header)) return false;
  constexpr std::uint16_t kReservedBit = 0x0040;
  if (header.opcode() > kOpcodeMax || (header.flags & kReservedBit) != 0) return false;
  if (!header.is_response() && header.rcode() != 0) return false;
  if (header.questions == 0 && header.records() == 0) return false;
  if (whole && header.message_bytes_min() > message.size()) return false;
  if (header.questions == 0) {
    DnsRecord record;
    return header.is_response() && read_dns_record(message, kDnsHeaderBytes, record) &&
           known_class(record.class_code & 0x7fff) && valid_dns_name(message, kDnsHeaderBytes);
  }
  DnsQuestion question;
  return read_dns_question(message, kDnsHeaderBytes, question) && known_class(question.class_code) &&
         valid_dns_name(message, kDnsHeaderBytes);
}

void count_rcode(std::uint16_t rcode, AnalyzerContext& context) noexcept {
  const std::size_t label = rcode < kDnsRcodeLabels.size() - 1 ? rcode : kDnsRcodeLabels.size() - 1;
  context.count(Dns::kCounterRcodes + label);
}

/// Reads a message; false if it is malformed. What stands before the broken part counts.
bool read_message(Bytes message, Transport transport, const IpAddress& receiver, AnalyzerContext& context) noexcept {
  DnsHeader header;
  if (!read_dns_header(message, header)) return false;
  context.count((header.is_response() ? kDnsTransportLabels.size() : 0) + transport);
  const std::size_t list = transport == kMdns ? Dns::kListMdns : transport == kLlmnr ? Dns::kListLlmnr : Dns::kListDns;
  if (header.questions > kQuestionsMax) return false;
  DnsNameText name;
  DnsQuestion first, question;
  std::size_t offset = kDnsHeaderBytes;
  // The first name is kept for the answers, so it is read last.
  for (std::size_t i = 0; i < header.questions; ++i, offset = question.end) {
    if (!read_dns_question(message, offset, question)) return false;
    if (i == 0) {
      first = question;
      continue;
    }
    if (read_dns_name(message, question.name_offset, name) == 0) return false;
    context.observe_name(list, name.view());
  }
  if (header.questions != 0) {
    if (read_dns_name(message, first.name_offset, name) == 0) return false;
    context.observe_name(list, name.view());
  }
  if (!header.is_response()) return true;
  if (transport == kMdns) return learn_mdns_records(message, header, offset, context);
  DnsAnswers found;
  const std::string_view asked = header.questions != 0 && !name.is_root() ? name.view() : std::string_view{};
  const bool well_formed = learn_dns_answers(message, header, first, asked, offset, receiver, context, found);
  count_rcode(found.rcode, context);
  return well_formed;
}

/// Every whole message of a TCP stream (RFC 7766 section 8), several if pipelined.
Verdict read_stream(const PacketView& packet, AnalyzerContext& context) noexcept {
  const Transport transport = transport_of(packet);
  const Bytes stream = packet.payload();
  std::size_t done = 0;
  while (stream.size() - done > kLengthPrefixBytes) {
    ByteCursor cursor(stream.subspan(done));
    const Bytes message = cursor.take_u16_length();
    if (cursor.failed()) break;
    if (!read_message(message, transport, packet.dst_addr(), context)) context.count(Dns::kCounterMalformed);
    done += cursor.position();
  }
  if (context.stream_gave_up()) {
    // What is there of a message too long to be held; where the next one begins is lost.
    if (stream.size() - done > kLengthPrefixBytes + kDnsHeaderBytes)
      read_message(stream.subspan(done + kLengthPrefixBytes), transport, packet.dst_addr(), context);
    return Verdict::kDone;
  }
  if (done != 0) context.discard_stream(done);
  return Verdict::kNeedMore;
}

}  // namespace

Verdict Dns::probe(const PacketView& packet) noexcept {
  if (packet.key.protocol != kProtocolTcp)
    return looks_like_dns(packet.payload(), !is_cut(packet)) ? Verdict::kDone : Verdict::kNotMine;
  ByteCursor cursor(packet.payload());
  const std::uint16_t length = cursor.u16();
  if (cursor.failed()) return Verdict::kNeedMore;
  if (length < kDnsHeaderBytes + kDnsQuestionBytesMin) return Verdict::kNotMine;
  if (cursor.remaining() < length) {
    // A long answer is judged by its beginning; a short one may still come whole.
    constexpr std::size_t kEnoughBytes = kDnsHeaderBytes + kDnsNameBytesMax + kDnsRecordBytesMin;
    if (cursor.remaining() < kEnoughBytes) return Verdict::kNeedMore;
    return looks_like_dns(cursor.take_rest(), false) ? Verdict::kDone : Verdict::kNotMine;
  }
  return looks_like_dns(cursor.take(length), true) ? Verdict::kDone : Verdict::kNotMine;
}

Verdict Dns::consume(const PacketView& packet, State&, AnalyzerContext& context) noexcept {
  if (packet.key.protocol == kProtocolTcp) return read_stream(packet, context);
  const bool well_formed = read_message(packet.payload(), transport_of(packet), packet.dst_addr(), context);
  if (!well_formed && !is_cut(packet)) context.count(kCounterMalformed);
  return Verdict::kNeedMore;
}

}  // namespace netpulse
