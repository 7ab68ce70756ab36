#pragma once

#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "exporters/web/http_state.h"
#include "exporters/web/http_stream.h"

namespace netpulse {

/// One connection: shakes hands, reads a head, answers, reads the next. Lives as long as something is under way on it.
class HttpSession : public std::enable_shared_from_this<HttpSession> {
 public:
  using Clock = std::chrono::steady_clock;
  using ErrorCode = boost::system::error_code;

  /// client, local: the two ends of the connection.
  HttpSession(HttpState& state, boost::asio::ip::tcp::socket socket, const IpAddress& client,
              const ListenAddress& local);
  ~HttpSession();
  HttpSession(const HttpSession&) = delete;
  HttpSession& operator=(const HttpSession&) = delete;

  void start();
  void close();

  /// Waiting for its client, and since when: such a session may be closed to make room.
  bool waiting() const noexcept { return waiting_; }
  Clock::time_point waiting_since() const noexcept { return waiting_since_; }
  /// Has shown credentials: others make room first.
  bool trusted() const noexcept { return admitted_with_.has_value(); }
  const IpAddress& client_network() const noexcept { return client_network_; }

 private:
  using Request = boost::beast::http::request<boost::beast::http::empty_body>;
  using Response = boost::beast::http::response<boost::beast::http::string_body>;
  using Status = boost::beast::http::status;

  void wait_for_client();
  void detect_tls();
  void shake_hands(std::size_t bytes);
  void read();
  void read_head();
  void on_wait_failed(ErrorCode error);
  void on_head(ErrorCode error, std::size_t bytes);
  void answer();
  void authenticate(const HttpState::Methods* methods);
  void on_verdict(AuthVerdict verdict);
  void proceed();
  void dispatch(const HttpState::Methods& methods);
  bool open_to_all(const HttpState::Methods* methods) const;
  std::string method() const;
  std::string_view field(boost::beast::http::field name) const;

  static Response plain(Status status, std::string text = {});
  void refuse(HttpRefusal reason, Response response);
  void abandon(Status status, std::string text = {});
  void send(Response response);
  void drain();
  void drain_tcp();
  void drain_some();

  HttpState& state_;
  HttpStream stream_;
  const IpAddress client_, client_network_;
  const ListenAddress local_;
  std::string head_;
  Request request_;
  Response response_;
  bool keep_alive_ = false, head_only_ = false, waiting_ = false;
  int requests_ = 0;
  Clock::time_point waiting_since_;
  /// Of the Authorization header that this connection was let in with.
  std::optional<Authenticator::Digest> admitted_with_;
  std::vector<char> buffer_;
  std::size_t drained_bytes_ = 0;
};

}  // namespace netpulse
