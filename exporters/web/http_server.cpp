#include "exporters/web/http_server.h"

#include <algorithm>
#include <atomic>
#include <boost/asio.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <map>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include "exporters/web/gzip.h"

namespace netpulse {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::size_t kHeadBytesMax = 8 * 1024;
constexpr int kRequestsPerConnectionMax = 1000;
/// What a refused client may still send before its connection is reset.
constexpr std::size_t kDrainBytesMax = 4 * 1024 * 1024;
constexpr std::chrono::seconds kDrainTime{1};
constexpr std::size_t kGzipBytesMin = 1024;
/// Out of file descriptors: accepting again at once would spin.
constexpr std::chrono::milliseconds kAcceptPause{100};

using Response = http::response<http::string_body>;

std::string lower(beast::string_view text) {
  std::string result(text.data(), text.size());
  std::transform(result.begin(), result.end(), result.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return result;
}

}  // namespace

class HttpServer::Implementation {
 public:
  Implementation(const HttpServerOptions& options, ListenAddress address)
      : options_(options), address_(address), acceptor_(io_), accept_timer_(io_) {}

  ~Implementation() {
    io_.stop();
    if (thread_.joinable()) thread_.join();
  }

  error_code open() {
    const tcp::endpoint endpoint(asio::ip::make_address(address_.address.to_string()), address_.port);
    error_code error;
    acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (!error) {
      address_.port = acceptor_.local_endpoint(error).port();
      hosts_ = allowed_hosts(address_);
    }
    return error;
  }

  void start() {
    accept();
    thread_ = std::thread([this] { io_.run(); });
  }

  using Methods = std::map<std::string, HttpHandler>;
  std::map<std::string, Methods> routes;
  const ListenAddress& address() const noexcept { return address_; }
  using Counter = std::atomic<std::uint64_t>;
  HttpCounters counters() const noexcept {
    const auto value = [](const Counter& counter) { return counter.load(std::memory_order_relaxed); };
    return {value(accepted_), value(accept_failed_), value(displaced_), value(refused_), value(timed_out_)};
  }

 private:
  class Session;

  void accept() {
    acceptor_.async_accept([this](error_code error, tcp::socket socket) {
      if (error) {
        count(accept_failed_);
        accept_timer_.expires_after(kAcceptPause);
        accept_timer_.async_wait([this](error_code) { accept(); });
        return;
      }
      admit(std::move(socket));
      accept();
    });
  }
  void admit(tcp::socket socket);

  const HttpServerOptions options_;
  static void count(Counter& counter) noexcept { counter.fetch_add(1, std::memory_order_relaxed); }
  Counter accepted_{0}, accept_failed_{0}, displaced_{0}, refused_{0}, timed_out_{0};
  ListenAddress address_;
  std::vector<std::string> hosts_;
  std::set<Session*> sessions_;  // before io_, whose end destroys the sessions
  asio::io_context io_{1};
  tcp::acceptor acceptor_;
  asio::steady_timer accept_timer_;
  std::thread thread_;
};

/// One connection: reads a head, answers, reads the next.
class HttpServer::Implementation::Session : public std::enable_shared_from_this<Session> {
 public:
  Session(Implementation& server, tcp::socket socket) : server_(server), stream_(std::move(socket)) {
    server_.sessions_.insert(this);
  }
  ~Session() { server_.sessions_.erase(this); }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  void read() {
    waiting_ = true;
    waiting_since_ = std::chrono::steady_clock::now();
    stream_.expires_after(timeout());
    asio::async_read_until(stream_, asio::dynamic_buffer(head_, kHeadBytesMax), "\r\n\r\n",
                           [self = shared_from_this()](error_code error, std::size_t bytes) {
                             self->waiting_ = false;
                             self->on_head(error, bytes);
                           });
  }
  bool waiting() const noexcept { return waiting_; }
  std::chrono::steady_clock::time_point waiting_since() const noexcept { return waiting_since_; }
  void close() {
    waiting_ = false;
    error_code ignored;
    stream_.socket().close(ignored);
  }

 private:
  std::chrono::nanoseconds timeout() const {
    return std::chrono::nanoseconds(server_.options_.request_timeout.nanoseconds);
  }

  void on_head(error_code error, std::size_t bytes) {
    if (error == asio::error::not_found) return refuse(http::status::request_header_fields_too_large);
    if (error) {
      // One that had not begun to ask was merely idle.
      if (error == beast::error::timeout && !head_.empty()) server_.count(server_.timed_out_);
      return close();
    }
    // RFC 9112 section 5.2: a folded line is refused; the parser would join it.
    const std::string_view head(head_.data(), bytes);
    if (head.find("\r\n ") != std::string_view::npos || head.find("\r\n\t") != std::string_view::npos)
      return refuse(http::status::bad_request);
    http::request_parser<http::empty_body> parser;
    parser.header_limit(kHeadBytesMax);
    error_code parse_error;
    parser.put(asio::buffer(head), parse_error);
    if (parse_error || !parser.is_header_done()) return refuse(http::status::bad_request);
    const auto& request = parser.get();
    keep_alive_ = request.keep_alive() && ++requests_ < kRequestsPerConnectionMax;
    head_only_ = request.method() == http::verb::head;
    answer(request);
    head_.erase(0, bytes);
  }

  void answer(const http::request<http::empty_body>& request) {
    if (request.version() != 10 && request.version() != 11) return refuse(http::status::http_version_not_supported);
    // Bodies are never read, so nothing may be able to hide in one.
    if (request.count(http::field::transfer_encoding) != 0 || request.count(http::field::content_length) > 1)
      return refuse(http::status::bad_request);
    if (const auto length = request.find(http::field::content_length);
        length != request.end() && length->value() != "0")
      keep_alive_ = false;
    if (!host_allowed(request)) return refuse(http::status::misdirected_request);
    const std::string target(request.target());
    if (target.empty() || target.front() != '/') return refuse(http::status::bad_request);
    const std::size_t question = target.find('?');
    const std::string path = target.substr(0, question);
    const auto route = server_.routes.find(path);
    if (route == server_.routes.end()) return send(plain(http::status::not_found), request);
    const std::string method = head_only_ ? "GET" : std::string(request.method_string());
    const auto handler = route->second.find(method);
    if (handler == route->second.end()) return send(method_not_allowed(route->second), request);
    const std::string query = question == std::string::npos ? "" : target.substr(question + 1);
    send(call(handler->second, {method, path, query, accept_of(request)}), request);
  }

  bool host_allowed(const http::request<http::empty_body>& request) const {
    if (request.count(http::field::host) != 1) return false;
    const std::string host = lower(request[http::field::host]);
    return std::find(server_.hosts_.begin(), server_.hosts_.end(), host) != server_.hosts_.end();
  }

  static std::string accept_of(const http::request<http::empty_body>& request) {
    std::string accept;
    const auto [first, last] = request.equal_range(http::field::accept);
    for (auto at = first; at != last; ++at) accept += (accept.empty() ? "" : ",") + std::string(at->value());
    return accept;
  }

  static Response call(const HttpHandler& handler, const HttpRequest& request) {
    Response response;
    try {
      HttpResponse made = handler(request);
      response.result(made.status);
      response.set(http::field::content_type, made.content_type);
      response.body() = std::move(made.body);
    } catch (const std::exception&) {
      return plain(http::status::internal_server_error);
    }
    return response;
  }

  static Response plain(http::status status) {
    Response response(status, 11);
    response.set(http::field::content_type, "text/plain; charset=utf-8");
    response.body() = std::string(http::obsolete_reason(status)) + "\n";
    return response;
  }

  static Response method_not_allowed(const Methods& methods) {
    Response response = plain(http::status::method_not_allowed);
    std::string allow;
    for (const auto& [method, handler] : methods)
      allow += (allow.empty() ? "" : ", ") + method + (method == "GET" ? ", HEAD" : "");
    response.set(http::field::allow, allow);
    return response;
  }

  /// Answers without having understood the request, and ends the connection.
  void refuse(http::status status) {
    keep_alive_ = false;
    head_only_ = false;
    send(plain(status), {});
  }

  void send(Response response, const http::request<http::empty_body>& request) {
    response.version(11);
    response.keep_alive(keep_alive_);
    response.set("X-Content-Type-Options", "nosniff");
    response.set("Content-Security-Policy", "default-src 'none'; style-src 'self'; frame-ancestors 'none'");
    response.set("Referrer-Policy", "no-referrer");
    response.set("Cross-Origin-Resource-Policy", "same-origin");
    response.set(http::field::cache_control, "no-store");
    if (response.body().size() >= kGzipBytesMin) {
      response.set(http::field::vary, "Accept-Encoding");
      const beast::string_view accepted = request[http::field::accept_encoding];
      if (accepts_gzip({accepted.data(), accepted.size()})) compress(response);
    }
    response.content_length(response.body().size());
    if (head_only_) response.body().clear();
    response_ = std::move(response);
    stream_.expires_after(timeout());
    http::async_write(stream_, response_, [self = shared_from_this()](error_code error, std::size_t) {
      if (error) {
        if (error == beast::error::timeout) self->server_.count(self->server_.timed_out_);
        return self->close();
      }
      if (self->keep_alive_) return self->read();
      self->drain();
    });
  }

  static void compress(Response& response) {
    std::string compressed = gzip(response.body());
    if (compressed.empty()) return;
    response.body() = std::move(compressed);
    response.set(http::field::content_encoding, "gzip");
  }

  /// Closing with unread bytes would reset the connection and could take the answer with it.
  void drain() {
    error_code ignored;
    stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
    stream_.expires_after(kDrainTime);
    drain_buffer_.resize(16 * 1024);
    drain_some();
  }
  void drain_some() {
    stream_.async_read_some(asio::buffer(drain_buffer_),
                            [self = shared_from_this()](error_code error, std::size_t bytes) {
                              self->drained_bytes_ += bytes;
                              if (error || self->drained_bytes_ > kDrainBytesMax) return self->close();
                              self->drain_some();
                            });
  }

  Implementation& server_;
  beast::tcp_stream stream_;
  std::string head_;
  Response response_;
  bool keep_alive_ = false, head_only_ = false, waiting_ = false;
  int requests_ = 0;
  std::chrono::steady_clock::time_point waiting_since_;
  std::vector<char> drain_buffer_;
  std::size_t drained_bytes_ = 0;
};

void HttpServer::Implementation::admit(tcp::socket socket) {
  if (sessions_.size() >= options_.connections_max) {
    Session* longest = nullptr;
    for (Session* session : sessions_)
      if (session->waiting() && (longest == nullptr || session->waiting_since() < longest->waiting_since()))
        longest = session;
    if (longest == nullptr) {
      count(refused_);
      static constexpr std::string_view kBusy =
          "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
      error_code ignored;
      socket.non_blocking(true, ignored);
      socket.send(asio::buffer(kBusy), 0, ignored);
      return;
    }
    count(displaced_);
    longest->close();
  }
  count(accepted_);
  std::make_shared<Session>(*this, std::move(socket))->read();
}

HttpServer::HttpServer(std::unique_ptr<Implementation> implementation) : implementation_(std::move(implementation)) {}
HttpServer::~HttpServer() = default;

Result<std::unique_ptr<HttpServer>> HttpServer::listen(const HttpServerOptions& options) {
  const auto address = ListenAddress::parse(options.listen);
  if (!address.ok()) return address.error();
  if (!address.value().loopback)
    return Error{"will not listen on " + options.listen +
                 ": beyond this machine the page and /metrics need a token and TLS, which this version does not have; "
                 "use a loopback address such as 127.0.0.1:8470 and a reverse proxy or an SSH tunnel in front of it"};
  auto implementation = std::make_unique<Implementation>(options, address.value());
  if (const error_code error = implementation->open()) {
    const std::string port = std::to_string(address.value().port);
    const std::string reason =
        error == asio::error::address_in_use ? "port " + port + " is in use by another program" : error.message();
    return Error{"cannot listen on " + options.listen + ": " + reason +
                 "; choose another address with --listen 127.0.0.1:PORT, NETPULSE_HTTP_LISTEN, or listen in [http]"};
  }
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(implementation)));
}

void HttpServer::handle(const std::string& method, const std::string& path, HttpHandler handler) {
  implementation_->routes[path][method] = std::move(handler);
}

void HttpServer::start() { implementation_->start(); }

const ListenAddress& HttpServer::address() const noexcept { return implementation_->address(); }
HttpCounters HttpServer::counters() const noexcept { return implementation_->counters(); }

}  // namespace netpulse
