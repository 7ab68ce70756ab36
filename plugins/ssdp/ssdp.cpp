#include "plugins/ssdp/ssdp.h"

#include "plugins/common/http_text.h"

namespace netpulse {
namespace {

constexpr std::uint8_t kProtocolUdp = 17;
constexpr std::string_view kHttp1 = "HTTP/1.";
constexpr std::uint16_t kStatusOk = 200;

enum Kind : std::uint8_t { kSearch, kNotify, kResponse, kNone };

/// visit(const FieldLine&) for each field of a message.
template <class Visit>
void for_each_field(std::string_view message, Visit visit) {
  LineReader reader(message);
  std::string_view line;
  reader.next(line);
  while (reader.next(line) && !line.empty()) {
    FieldLine field;
    if (split_field_line(line, field)) visit(field);
  }
}

Kind kind_of(std::string_view message) noexcept {
  LineReader reader(message);
  std::string_view line;
  if (!reader.next(line)) return kNone;
  RequestLine request;
  if (split_request_line(line, kHttp1, request)) {
    if (request.target != "*") return kNone;
    return request.method == "M-SEARCH" ? kSearch : request.method == "NOTIFY" ? kNotify : kNone;
  }
  if (status_of_line(line, kHttp1) != kStatusOk) return kNone;
  // Both are required in an answer to a search; one is enough to tell it from other users of HTTP over UDP.
  bool found = false;
  for_each_field(message, [&](const FieldLine& field) {
    found = found || equals_ignoring_case(field.name, "usn") || equals_ignoring_case(field.name, "st");
  });
  return found ? kResponse : kNone;
}

}  // namespace

Verdict Ssdp::probe(const PacketView& packet) noexcept {
  if (packet.key.protocol != kProtocolUdp) return Verdict::kNotMine;
  return kind_of(as_text(packet.payload())) == kNone ? Verdict::kNotMine : Verdict::kDone;
}

Verdict Ssdp::consume(const PacketView& packet, State&, AnalyzerContext& context) noexcept {
  const std::string_view message = as_text(packet.payload());
  const Kind kind = kind_of(message);
  if (kind == kNone) {
    context.count(kCounterMalformed);
    return Verdict::kNeedMore;
  }
  context.count(kind);
  for_each_field(message, [&](const FieldLine& field) {
    if (equals_ignoring_case(field.name, "user-agent"))
      context.set_attribute(FlowAttribute::kUserAgent, field.value);
    else if (equals_ignoring_case(field.name, "server"))
      context.set_attribute(context.from_initiator() ? FlowAttribute::kClientSoftware : FlowAttribute::kServerSoftware,
                            field.value);
  });
  return Verdict::kNeedMore;
}

}  // namespace netpulse
