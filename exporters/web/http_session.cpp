#include "exporters/web/http_session.h"

#include <openssl/crypto.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/write.hpp>
#include <utility>

#include "exporters/web/gzip.h"

namespace netpulse {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;

constexpr std::size_t kHeadBytesMax = 8 * 1024;
constexpr std::size_t kFieldsMax = 64;
constexpr int kRequestsPerConnectionMax = 1000;
/// Between requests: longer than most scrape intervals, as each handshake costs a millisecond.
constexpr std::chrono::minutes kIdleTime{2};
/// What a refused client may still send before its connection is reset.
constexpr std::size_t kDrainBytesMax = 4 * 1024 * 1024;
constexpr std::chrono::seconds kDrainTime{1};
constexpr std::size_t kGzipBytesMin = 1024;
constexpr std::size_t kReadBytes = 4096;
constexpr char kTlsHandshakeRecord = 0x16;  // RFC 8446 section 5.1

std::chrono::nanoseconds span(Duration duration) { return std::chrono::nanoseconds(duration.nanoseconds); }

}  // namespace

HttpSession::HttpSession(HttpState& state, tcp::socket socket, const IpAddress& client, const ListenAddress& local)
    : state_(state),
      stream_(std::move(socket)),
      client_(client),
      client_network_(netpulse::client_network(client)),
      local_(local) {
  state_.sessions.insert(this);
}

HttpSession::~HttpSession() { state_.sessions.erase(this); }

void HttpSession::start() {
  wait_for_client();
  if (state_.tls())
    detect_tls();
  else
    read();
}

void HttpSession::close() {
  waiting_ = false;
  ErrorCode ignored;
  stream_.tcp().socket().close(ignored);
}

void HttpSession::wait_for_client() {
  waiting_ = true;
  waiting_since_ = Clock::now();
  stream_.tcp().expires_after(span(state_.options.request_timeout));
}

/// The first byte tells TLS from a client that was given http:// instead of https://, and should be told.
void HttpSession::detect_tls() {
  buffer_.resize(kReadBytes);
  stream_.tcp().async_read_some(asio::buffer(buffer_), [self = shared_from_this()](ErrorCode error, std::size_t bytes) {
    if (error) return self->on_wait_failed(error);
    if (self->buffer_.front() == kTlsHandshakeRecord) return self->shake_hands(bytes);
    self->waiting_ = false;
    self->state_.refused(HttpRefusal::kPlainHttp);
    self->abandon(http::status::bad_request, "this port speaks HTTPS: use https:// (scheme: https in Prometheus)\n");
  });
}

void HttpSession::shake_hands(std::size_t bytes) {
  SSL* ssl = SSL_new(state_.identity.context.get());
  if (ssl == nullptr) return close();
  stream_.handshake(ssl, asio::buffer(buffer_.data(), bytes),
                    [self = shared_from_this()](ErrorCode error, std::size_t) {
                      if (error) {
                        ++self->state_.handshakes_failed;
                        return self->on_wait_failed(error);
                      }
                      ++self->state_.handshakes;
                      self->buffer_ = {};
                      self->read();
                    });
}

void HttpSession::read() {
  wait_for_client();
  if (requests_ == 0 || !head_.empty()) return read_head();
  // A client may be long between its requests, but not within one.
  stream_.tcp().expires_after(kIdleTime);
  head_.resize(kReadBytes);
  stream_.async_read_some(asio::buffer(head_), [self = shared_from_this()](ErrorCode error, std::size_t bytes) {
    self->head_.resize(error ? 0 : bytes);
    if (error) return self->on_wait_failed(error);
    self->stream_.tcp().expires_after(span(self->state_.options.request_timeout));
    self->read_head();
  });
}

void HttpSession::read_head() {
  asio::async_read_until(
      stream_, asio::dynamic_buffer(head_, kHeadBytesMax), "\r\n\r\n",
      [self = shared_from_this()](ErrorCode error, std::size_t bytes) { self->on_head(error, bytes); });
}

void HttpSession::on_wait_failed(ErrorCode error) {
  // One that had not begun to ask was merely idle.
  const bool begun = !head_.empty() || (state_.tls() && requests_ == 0 && !buffer_.empty() && stream_.encrypted());
  if (error == beast::error::timeout && begun) ++state_.timed_out;
  close();
}

void HttpSession::on_head(ErrorCode error, std::size_t bytes) {
  waiting_ = false;
  if (error == asio::error::not_found) {
    state_.refused(HttpRefusal::kMalformed);
    return abandon(http::status::request_header_fields_too_large);
  }
  if (error) return on_wait_failed(error);
  const auto malformed = [this](Status status) {
    state_.refused(HttpRefusal::kMalformed);
    abandon(status);
  };
  // RFC 9112 section 5.2: a folded line is refused; the parser would join it.
  const std::string_view head(head_.data(), bytes);
  if (head.find("\r\n ") != std::string_view::npos || head.find("\r\n\t") != std::string_view::npos)
    return malformed(http::status::bad_request);
  http::request_parser<http::empty_body> parser;
  parser.header_limit(kHeadBytesMax);
  ErrorCode parse_error;
  parser.put(asio::buffer(head), parse_error);
  if (parse_error || !parser.is_header_done()) return malformed(http::status::bad_request);
  request_ = parser.release();
  head_.erase(0, bytes);
  if (request_.version() != 10 && request_.version() != 11) return malformed(http::status::http_version_not_supported);
  if (std::distance(request_.begin(), request_.end()) > static_cast<std::ptrdiff_t>(kFieldsMax))
    return malformed(http::status::request_header_fields_too_large);
  // Bodies are never read, so nothing may be able to hide in one.
  if (request_.count(http::field::transfer_encoding) != 0 || request_.count(http::field::content_length) > 1)
    return malformed(http::status::bad_request);
  answer();
}

std::string_view HttpSession::field(http::field name) const {
  const beast::string_view value = request_[name];
  return {value.data(), value.size()};
}

std::string HttpSession::method() const { return head_only_ ? "GET" : std::string(request_.method_string()); }

void HttpSession::answer() {
  keep_alive_ = request_.keep_alive() && ++requests_ < kRequestsPerConnectionMax;
  head_only_ = request_.method() == http::verb::head;
  if (const auto length = request_.find(http::field::content_length);
      length != request_.end() && length->value() != "0")
    keep_alive_ = false;
  if (request_.count(http::field::host) != 1 || !state_.names.allowed(field(http::field::host), local_)) {
    keep_alive_ = false;
    return refuse(HttpRefusal::kHost,
                  plain(http::status::misdirected_request,
                        "Misdirected Request: not a Host name of this server; others are listed in hosts of [http]\n"));
  }
  const beast::string_view target = request_.target();
  const auto route = state_.routes.find(std::string(target.substr(0, target.find('?'))));
  authenticate(route == state_.routes.end() ? nullptr : &route->second);
}

bool HttpSession::open_to_all(const HttpState::Methods* methods) const {
  if (methods == nullptr) return false;
  const auto route = methods->find(method());
  return route != methods->end() && route->second.access == HttpAccess::kAnybody;
}

/// methods: of the route that was asked for, null if there is none, which only those who may ask are told.
void HttpSession::authenticate(const HttpState::Methods* methods) {
  if (!state_.authenticator.required() || open_to_all(methods)) return proceed();
  if (request_.count(http::field::authorization) > 1) return on_verdict({AuthOutcome::kMissing});
  const std::string_view header = field(http::field::authorization);
  if (admitted_with_ && *admitted_with_ == state_.authenticator.digest(header)) return proceed();
  const AuthVerdict verdict = state_.authenticator.check(
      header, client_, Clock::now(), [self = shared_from_this()](AuthVerdict late) { self->on_verdict(late); });
  // Hashing takes its time, but not the client's.
  if (verdict.outcome == AuthOutcome::kPending) return stream_.tcp().expires_never();
  on_verdict(verdict);
}

void HttpSession::on_verdict(AuthVerdict verdict) {
  if (verdict.outcome == AuthOutcome::kLimited) {
    Response response = plain(http::status::too_many_requests);
    response.set(http::field::retry_after, std::to_string(verdict.retry_after_seconds));
    return refuse(HttpRefusal::kRate, std::move(response));
  }
  if (verdict.outcome != AuthOutcome::kAllowed) {
    Response response = plain(http::status::unauthorized);
    response.insert(http::field::www_authenticate, "Bearer realm=\"netpulse\"");
    response.insert(http::field::www_authenticate, "Basic realm=\"netpulse\", charset=\"UTF-8\"");
    const bool missing = verdict.outcome == AuthOutcome::kMissing;
    return refuse(missing ? HttpRefusal::kNoCredentials : HttpRefusal::kCredentials, std::move(response));
  }
  admitted_with_ = state_.authenticator.digest(field(http::field::authorization));
  proceed();
}

void HttpSession::proceed() {
  const beast::string_view target = request_.target();
  if (target.empty() || target.front() != '/') return abandon(http::status::bad_request);
  const auto route = state_.routes.find(std::string(target.substr(0, target.find('?'))));
  if (route == state_.routes.end()) return send(plain(http::status::not_found));
  dispatch(route->second);
}

void HttpSession::dispatch(const HttpState::Methods& methods) {
  const auto route = methods.find(method());
  if (route == methods.end()) {
    Response response = plain(http::status::method_not_allowed);
    std::string allow;
    for (const auto& [name, unused] : methods)
      allow += (allow.empty() ? "" : ", ") + name + (name == "GET" ? ", HEAD" : "");
    response.set(http::field::allow, allow);
    return send(std::move(response));
  }
  // Another site's page may not even make this one work, unless somebody followed a link (Fetch Metadata, W3C).
  if (request_["Sec-Fetch-Site"] == "cross-site" && request_["Sec-Fetch-Mode"] != "navigate")
    return refuse(HttpRefusal::kOrigin, plain(http::status::forbidden));
  // GET changes nothing.
  if (route->first != "GET" && (request_.count(http::field::origin) > 1 ||
                                !origin_allowed(field(http::field::origin), field(http::field::host), state_.tls())))
    return refuse(HttpRefusal::kOrigin, plain(http::status::forbidden));
  const std::string target(request_.target());
  const std::size_t question = target.find('?');
  HttpRequest request{.method = route->first, .path = target.substr(0, question)};
  if (question != std::string::npos) request.query = target.substr(question + 1);
  const auto [first, last] = request_.equal_range(http::field::accept);
  for (auto at = first; at != last; ++at)
    request.accept += (request.accept.empty() ? "" : ",") + std::string(at->value());
  Response response;
  try {
    HttpResponse made = route->second.handler(request);
    response.result(made.status);
    response.set(http::field::content_type, made.content_type);
    if (!made.attachment.empty())
      response.set(http::field::content_disposition, "attachment; filename=\"" + made.attachment + "\"");
    response.body() = std::move(made.body);
  } catch (const std::exception&) {
    response = plain(http::status::internal_server_error);
  }
  send(std::move(response));
}

HttpSession::Response HttpSession::plain(Status status, std::string text) {
  Response response(status, 11);
  response.set(http::field::content_type, "text/plain; charset=utf-8");
  response.body() = text.empty() ? std::string(http::obsolete_reason(status)) + "\n" : std::move(text);
  return response;
}

void HttpSession::refuse(HttpRefusal reason, Response response) {
  state_.refused(reason);
  send(std::move(response));
}

/// Answers without having understood the request, and ends the connection.
void HttpSession::abandon(Status status, std::string text) {
  keep_alive_ = false;
  head_only_ = false;
  request_ = {};
  send(plain(status, std::move(text)));
}

void HttpSession::send(Response response) {
  response.version(11);
  response.keep_alive(keep_alive_);
  response.set("X-Content-Type-Options", "nosniff");
  response.set("Content-Security-Policy", "default-src 'none'; style-src 'self'; frame-ancestors 'none'");
  response.set("Referrer-Policy", "no-referrer");
  response.set("Cross-Origin-Resource-Policy", "same-origin");
  response.set(http::field::cache_control, "no-store");
  if (response.body().size() >= kGzipBytesMin) {
    response.set(http::field::vary, "Accept-Encoding");
    if (accepts_gzip(field(http::field::accept_encoding))) {
      if (std::string compressed = gzip(response.body()); !compressed.empty()) {
        response.body() = std::move(compressed);
        response.set(http::field::content_encoding, "gzip");
      }
    }
  }
  response.content_length(response.body().size());
  if (head_only_) response.body().clear();
  response_ = std::move(response);
  stream_.tcp().expires_after(span(state_.options.request_timeout));
  http::async_write(stream_, response_, [self = shared_from_this()](ErrorCode error, std::size_t) {
    if (error) {
      if (error == beast::error::timeout) ++self->state_.timed_out;
      return self->close();
    }
    if (self->keep_alive_) return self->read();
    self->drain();
  });
}

/// Closing with unread bytes would reset the connection and could take the answer with it.
void HttpSession::drain() {
  stream_.tcp().expires_after(kDrainTime);
  if (!stream_.encrypted()) return drain_tcp();
  stream_.shutdown([self = shared_from_this()](ErrorCode) { self->drain_tcp(); });
}

void HttpSession::drain_tcp() {
  ErrorCode ignored;
  stream_.tcp().socket().shutdown(tcp::socket::shutdown_send, ignored);
  stream_.tcp().expires_after(kDrainTime);
  buffer_.resize(16 * 1024);
  drain_some();
}

void HttpSession::drain_some() {
  stream_.tcp().async_read_some(asio::buffer(buffer_), [self = shared_from_this()](ErrorCode error, std::size_t bytes) {
    self->drained_bytes_ += bytes;
    if (error || self->drained_bytes_ > kDrainBytesMax) return self->close();
    self->drain_some();
  });
}

}  // namespace netpulse
