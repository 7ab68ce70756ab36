#pragma once

#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <optional>
#include <utility>

namespace netpulse {

/// A TCP connection that may speak TLS: what reads and writes it (Beast's HTTP, later its WebSocket) is compiled once.
/// Timeouts are those of tcp(), under TLS, too.
class HttpStream {
 public:
  using executor_type = boost::beast::tcp_stream::executor_type;

  explicit HttpStream(boost::asio::ip::tcp::socket socket) : tcp_(std::move(socket)) {}

  executor_type get_executor() noexcept { return tcp_.get_executor(); }
  boost::beast::tcp_stream& tcp() noexcept { return tcp_; }
  bool encrypted() const noexcept { return tls_.has_value(); }

  /// Takes ssl. received: what of the handshake has been read already; it has to stay until the end.
  template <class Handler>
  void handshake(SSL* ssl, boost::asio::const_buffer received, Handler handler) {
    tls_.emplace(tcp_, ssl);
    tls_->async_handshake(boost::asio::ssl::stream_base::server, received, std::move(handler));
  }
  /// Says that no more will be sent, and waits for the other side to say so. Only when encrypted().
  template <class Handler>
  void shutdown(Handler handler) {
    tls_->async_shutdown(std::move(handler));
  }

  template <class Buffers, class Handler>
  auto async_read_some(const Buffers& buffers, Handler&& handler) {
    return tls_ ? tls_->async_read_some(buffers, std::forward<Handler>(handler))
                : tcp_.async_read_some(buffers, std::forward<Handler>(handler));
  }
  template <class Buffers, class Handler>
  auto async_write_some(const Buffers& buffers, Handler&& handler) {
    return tls_ ? tls_->async_write_some(buffers, std::forward<Handler>(handler))
                : tcp_.async_write_some(buffers, std::forward<Handler>(handler));
  }

 private:
  boost::beast::tcp_stream tcp_;
  std::optional<boost::asio::ssl::stream<boost::beast::tcp_stream&>> tls_;
};

}  // namespace netpulse
