#include "plugins/sip/sip.h"

#include <charconv>

#include "plugins/common/rtp_announcement.h"
#include "plugins/sip/sdp.h"

namespace netpulse {
namespace {

constexpr std::array<std::string_view, 14> kMethods{"INVITE", "ACK",       "BYE",    "CANCEL", "OPTIONS",
                                                    "INFO",   "REGISTER",  "PRACK",  "NOTIFY", "PUBLISH",
                                                    "REFER",  "SUBSCRIBE", "UPDATE", "MESSAGE"};
constexpr std::array<std::string_view, 6> kSchemes{"sip:", "sips:", "tel:", "urn:", "im:", "pres:"};
constexpr std::string_view kVersion = "SIP/2.0";
constexpr std::size_t kStartLineBytesMax = 1024, kHeaderLinesMax = 128;
/// Messages of one segment that are read.
constexpr int kMessagesMax = 64;
constexpr std::uint8_t kFourZeros[4] = {};
const IpAddress kUnspecifiedIpv4 = IpAddress::from_v4(kFourZeros);

enum class StartLine : std::uint8_t { kRequest, kResponse, kUnfinished, kOther };

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

StartLine judge_response(std::string_view line) noexcept {
  // "SIP/2.0 200 OK"
  constexpr std::size_t kStatusBytes = 3;
  const std::string_view rest = line.substr(kVersion.size());
  const bool fits = rest.size() > kStatusBytes && rest[0] == ' ' && rest[1] >= '1' && rest[1] <= '6' &&
                    is_digit(rest[2]) && is_digit(rest[3]);
  return fits ? StartLine::kResponse : StartLine::kOther;
}

StartLine judge_start_line(std::string_view text) noexcept {
  const std::size_t end = text.find('\n');
  const bool finished = end != std::string_view::npos;
  if (!finished && text.size() > kStartLineBytesMax) return StartLine::kOther;
  std::string_view line = text.substr(0, end);
  if (may_begin_with(line, kVersion)) {
    if (!finished) return StartLine::kUnfinished;
    return line.size() > kVersion.size() ? judge_response(line) : StartLine::kOther;
  }
  for (const std::string_view method : kMethods) {
    if (!may_begin_with(line, method)) continue;
    if (line.size() <= method.size()) return finished ? StartLine::kOther : StartLine::kUnfinished;
    if (line[method.size()] != ' ') continue;
    line.remove_prefix(method.size() + 1);
    const bool scheme = std::any_of(kSchemes.begin(), kSchemes.end(), [&](std::string_view known) {
      return equal_ignoring_case(line.substr(0, known.size()), known.substr(0, finished ? known.size() : line.size()));
    });
    if (!scheme) return StartLine::kOther;
    if (!finished) return StartLine::kUnfinished;
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line.ends_with(kVersion) ? StartLine::kRequest : StartLine::kOther;
  }
  return StartLine::kOther;
}

/// The address in a From or To: what stands in angle brackets, else what stands before its parameters.
std::string_view address_of(std::string_view value) noexcept {
  const std::size_t open = value.find('<');
  if (open == std::string_view::npos) return value.substr(0, value.find(';'));
  value.remove_prefix(open + 1);
  return value.substr(0, value.find('>'));
}

std::string_view trimmed(std::string_view text) noexcept {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

struct Header {
  std::size_t bytes = 0;  ///< with the empty line
  std::size_t content_length = 0;
  bool has_content_length = false;
  std::string_view from, to, user_agent, server, call_id, sequence_method;
  bool in_dialogue = false;  ///< To has a tag: the call has begun already
};

void read_field(std::string_view name, std::string_view value, Header& header) noexcept {
  const auto is = [&](std::string_view full, std::string_view compact) {
    return equal_ignoring_case(name, full) || equal_ignoring_case(name, compact);
  };
  if (is("from", "f")) {
    header.from = address_of(value);
  } else if (is("to", "t")) {
    header.to = address_of(value);
    header.in_dialogue = value.find(";tag=") != std::string_view::npos;
  } else if (is("call-id", "i")) {
    header.call_id = value;
  } else if (equal_ignoring_case(name, "cseq")) {
    header.sequence_method = trimmed(value.substr(std::min(value.find(' '), value.size())));
  } else if (equal_ignoring_case(name, "user-agent")) {
    header.user_agent = value;
  } else if (equal_ignoring_case(name, "server")) {
    header.server = value;
  } else if (is("content-length", "l")) {
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), header.content_length);
    header.has_content_length = error == std::errc{} && end == value.data() + value.size();
  }
}

/// False while the empty line is not there. Lines beyond kHeaderLinesMax are not looked at.
bool read_header(std::string_view message, Header& header) noexcept {
  std::size_t at = 0;
  for (std::size_t lines = 0;; ++lines) {
    const std::size_t end = message.find('\n', at);
    if (end == std::string_view::npos) return false;
    const std::string_view line = trimmed(message.substr(at, end - at));
    at = end + 1;
    if (line.empty()) break;
    const std::size_t colon = line.find(':');
    if (lines == 0 || lines > kHeaderLinesMax || colon == std::string_view::npos) continue;
    read_field(trimmed(line.substr(0, colon)), trimmed(line.substr(colon + 1)), header);
  }
  header.bytes = at;
  return true;
}

/// Media that are refused or on hold (port 0, address 0.0.0.0), and those of a host name, cannot be told apart.
void announce(const SdpMedia& media, AnalyzerContext& context) noexcept {
  if (media.port == 0 || media.protocol.find("RTP/") == std::string_view::npos) return;
  const std::optional<IpAddress> address = IpAddress::parse(media.address);
  if (!address.has_value() || *address == IpAddress{} || *address == kUnspecifiedIpv4) return;
  ExpectationNote note{};
  for (std::size_t i = 0; i < media.payload_type_count; ++i) {
    if (media.clocks_hz[i] == 0) continue;
    const bool events = (media.events >> i & 1) != 0;
    RtpAnnouncement::add(note, media.payload_types[i], events ? 0 : media.clocks_hz[i]);
  }
  context.expect_flow(0, *address, media.port, note);
}

void tell_media(std::string_view body, AnalyzerContext& context) noexcept {
  SessionDescription session;
  if (!parse_sdp(body, session)) return;
  for (std::size_t i = 0; i < session.media_count; ++i) {
    std::size_t label = 0;
    while (label < kSipMediaLabels.size() - 1 && session.media[i].kind != kSipMediaLabels[label]) ++label;
    context.count(Sip::kCounterMedia + label);
    announce(session.media[i], context);
  }
}

void time_call(std::string_view message, bool request, const Header& header, const PacketView& packet,
               AnalyzerContext& context) noexcept {
  if (header.sequence_method != "INVITE" || header.call_id.empty()) return;
  SipCalls& calls = context.per_worker<SipCalls>();
  const std::uint64_t call = SipCalls::id_of(packet.key, header.call_id);
  const Timestamp now = packet.received_at;
  const auto observe = [&](std::size_t histogram, std::optional<Duration> since) {
    if (since.has_value() && since->nanoseconds >= 0) context.observe_latency(histogram, *since);
  };
  if (request) {
    if (header.in_dialogue) return;
    const SipCalls::Outcome outcome = calls.invite(call, now);
    if (outcome != SipCalls::Outcome::kRepeated) context.count(Sip::kCallBegun);
    if (outcome == SipCalls::Outcome::kForgotten) context.count(Sip::kCallForgotten);
    return;
  }
  const std::string_view status = message.substr(kVersion.size() + 1, 3);
  if (status == "180" || status == "183") return observe(Sip::kHistogramRinging, calls.ring(call, now));
  if (status[0] == '2') {
    const std::optional<Duration> since = calls.answer(call, now);
    if (since.has_value()) context.count(Sip::kCallAnswered);
    return observe(Sip::kHistogramAnswered, since);
  }
  // Who has to prove who they are ask again.
  if (status[0] >= '3' && status != "401" && status != "407" && calls.refuse(call)) context.count(Sip::kCallRefused);
}

void tell(std::string_view message, bool request, const Header& header, const PacketView& packet,
          AnalyzerContext& context) noexcept {
  time_call(message, request, header, packet, context);
  context.count(request ? 0 : static_cast<std::size_t>(message[kVersion.size() + 1] - '0'));
  context.set_attribute(FlowAttribute::kSipFrom, header.from);
  context.set_attribute(FlowAttribute::kSipTo, header.to);
  if (request) context.set_attribute(FlowAttribute::kUserAgent, header.user_agent);
  if (!request)
    context.set_attribute(FlowAttribute::kServerSoftware, header.server.empty() ? header.user_agent : header.server);
}

Verdict read_datagram(const PacketView& packet, AnalyzerContext& context) noexcept {
  const std::string_view message = as_text(packet.payload());
  const StartLine start = judge_start_line(message);
  if (start != StartLine::kRequest && start != StartLine::kResponse) return Verdict::kNeedMore;  // e.g. a keep-alive
  Header header;
  if (!read_header(message, header)) return Verdict::kNeedMore;
  tell(message, start == StartLine::kRequest, header, packet, context);
  std::string_view body = message.substr(header.bytes);
  if (header.has_content_length) body = body.substr(0, header.content_length);
  tell_media(body, context);
  return Verdict::kNeedMore;
}

/// Bytes of line ends between messages (RFC 5626 section 3.5.1).
std::size_t blank_bytes(std::string_view stream) noexcept {
  return std::min(stream.find_first_not_of("\r\n"), stream.size());
}

Verdict read_stream(const PacketView& packet, AnalyzerContext& context) noexcept {
  const std::string_view stream = as_text(packet.payload());
  std::size_t done = 0;
  Verdict verdict = Verdict::kNeedMore;
  for (int i = 0; i < kMessagesMax; ++i) {
    done += blank_bytes(stream.substr(done));
    const std::string_view rest = stream.substr(done);
    if (rest.empty()) break;
    const StartLine start = judge_start_line(rest);
    if (start == StartLine::kUnfinished) break;
    if (start == StartLine::kOther) {
      verdict = Verdict::kMalformed;
      break;
    }
    Header header;
    if (!read_header(rest, header) || rest.size() - header.bytes < header.content_length) break;
    tell(rest, start == StartLine::kRequest, header, packet, context);
    tell_media(rest.substr(header.bytes, header.content_length), context);
    done += header.bytes + header.content_length;
  }
  context.discard_stream(done);
  return context.stream_gave_up() && done == 0 ? Verdict::kDone : verdict;
}

}  // namespace

Verdict Sip::probe(const PacketView& packet) noexcept {
  const std::string_view text = as_text(packet.payload());
  switch (judge_start_line(text)) {
    case StartLine::kRequest:
    case StartLine::kResponse:
      return Verdict::kDone;
    case StartLine::kUnfinished:
      return unless_more_comes(packet);
    case StartLine::kOther:
      break;
  }
  return Verdict::kNotMine;
}

Verdict Sip::consume(const PacketView& packet, State&, AnalyzerContext& context) noexcept {
  return over_tcp(packet) ? read_stream(packet, context) : read_datagram(packet, context);
}

}  // namespace netpulse
