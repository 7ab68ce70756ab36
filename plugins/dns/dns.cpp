#include "plugins/dns/dns.h"

#include <algorithm>

#include "plugins/dns/dns_answers.h"
#include "plugins/dns/dns_message.h"

namespace netpulse {
namespace {

constexpr std::uint8_t kProtocolTcp = 6;
constexpr std::uint8_t kOpcodeMax = 6;  // DSO (RFC 8490)
/// More questions than one are legal on the wire; multicast DNS has many.
constexpr std::size_t kQuestionsMax = 256;
constexpr std::size_t kLengthPrefixBytes = 2;

constexpr std::uint16_t kFirstRcodeOfSecondRange = 16, kRcodesOfFirstRange = 12;

enum Transport : std::uint8_t { kUdp, kTcp, kMdns, kLlmnr };

Transport transport_of(const PacketView& packet) noexcept {
  const auto on = [&](std::uint16_t port) { return packet.key.lo_port == port || packet.key.hi_port == port; };
  // A client may ask from any port, these among them.
  if (on(Dns::kPortMdns) && !on(Dns::kPortDns)) return kMdns;
  if (on(Dns::kPortLlmnr) && !on(Dns::kPortDns)) return kLlmnr;
  return packet.key.protocol == kProtocolTcp ? kTcp : kUdp;
}

/// Bytes that belong to the message are missing: the snap length, or a datagram in fragments.
bool is_cut(const PacketView& packet) noexcept {
  return packet.is(PacketView::kFlagSnapped) || packet.is(PacketView::kFlagFirstFragment);
}

bool known_class(std::uint16_t class_code) noexcept {
  return class_code == 1 || class_code == 3 || class_code == 4 || class_code == 254 || class_code == 255;
}

/// The NetBIOS name service has the same form, and names of one label of 32 letters (RFC 1002 section 4.2).
bool is_netbios(Bytes message, std::size_t name_offset, std::uint16_t type) noexcept {
  constexpr std::uint16_t kTypeNb = 32;
  constexpr std::uint8_t kNetbiosLabelBytes = 32;
  return type == kTypeNb && message[name_offset] == kNetbiosLabelBytes;
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
  const std::size_t name_end = dns_name_end(message, kDnsHeaderBytes);
  if (header.questions == 0) {
    DnsRecord record;
    return header.is_response() && name_end != 0 && read_dns_record(message, kDnsHeaderBytes, record) &&
           known_class(record.class_code & 0x7fff) && !is_netbios(message, kDnsHeaderBytes, record.type);
  }
  DnsQuestion question;
  return read_dns_question(message, kDnsHeaderBytes, name_end, question) && known_class(question.class_code) &&
         !is_netbios(message, kDnsHeaderBytes, question.type);
}

std::size_t rcode_label(std::uint16_t rcode) noexcept {
  constexpr std::size_t kOther = kDnsRcodeLabels.size() - 1;
  if (rcode < kRcodesOfFirstRange) return rcode;
  if (rcode < kFirstRcodeOfSecondRange) return kOther;
  return std::min<std::size_t>(rcode - kFirstRcodeOfSecondRange + kRcodesOfFirstRange, kOther);
}

/// By type; the last for all others, as all those beyond.
constexpr auto kTypeLabelOf = [] {
  std::array<std::uint8_t, kDnsCountedTypes.back() + 2> labels{};
  labels.fill(kDnsTypeLabels.size() - 1);
  for (std::size_t i = 0; i < kDnsCountedTypes.size(); ++i) labels[kDnsCountedTypes[i]] = static_cast<std::uint8_t>(i);
  return labels;
}();

std::size_t type_label(std::uint16_t type) noexcept {
  return kTypeLabelOf[std::min<std::size_t>(type, kTypeLabelOf.size() - 1)];
}

void note_answer(const DnsHeader& header, Duration latency, DnsResolver& resolver) noexcept {
  constexpr std::uint8_t kNoError = 0, kNameError = 3;
  ++resolver.answered;
  if (header.rcode() == kNameError)
    ++resolver.name_errors;
  else if (header.rcode() != kNoError)
    ++resolver.failures;
  resolver.latency_nanoseconds_sum += latency.nanoseconds;
  resolver.latency_nanoseconds_max = std::max(resolver.latency_nanoseconds_max, latency.nanoseconds);
}

void add_resolver_row(const DnsResolver& resolver, AnalyzerContext& context) noexcept {
  const auto number = [](std::uint64_t value) { return static_cast<std::int64_t>(value); };
  const std::array<std::int64_t, Dns::kResolverColumns.size()> values{
      number(resolver.transactions),    number(resolver.answered),
      number(resolver.name_errors),     number(resolver.failures),
      resolver.latency_nanoseconds_sum, resolver.answered == 0 ? kNoValue : resolver.latency_nanoseconds_max};
  context.add_host_row(0, resolver.address, values);
}

/// Finds the query of a response, or remembers a query. name: of its question, empty if it has none. True: it is the
/// response to a query that asked for name.
bool match(const DnsHeader& header, std::string_view name, std::uint16_t type, Transport transport,
           const PacketView& packet, AnalyzerContext& context) noexcept {
  // A shadow belongs to another worker, and so do its transactions.
  if (header.opcode() != 0 || packet.is(PacketView::kFlagShadow)) return false;
  auto& [transactions, resolvers] = context.per_worker<Dns::PerWorker>();
  const bool lo_asks = packet.from_lo() != header.is_response();
  DnsTransactionKey key = DnsTransactions::key_of(packet.hash, header.id, lo_asks);
  if (!name.empty()) key.question = DnsTransactions::question_of(name, type);
  if (!header.is_response()) {
    if (name.empty()) return false;
    const DnsTransactions::QueryResult result = transactions.query(key, packet.received_at);
    if (result.retransmitted)
      context.count(Dns::kCounterRetransmitted);
    else
      ++resolvers.at(packet.dst_addr()).transactions;
    if (result.unanswered) context.count(Dns::kCounterUnanswered);
    if (result.forgotten) context.count(Dns::kCounterForgotten);
    return false;
  }
  const DnsTransactions::AnswerResult result = transactions.answer(key, packet.received_at);
  if (result.unanswered) context.count(Dns::kCounterUnanswered);
  switch (result.answer) {
    case DnsTransactions::Answer::kFirst:
      context.count(Dns::kCounterAnswered);
      context.observe_latency(transport == kTcp ? 1 : 0, result.latency);
      note_answer(header, result.latency, resolvers.at(packet.src_addr()));
      break;
    case DnsTransactions::Answer::kRepeated:
      context.count(Dns::kCounterRepeated);
      break;
    case DnsTransactions::Answer::kUnsolicited:
      context.count(Dns::kCounterUnsolicited);
      return false;
  }
  return !name.empty();
}

void count_answers(const DnsAnswers& found, const DnsHeader& header, AnalyzerContext& context) noexcept {
  context.count(Dns::kCounterRcodes + rcode_label(found.rcode));
  if (header.truncated()) context.count(Dns::kCounterTruncated);
  if (found.no_data) context.count(Dns::kCounterNoData);
  for (std::size_t i = 0; i < found.extended_errors_count; ++i)
    context.count(Dns::kCounterExtendedErrors +
                  std::min<std::size_t>(found.extended_errors[i], kDnsExtendedErrorLabels.size() - 1));
}

/// Reads a message; false if it is malformed. What stands before the broken part counts.
bool read_message(Bytes message, Transport transport, const PacketView& packet, AnalyzerContext& context) noexcept {
  DnsHeader header;
  if (!read_dns_header(message, header)) return false;
  context.count((header.is_response() ? kDnsTransportLabels.size() : 0) + transport);
  const std::size_t list = transport == kMdns ? Dns::kListMdns : transport == kLlmnr ? Dns::kListLlmnr : Dns::kListDns;
  if (header.questions > kQuestionsMax) return false;
  DnsNameText name;
  DnsQuestion first, question;
  std::size_t offset = kDnsHeaderBytes;
  std::string_view asked;
  if (header.questions != 0) {
    if (!read_dns_question(message, offset, read_dns_name(message, offset, name), first)) return false;
    asked = name.view();
    offset = first.end;
  }
  // The name in a response has mostly been seen in its query.
  const bool listed_later = header.is_response() && header.questions == 1;
  if (header.questions != 0 && !listed_later) context.observe_name(list, asked);
  DnsNameText other;
  for (std::size_t i = 1; i < header.questions; ++i, offset = question.end) {
    if (!read_dns_question(message, offset, read_dns_name(message, offset, other), question)) return false;
    context.observe_name(list, other.view());
  }
  bool listed = !listed_later;
  if (transport == kUdp || transport == kTcp) {
    if (!header.is_response()) context.count(Dns::kCounterTypes + type_label(first.type));
    // One question is the rule (RFC 9619).
    if (header.questions > 1) context.count(Dns::kCounterSeveralQuestions);
    listed |= match(header, asked, first.type, transport, packet, context);
  }
  if (!listed) context.observe_name(list, asked);
  if (!header.is_response()) return true;
  if (transport == kMdns) return learn_mdns_records(message, header, offset, context);
  DnsAnswers found;
  if (name.is_root()) asked = {};
  const bool well_formed = learn_dns_answers(message, header, first, asked, offset, packet.dst_addr(), context, found);
  count_answers(found, header, context);
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
    if (!read_message(message, transport, packet, context)) context.count(Dns::kCounterMalformed);
    done += cursor.position();
  }
  if (context.stream_gave_up()) {
    // What is there of a message too long to be held; where the next one begins is lost.
    if (stream.size() - done > kLengthPrefixBytes + kDnsHeaderBytes)
      read_message(stream.subspan(done + kLengthPrefixBytes), transport, packet, context);
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
  const bool well_formed = read_message(packet.payload(), transport_of(packet), packet, context);
  if (!well_formed && !is_cut(packet)) context.count(kCounterMalformed);
  return Verdict::kNeedMore;
}

void Dns::advance(PerWorker& worker, Timestamp now, bool last, AnalyzerContext& context) noexcept {
  const std::size_t unanswered = last ? worker.transactions.clear() : worker.transactions.expire(now);
  if (unanswered != 0) context.count(kCounterUnanswered, unanswered);
}

void Dns::report(PerWorker& all, AnalyzerContext& context) {
  for (const DnsResolver& resolver : all.resolvers.busiest(kResolversListedMax)) add_resolver_row(resolver, context);
}

}  // namespace netpulse
