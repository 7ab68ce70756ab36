#include "exporters/web/http_server.h"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <ctime>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "exporters/web/http_exposure.h"
#include "exporters/web/http_session.h"
#include "exporters/web/small_file.h"

namespace netpulse {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

/// Out of file descriptors: accepting again at once would spin.
constexpr std::chrono::milliseconds kAcceptPause{100};
constexpr std::chrono::seconds kWatchPeriod{1};
constexpr std::size_t kMessagesMax = 16;

IpAddress address_of(const asio::ip::address& address) {
  if (address.is_v4()) return IpAddress::from_v4(address.to_v4().to_bytes().data());
  return IpAddress::from_v6(address.to_v6().to_bytes().data());
}

Timestamp wall_clock() { return {static_cast<std::int64_t>(std::time(nullptr)) * 1'000'000'000}; }

}  // namespace

class HttpServer::Implementation {
 public:
  Implementation(const HttpServerOptions& options, ListenAddress address, HttpCredentials credentials,
                 TlsIdentity identity, std::vector<std::string> notes)
      : address_(address),
        notes_(std::move(notes)),
        state_(std::make_unique<HttpState>(options, std::move(credentials), std::move(identity),
                                           [this](std::function<void()> task) { asio::post(io_, std::move(task)); })),
        io_(1),
        acceptor_(io_),
        accept_timer_(io_),
        watch_timer_(io_),
        certificate_files_({options.tls_certificate, options.tls_key}),
        credential_files_({options.token_file, options.users_file}) {
    state_->not_after_seconds = state_->identity.not_after.nanoseconds / 1'000'000'000;
  }

  ~Implementation() {
    io_.stop();
    if (thread_.joinable()) thread_.join();
    state_->authenticator.stop();  // what it checks holds sessions, which need io_
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
      state_->names = HttpNames(address_, state_->tls(), state_->options.hosts);
    }
    return error;
  }

  void start() {
    accept();
    watch();
    thread_ = std::thread([this] { io_.run(); });
  }

  HttpState& state() noexcept { return *state_; }
  const HttpState& state() const noexcept { return *state_; }
  const ListenAddress& address() const noexcept { return address_; }
  const std::vector<std::string>& notes() const noexcept { return notes_; }
  std::vector<std::string> take_messages() {
    const std::lock_guard lock(messages_mutex_);
    return std::exchange(messages_, {});
  }

 private:
  void accept();
  void admit(tcp::socket socket);
  bool make_room(const IpAddress* network);
  void watch();
  void reload_certificate();
  void reload_credentials();
  void say(std::string message) {
    const std::lock_guard lock(messages_mutex_);
    if (messages_.size() < kMessagesMax) messages_.push_back(std::move(message));
  }

  ListenAddress address_;
  const std::vector<std::string> notes_;
  std::mutex messages_mutex_;
  std::vector<std::string> messages_;
  std::unique_ptr<HttpState> state_;  // before io_, whose end destroys the sessions
  asio::io_context io_;
  tcp::acceptor acceptor_;
  asio::steady_timer accept_timer_, watch_timer_;
  FileWatch certificate_files_, credential_files_;
  std::thread thread_;
};

void HttpServer::Implementation::accept() {
  acceptor_.async_accept([this](error_code error, tcp::socket socket) {
    if (error == asio::error::operation_aborted) return;
    if (error) {
      ++state_->accept_failed;
      accept_timer_.expires_after(kAcceptPause);
      accept_timer_.async_wait([this](error_code stopped) {
        if (!stopped) accept();
      });
      return;
    }
    admit(std::move(socket));
    accept();
  });
}

/// Closes the connection that has waited for its client the longest, of this network or (null) of any; first of all one
/// that has not shown credentials. False if there is none.
bool HttpServer::Implementation::make_room(const IpAddress* network) {
  HttpSession* longest = nullptr;
  const auto before = [](const HttpSession& a, const HttpSession& b) {
    return a.trusted() != b.trusted() ? b.trusted() : a.waiting_since() < b.waiting_since();
  };
  for (HttpSession* session : state_->sessions) {
    if (!session->waiting() || (network != nullptr && session->client_network() != *network)) continue;
    if (longest == nullptr || before(*session, *longest)) longest = session;
  }
  if (longest == nullptr) return false;
  ++state_->displaced;
  longest->close();
  return true;
}

void HttpServer::Implementation::admit(tcp::socket socket) {
  error_code gone;
  const auto remote = socket.remote_endpoint(gone);
  const auto local = socket.local_endpoint(gone);
  if (gone) return;
  // Answers and handshakes are short: waiting for more to send would cost each 40 ms.
  socket.set_option(tcp::no_delay(true), gone);
  const IpAddress client = address_of(remote.address());
  const IpAddress network = client_network(client);
  const auto& sessions = state_->sessions;
  const auto of_client = std::count_if(sessions.begin(), sessions.end(), [&](const HttpSession* session) {
    return session->client_network() == network;
  });
  const bool client_full = static_cast<std::size_t>(of_client) >= state_->options.connections_per_address_max;
  const bool full = sessions.size() >= state_->options.connections_max;
  if ((full || client_full) && !make_room(client_full ? &network : nullptr)) {
    ++state_->turned_away;
    if (state_->tls()) return;
    static constexpr std::string_view kBusy =
        "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    error_code ignored;
    socket.non_blocking(true, ignored);
    socket.send(asio::buffer(kBusy), 0, ignored);
    return;
  }
  ++state_->accepted;
  const ListenAddress own{address_of(local.address()), local.port(), false};
  std::make_shared<HttpSession>(*state_, std::move(socket), client, own)->start();
}

void HttpServer::Implementation::watch() {
  watch_timer_.expires_after(kWatchPeriod);
  watch_timer_.async_wait([this](error_code stopped) {
    if (stopped) return;
    if (certificate_files_.changed()) reload_certificate();
    if (credential_files_.changed()) reload_credentials();
    watch();
  });
}

void HttpServer::Implementation::reload_certificate() {
  const HttpServerOptions& options = state_->options;
  std::vector<std::string> notes;
  auto loaded = load_tls_identity(options.tls_certificate, options.tls_key, notes);
  if (!loaded.ok()) {
    ++state_->certificates_refused;
    return say("the changed certificate is not taken, the one before stays in use: " + loaded.error().message);
  }
  state_->identity = std::move(loaded).value();  // connections keep theirs
  state_->not_after_seconds = state_->identity.not_after.nanoseconds / 1'000'000'000;
  ++state_->certificates_taken;
  say("took the changed certificate " + options.tls_certificate);
  if (std::string note = validity_note(state_->identity, options.tls_certificate, wall_clock()); !note.empty())
    say(std::move(note));
  for (std::string& note : notes) say(std::move(note));
}

void HttpServer::Implementation::reload_credentials() {
  const HttpServerOptions& options = state_->options;
  std::vector<std::string> notes;
  auto read = read_http_credentials(options.token_file, options.users_file, notes);
  if (!read.ok()) {
    ++state_->credentials_refused;
    return say("the changed token or users are not taken, those before stay in use: " + read.error().message);
  }
  state_->authenticator.replace(std::move(read).value());
  ++state_->credentials_taken;
  say("took the changed token and users");
  for (std::string& note : notes) say(std::move(note));
}

HttpServer::HttpServer(std::unique_ptr<Implementation> implementation) : implementation_(std::move(implementation)) {}
HttpServer::~HttpServer() = default;

Result<std::unique_ptr<HttpServer>> HttpServer::listen(const HttpServerOptions& options) {
  const auto address = ListenAddress::parse(options.listen);
  if (!address.ok()) return address.error();
  if (auto exposure = check_exposure(options, address.value()); !exposure.ok()) return exposure.error();
  std::vector<std::string> notes;
  auto credentials = read_http_credentials(options.token_file, options.users_file, notes);
  if (!credentials.ok()) return credentials.error();
  TlsIdentity identity;
  if (!options.tls_certificate.empty()) {
    auto loaded = load_tls_identity(options.tls_certificate, options.tls_key, notes);
    if (!loaded.ok()) return loaded.error();
    identity = std::move(loaded).value();
    if (std::string note = validity_note(identity, options.tls_certificate, wall_clock()); !note.empty())
      notes.push_back(std::move(note));
  }
  auto implementation = std::make_unique<Implementation>(options, address.value(), std::move(credentials).value(),
                                                         std::move(identity), std::move(notes));
  if (const error_code error = implementation->open()) {
    const std::string port = std::to_string(address.value().port);
    const std::string reason =
        error == asio::error::address_in_use ? "port " + port + " is in use by another program" : error.message();
    return Error{"cannot listen on " + options.listen + ": " + reason +
                 "; choose another address with --listen 127.0.0.1:PORT, NETPULSE_HTTP_LISTEN, or listen in [http]"};
  }
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(implementation)));
}

void HttpServer::handle(const std::string& method, const std::string& path, HttpHandler handler, HttpAccess access) {
  implementation_->state().routes[path][method] = {std::move(handler), access};
}

void HttpServer::start() { implementation_->start(); }

const ListenAddress& HttpServer::address() const noexcept { return implementation_->address(); }
bool HttpServer::tls() const noexcept { return implementation_->state().tls(); }
const std::vector<std::string>& HttpServer::notes() const noexcept { return implementation_->notes(); }
std::vector<std::string> HttpServer::take_messages() { return implementation_->take_messages(); }

HttpCounters HttpServer::counters() const noexcept {
  const HttpState& state = implementation_->state();
  HttpCounters counters{.accepted = state.accepted,
                        .accept_failed = state.accept_failed,
                        .displaced = state.displaced,
                        .refused = state.turned_away,
                        .timed_out = state.timed_out,
                        .handshakes = state.handshakes,
                        .handshakes_failed = state.handshakes_failed,
                        .certificates_taken = state.certificates_taken,
                        .certificates_refused = state.certificates_refused,
                        .credentials_taken = state.credentials_taken,
                        .credentials_refused = state.credentials_refused,
                        .certificate_not_after_seconds = state.not_after_seconds};
  std::copy(state.refused_requests.begin(), state.refused_requests.end(), counters.refused_requests.begin());
  return counters;
}

}  // namespace netpulse
