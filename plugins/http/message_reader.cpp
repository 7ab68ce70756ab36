#include "plugins/http/message_reader.h"

#include <algorithm>

namespace netpulse {
namespace {

// State::flags
constexpr std::uint16_t kResponse = 0x01, kChunked = 0x02, kHasLength = 0x04, kBadLength = 0x08, kUntilClose = 0x10,
                        kNoBody = 0x20, kInterim = 0x40, kGranted = 0x80, kSaysTunnel = 0x100, kIsHead = 0x200,
                        kIsConnect = 0x400, kInLongLine = 0x800, kHadMessage = 0x1000, kAsksUpgrade = 0x2000;
// State::seen
constexpr std::uint8_t kSeenRequest = 0x01, kSeenName = 0x02, kSeenUserAgent = 0x04, kSeenServer = 0x08,
                       kSeenResponse = 0x10;

/// A longer line is passed over and not held.
constexpr std::size_t kLineBytesMax = 8192;
constexpr std::size_t kHostBytesMax = 255;
/// About 6 MB of a body that nobody knows the length of.
constexpr std::uint16_t kUnknownPayloadsMax = 4096;
/// So many payloads of the client are held behind CONNECT before the grant, which was not seen, is taken for granted.
constexpr std::uint16_t kTunnelPayloadsMax = 3;
constexpr std::size_t kUnansweredMax = 16;
constexpr std::uint64_t kBodyBytesMax = std::uint64_t{1} << 62;
constexpr std::uint64_t kLineEndBytes = 2;

constexpr std::string_view kEstablished = "connection established";
constexpr std::uint16_t kStatusSwitching = 101, kStatusNoContent = 204, kStatusNotModified = 304;

std::size_t method_label(std::string_view method) noexcept {
  const auto* const others = kHttpMethodLabels.end() - 1;
  return static_cast<std::size_t>(std::find(kHttpMethodLabels.begin(), others, method) - kHttpMethodLabels.begin());
}

/// Bytes of a whole head, with the empty line that ends it.
std::size_t head_bytes(std::string_view text) noexcept {
  LineReader reader(text);
  std::string_view line;
  while (reader.next(line) && !line.empty()) continue;
  return reader.consumed();
}

enum class Presence : std::uint8_t { kYes, kNo, kUnknown };

/// Whether the head, from behind its start line, has a Host field.
Presence has_host_field(std::string_view head) noexcept {
  LineReader reader(head);
  std::string_view line;
  while (reader.next(line)) {
    if (line.empty()) return Presence::kNo;
    if (std::string_view value; has_field_name(line, "host", value)) return Presence::kYes;
  }
  return Presence::kUnknown;
}

int hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

bool HttpMessageReader::may_hand_over(const Http::State& state) noexcept {
  return state.phase[0] == kTunnel || state.phase[1] == kTunnel ||
         ((state.flags[0] | state.flags[1]) & kAsksUpgrade) != 0;
}

Verdict HttpMessageReader::run() noexcept {
  Step last = Step::kGoOn;
  while (last == Step::kGoOn && (!all_taken() || in_body())) last = step();
  if (skipped_ != 0)
    context_.skip_stream(skipped_);
  else
    context_.discard_stream(taken_);
  return last == Step::kDone ? Verdict::kDone : Verdict::kNeedMore;
}

HttpMessageReader::Step HttpMessageReader::step() noexcept {
  switch (phase()) {
    case kStart:
      return read_start_line();
    case kFields:
      return read_fields();
    case kBody:
    case kChunk:
      return read_body();
    case kChunkSize:
      return read_chunk_size();
    case kTrailers:
      return read_trailers();
    case kTunnel:
      return wait_for_tunnel();
    default:
      return pass_over();
  }
}

HttpMessageReader::Step HttpMessageReader::read_start_line() noexcept {
  while (!all_taken() && (text_[taken_] == '\r' || text_[taken_] == '\n')) ++taken_;
  if (all_taken()) return Step::kWait;
  LineReader reader(rest());
  std::string_view line;
  if (reader.next(line)) {
    // No line is both: a method has no '/'.
    if (const std::uint16_t status = status_of_line(line, kHttp1); status != 0)
      return on_status_line(status, line, reader.consumed());
    if (RequestLine request; split_request_line(line, kHttp1, request))
      return on_request_line(request, reader.consumed());
  } else {
    const StartLine start = start_line_of(rest(), kHttp1, no_more_will_come());
    if (start != StartLine::kNeither && !no_more_will_come()) return Step::kWait;
    if (start == StartLine::kRequest || start == StartLine::kResponse) return on_cut_start_line(start);
  }
  // The first bytes seen may be of the middle of a body; later ones should not.
  if (has(kHadMessage)) return malformed();
  phase() = kUnknown;
  return Step::kGoOn;
}

HttpMessageReader::Step HttpMessageReader::on_cut_start_line(StartLine start) noexcept {
  if (start == StartLine::kRequest)
    context_.count(method_label(rest().substr(0, rest().find(' '))));
  else
    on_status(first_status(rest(), kHttp1), rest());
  phase() = kUnknown;
  taken_ = text_.size();
  return Step::kWait;
}

HttpMessageReader::Step HttpMessageReader::pass_over() noexcept {
  // Messages begin segments more often than not; nothing is looked for inside.
  if (taken_ == 0) {
    const StartLine start = start_line_of(rest(), kHttp1, no_more_will_come());
    if (start == StartLine::kNeedMore && !no_more_will_come()) return Step::kWait;
    if (start == StartLine::kRequest || start == StartLine::kResponse) {
      phase() = kStart;
      flags() = 0;
      state_.payloads[side_] = 0;
      return Step::kGoOn;
    }
  }
  taken_ = text_.size();
  return ++state_.payloads[side_] >= kUnknownPayloadsMax ? Step::kDone : Step::kWait;
}

HttpMessageReader::Step HttpMessageReader::on_request_line(const RequestLine& request,
                                                           std::size_t line_bytes) noexcept {
  const bool is_connect = request.method == "CONNECT";
  const std::string_view authority = is_connect ? request.target : authority_of_uri(request.target);
  if (!authority.empty() && !take_authority(authority, rest().substr(line_bytes))) return Step::kWait;
  taken_ += line_bytes;
  context_.count(method_label(request.method));
  if (first(kSeenRequest)) context_.set_attribute(FlowAttribute::kHttpMethod, request.method);
  flags() = kHadMessage;
  if (is_connect) flags() |= kIsConnect;
  if (request.method == "HEAD") flags() |= kIsHead;
  phase() = kFields;
  return Step::kGoOn;
}

bool HttpMessageReader::take_authority(std::string_view authority, std::string_view fields) noexcept {
  // The list has what the Host field says, and the request line's only where there is none: so the head must be whole.
  const Presence host = has_host_field(fields);
  if (host == Presence::kUnknown && rest().size() < kLineBytesMax && !no_more_will_come()) return false;
  if (host != Presence::kYes) {
    observe_host(authority);
  } else if (const std::string_view name = host_of_authority(authority); is_host_name(name) && first(kSeenName)) {
    context_.set_server_name(name);  // it has precedence over the Host field (RFC 9112 section 3.2.2)
  }
  return true;
}

HttpMessageReader::Step HttpMessageReader::on_status_line(std::uint16_t status, std::string_view line,
                                                          std::size_t line_bytes) noexcept {
  if (status == kStatusSwitching) {
    const Upgrade upgrade = upgrade_of_head(rest());
    if (upgrade != Upgrade::kNeedMore) {
      on_status(status, line);
      context_.count(Http::kCounterUpgrades + static_cast<std::size_t>(upgrade));
      // Nobody can tell WebSocket by its frames: its analyzer is given this head.
      if (upgrade != Upgrade::kWebSocket) taken_ += head_bytes(rest());
      return hand_over();
    }
    if (rest().size() < kLineBytesMax && !no_more_will_come()) return Step::kWait;
  }
  on_status(status, line);
  taken_ += line_bytes;
  phase() = kFields;
  return Step::kGoOn;
}

void HttpMessageReader::on_status(std::uint16_t status, std::string_view line) noexcept {
  const bool final = status >= 200;
  flags() = kResponse | kHadMessage;
  if (!final) flags() |= kInterim;
  if (final) state_.flags[1 - side_] = static_cast<std::uint16_t>(state_.flags[1 - side_] & ~kAsksUpgrade);
  if (final && status < 300) flags() |= kGranted;
  if (!final || status == kStatusNoContent || status == kStatusNotModified) flags() |= kNoBody;
  // What proxies have said since there are any: the request need not have been seen.
  if (line.size() > kEstablished.size() &&
      equals_ignoring_case(line.substr(line.size() - kEstablished.size()), kEstablished))
    flags() |= kSaysTunnel;
  context_.count(Http::kCounterResponses + status / 100U - 1);
  if ((final || status == kStatusSwitching) && (state_.seen & kSeenResponse) == 0)
    context_.set_attribute(FlowAttribute::kHttpStatus, line.substr(line.find_first_of("12345", kHttp1.size() + 1), 3));
}

HttpMessageReader::Step HttpMessageReader::read_fields() noexcept {
  if (!pass_long_line()) return Step::kWait;
  LineReader reader(rest());
  std::string_view line;
  while (reader.next(line)) {
    if (!line.empty()) {
      on_field(line);
      continue;
    }
    taken_ += reader.consumed();
    return on_head_end();
  }
  taken_ += reader.consumed();
  on_partial_line();
  return Step::kWait;
}

HttpMessageReader::Step HttpMessageReader::read_trailers() noexcept {
  std::string_view line;
  while (take_line(line)) {
    if (!line.empty()) continue;
    phase() = kStart;
    return Step::kGoOn;
  }
  return Step::kWait;
}

bool HttpMessageReader::take_line(std::string_view& line) noexcept {
  if (!pass_long_line()) return false;
  LineReader reader(rest());
  const bool whole = reader.next(line);
  taken_ += reader.consumed();
  if (!whole) on_partial_line();
  return whole;
}

bool HttpMessageReader::pass_long_line() noexcept {
  if (!has(kInLongLine)) return true;
  LineReader reader(rest());
  std::string_view line;
  const bool whole = reader.next(line);
  taken_ += reader.consumed();
  if (whole)
    flags() = static_cast<std::uint16_t>(flags() & ~kInLongLine);
  else
    taken_ = text_.size();
  return whole;
}

void HttpMessageReader::on_partial_line() noexcept {
  if (rest().size() < kLineBytesMax && !no_more_will_come()) return;
  if (!all_taken()) flags() |= kInLongLine;
  taken_ = text_.size();
}

void HttpMessageReader::on_field(std::string_view line) noexcept {
  std::string_view value;
  // The first letter tells most of the fields that nobody wants.
  constexpr char kCaseBit = 0x20;
  switch (line.front() | kCaseBit) {
    case 'h':
      if (!has(kResponse) && has_field_name(line, "host", value)) observe_host(value);
      return;
    case 's':
      if (has(kResponse) && (state_.seen & kSeenServer) == 0 && has_field_name(line, "server", value)) {
        state_.seen |= kSeenServer;
        context_.set_attribute(FlowAttribute::kServerSoftware, value);
      }
      return;
    case 'u':
      if (has(kResponse)) return;
      if (has_field_name(line, "upgrade", value)) {
        flags() |= kAsksUpgrade;
      } else if ((state_.seen & kSeenUserAgent) == 0 && has_field_name(line, "user-agent", value)) {
        state_.seen |= kSeenUserAgent;
        context_.set_attribute(FlowAttribute::kUserAgent, value);
      }
      return;
    case 'c':
      if (has_field_name(line, "content-length", value))
        on_content_length(value);
      else if (has(kResponse) && !has(kInterim) && (state_.seen & kSeenResponse) == 0 &&
               has_field_name(line, "content-type", value))
        context_.set_attribute(FlowAttribute::kHttpContentType, value);
      return;
    case 't':
      if (has_field_name(line, "transfer-encoding", value))
        flags() |= list_has_token(value, "chunked") ? kChunked : kUntilClose;
      return;
    default:
      return;
  }
}

void HttpMessageReader::observe_host(std::string_view host) noexcept {
  if (host.empty() || host.size() > kHostBytesMax) return;
  context_.observe_name(Http::kListHost, host);
  if ((state_.seen & kSeenName) != 0) return;
  if (const std::string_view name = host_of_authority(host); is_host_name(name) && first(kSeenName))
    context_.set_server_name(name);
}

void HttpMessageReader::on_content_length(std::string_view value) noexcept {
  // Several equal values are as good as one (RFC 9110 section 8.6).
  do {
    const std::size_t comma = value.find(',');
    const std::string_view digits = trim_spaces(value.substr(0, comma));
    value.remove_prefix(comma == std::string_view::npos ? value.size() : comma + 1);
    std::uint64_t bytes = 0;
    bool good = !digits.empty();
    for (const char c : digits) {
      good = good && c >= '0' && c <= '9' && bytes < kBodyBytesMax / 16;
      if (!good) break;
      bytes = bytes * 10 + static_cast<std::uint64_t>(c - '0');
    }
    if (!good || (has(kHasLength) && bytes != state_.body_bytes[side_])) {
      flags() |= kBadLength;
      return;
    }
    flags() |= kHasLength;
    state_.body_bytes[side_] = bytes;
  } while (!value.empty());
}

HttpMessageReader::Step HttpMessageReader::on_head_end() noexcept {
  return has(kResponse) ? on_response_end() : on_request_end();
}

HttpMessageReader::Step HttpMessageReader::on_request_end() noexcept {
  push_request(has(kIsConnect) ? kConnect : has(kIsHead) ? kHead : kOrdinary);
  if (!has(kIsConnect)) return begin_body();
  phase() = kTunnel;
  return Step::kGoOn;
}

HttpMessageReader::Step HttpMessageReader::on_response_end() noexcept {
  if (has(kInterim)) {
    phase() = kStart;
    return Step::kGoOn;
  }
  state_.seen |= kSeenResponse;
  RequestKind request = kOrdinary;
  const bool known = pop_request(request);
  if (request == kConnect) {
    if (has(kGranted)) return hand_over();
    // Refused: the connection may be tried again, with credentials.
    if (state_.phase[1 - side_] == kTunnel) state_.phase[1 - side_] = kStart;
  } else if (!known && has(kGranted) && has(kSaysTunnel) && !has(kHasLength) && !has(kChunked)) {
    return hand_over();
  }
  if (request == kHead) flags() |= kNoBody;
  if (known && !has(kNoBody) && !has(kBadLength) && !has(kChunked) && (has(kUntilClose) || !has(kHasLength)))
    return Step::kDone;  // the body lasts until the connection ends
  return begin_body();
}

HttpMessageReader::Step HttpMessageReader::begin_body() noexcept {
  if (has(kNoBody)) {
    phase() = kStart;
    return Step::kGoOn;
  }
  if (has(kBadLength)) return malformed();
  if (has(kChunked)) {
    phase() = kChunkSize;
  } else if (has(kUntilClose) || (has(kResponse) && !has(kHasLength))) {
    phase() = kUnknown;
    taken_ = text_.size();
  } else {
    phase() = has(kHasLength) && state_.body_bytes[side_] != 0 ? kBody : kStart;
  }
  return Step::kGoOn;
}

HttpMessageReader::Step HttpMessageReader::read_body() noexcept {
  std::uint64_t& left = state_.body_bytes[side_];
  const std::uint64_t here = std::min<std::uint64_t>(left, rest().size());
  taken_ += here;
  left -= here;
  skipped_ = std::min<std::uint64_t>(left, kStreamSkipBytesMax);
  left -= skipped_;
  if (left == 0) phase() = phase() == kChunk ? kChunkSize : kStart;
  return skipped_ == 0 ? Step::kGoOn : Step::kWait;
}

HttpMessageReader::Step HttpMessageReader::read_chunk_size() noexcept {
  std::string_view line;
  if (!take_line(line)) return Step::kWait;
  std::uint64_t bytes = 0;
  std::size_t digits = 0;
  for (; digits < line.size() && hex_digit(line[digits]) >= 0; ++digits) {
    if (bytes >= kBodyBytesMax / 16) return malformed();
    bytes = bytes * 16 + static_cast<std::uint64_t>(hex_digit(line[digits]));
  }
  // An extension may follow, and some pad with spaces.
  const bool clean = digits == line.size() || line[digits] == ';' || line[digits] == ' ' || line[digits] == '\t';
  if (digits == 0 || !clean) return malformed();
  phase() = bytes == 0 ? kTrailers : kChunk;
  state_.body_bytes[side_] = bytes + kLineEndBytes;
  return Step::kGoOn;
}

HttpMessageReader::Step HttpMessageReader::wait_for_tunnel() noexcept {
  const StartLine start = start_line_of(rest(), kHttp1, false);
  if (start == StartLine::kRequest) {
    phase() = kStart;  // the refusal was not seen
    return Step::kGoOn;
  }
  if (++state_.payloads[side_] <= kTunnelPayloadsMax) return Step::kWait;
  return hand_over();
}

HttpMessageReader::Step HttpMessageReader::malformed() noexcept {
  context_.count(Http::kCounterMalformed);
  phase() = kUnknown;
  flags() = 0;
  taken_ = text_.size();
  return Step::kWait;
}

HttpMessageReader::Step HttpMessageReader::hand_over() noexcept {
  context_.hand_over();
  return Step::kDone;
}

void HttpMessageReader::push_request(RequestKind kind) noexcept {
  if (state_.unanswered_count == kUnansweredMax) return;
  state_.unanswered_kinds |= std::uint32_t{kind} << (2 * state_.unanswered_count);
  ++state_.unanswered_count;
}

bool HttpMessageReader::pop_request(RequestKind& kind) noexcept {
  if (state_.unanswered_count == 0) return false;
  kind = static_cast<RequestKind>(state_.unanswered_kinds & 3U);
  state_.unanswered_kinds >>= 2;
  --state_.unanswered_count;
  return true;
}

}  // namespace netpulse
