#include "exporters/web/http_server.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zlib.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

namespace netpulse {
namespace {

/// A client that says exactly what the test says.
class RawClient {
 public:
  explicit RawClient(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  ~RawClient() { ::close(socket_); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  bool connected() const { return connected_; }
  void send(std::string_view text) {
    while (!text.empty()) {
      const ssize_t sent = ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      text.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  /// Everything until the server closes, or milliseconds pass without a byte.
  std::string read_all(int milliseconds = 3000) {
    std::string text;
    while (wait(milliseconds)) {
      char buffer[65536];
      const ssize_t count = ::recv(socket_, buffer, sizeof buffer, 0);
      if (count <= 0) break;
      text.append(buffer, static_cast<std::size_t>(count));
    }
    return text;
  }
  bool wait(int milliseconds) const {
    pollfd waiting{socket_, POLLIN, 0};
    return ::poll(&waiting, 1, milliseconds) > 0;
  }
  bool closed_within(int milliseconds) const {
    char byte = 0;
    return wait(milliseconds) && ::recv(socket_, &byte, 1, 0) <= 0;
  }

 private:
  int socket_;
  bool connected_ = false;
};

class HttpServerTest : public testing::Test {
 protected:
  void serve(HttpServerOptions options = {}) {
    options.listen = "127.0.0.1:0";
    auto server = HttpServer::listen(options);
    ASSERT_TRUE(server.ok()) << server.error().message;
    server_ = std::move(server).value();
    server_->handle("GET", "/hello", [](const HttpRequest&) { return HttpResponse{.body = "hello\n"}; });
    server_->handle("GET", "/big", [](const HttpRequest&) { return HttpResponse{.body = std::string(100'000, 'x')}; });
    server_->handle("POST", "/change", [](const HttpRequest&) { return HttpResponse{.body = "changed\n"}; });
    server_->handle(
        "GET", "/open", [](const HttpRequest&) { return HttpResponse{.body = "open\n"}; }, HttpAccess::kAnybody);
    server_->handle("GET", "/throws", [](const HttpRequest&) -> HttpResponse { throw std::runtime_error("no"); });
    server_->start();
    port_ = server_->address().port;
  }
  std::string host() const { return "127.0.0.1:" + std::to_string(port_); }
  std::string ask(const std::string& request) const {
    RawClient client(port_);
    client.send(request);
    return client.read_all();
  }
  std::string get(const std::string& target, const std::string& more = "", const std::string& method = "GET") const {
    return ask(method + " " + target + " HTTP/1.1\r\nHost: " + host() + "\r\nConnection: close\r\n" + more + "\r\n");
  }
  static std::string status(const std::string& answer) { return answer.substr(0, answer.find("\r\n")); }

  std::unique_ptr<HttpServer> server_;
  std::uint16_t port_ = 0;
};

TEST_F(HttpServerTest, AnswersAnExactRoute) {
  serve();
  const std::string answer = get("/hello");
  EXPECT_EQ(status(answer), "HTTP/1.1 200 OK");
  EXPECT_NE(answer.find("\r\nContent-Length: 6\r\n"), std::string::npos);
  EXPECT_NE(answer.find("\r\nX-Content-Type-Options: nosniff\r\n"), std::string::npos);
  EXPECT_TRUE(answer.ends_with("\r\n\r\nhello\n"));
  EXPECT_EQ(status(get("/hello?a=b")), "HTTP/1.1 200 OK");
}

TEST_F(HttpServerTest, AnswersHeadWithTheLengthAndNoBody) {
  serve();
  const std::string answer = get("/hello", "", "HEAD");
  EXPECT_EQ(status(answer), "HTTP/1.1 200 OK");
  EXPECT_NE(answer.find("Content-Length: 6\r\n"), std::string::npos);
  EXPECT_TRUE(answer.ends_with("\r\n\r\n"));
}

TEST_F(HttpServerTest, KnowsNoOtherPathHoweverItIsWritten) {
  serve();
  for (const char* target : {"/", "/hello/", "//hello", "/../hello", "/%68ello", "/..%2f..%2fetc/passwd", "/hello%00",
                             "/hello\\", "/%252e%252e/hello", "/HELLO"})
    EXPECT_EQ(status(get(target)), "HTTP/1.1 404 Not Found") << target;
  EXPECT_EQ(status(get("hello")), "HTTP/1.1 400 Bad Request");
  EXPECT_EQ(status(get("http://" + host() + "/hello")), "HTTP/1.1 400 Bad Request");
  EXPECT_EQ(status(get("*", "", "OPTIONS")), "HTTP/1.1 400 Bad Request");
}

TEST_F(HttpServerTest, RefusesOtherMethodsAndNamesTheAllowedOnes) {
  serve();
  for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS", "TRACE", "BREW"}) {
    const std::string answer = get("/hello", "", method);
    EXPECT_EQ(status(answer), "HTTP/1.1 405 Method Not Allowed") << method;
    EXPECT_NE(answer.find("\r\nAllow: GET, HEAD\r\n"), std::string::npos);
  }
}

TEST_F(HttpServerTest, AnswersOnlyUnderItsOwnNames) {
  serve();
  const std::string port = ":" + std::to_string(port_);
  const auto with_host = [&](const std::string& lines) {
    return status(ask("GET /hello HTTP/1.1\r\n" + lines + "Connection: close\r\n\r\n"));
  };
  for (const char* good : {"127.0.0.1", "localhost", "[::1]", "LocalHost"})
    EXPECT_EQ(with_host("Host: " + (good + port) + "\r\n"), "HTTP/1.1 200 OK") << good;
  for (const char* bad : {"evil.example", "127.0.0.1.evil.example", "127.evil", "localhost.evil", "127.0.0.2", "0"})
    EXPECT_EQ(with_host("Host: " + (bad + port) + "\r\n"), "HTTP/1.1 421 Misdirected Request") << bad;
  EXPECT_EQ(with_host("Host: localhost\r\n"), "HTTP/1.1 421 Misdirected Request");
  EXPECT_EQ(with_host("Host: localhost:1\r\n"), "HTTP/1.1 421 Misdirected Request");
  EXPECT_EQ(with_host(""), "HTTP/1.1 421 Misdirected Request");
  EXPECT_EQ(with_host("Host: " + host() + "\r\nHost: " + host() + "\r\n"), "HTTP/1.1 421 Misdirected Request");
}

TEST_F(HttpServerTest, RefusesWhatCouldSmuggleARequest) {
  serve();
  EXPECT_EQ(status(get("/hello", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n")), "HTTP/1.1 400 Bad Request");
  EXPECT_EQ(status(get("/hello", "Content-Length: 5\r\nContent-Length: 6\r\n")), "HTTP/1.1 400 Bad Request");
  EXPECT_EQ(status(get("/hello", "Content-Length: 0\r\nContent-Length: 0\r\n")), "HTTP/1.1 400 Bad Request");
  EXPECT_EQ(status(get("/hello", "Transfer-Encoding: xchunked\r\n")), "HTTP/1.1 400 Bad Request");
  EXPECT_EQ(status(get("/hello", "X-Folded: a\r\n b\r\n")), "HTTP/1.1 400 Bad Request");
  EXPECT_EQ(status(get("/hello", "Bad Name: a\r\n")), "HTTP/1.1 400 Bad Request");
  EXPECT_EQ(status(ask("GET /hello HTTP/9.9\r\nHost: " + host() + "\r\n\r\n")), "HTTP/1.1 400 Bad Request");
  EXPECT_EQ(status(ask("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")), "HTTP/1.1 400 Bad Request");
  EXPECT_EQ(status(ask("\x16\x03\x01\x02\x01\r\n\r\n")), "HTTP/1.1 400 Bad Request");
}

TEST_F(HttpServerTest, ABodyIsNeverReadAsTheNextRequest) {
  serve();
  const std::string inner = "GET /hello HTTP/1.1\r\nHost: " + host() + "\r\n\r\n";
  RawClient client(port_);
  client.send("POST /hello HTTP/1.1\r\nHost: " + host() + "\r\nContent-Length: " + std::to_string(inner.size()) +
              "\r\n\r\n" + inner);
  const std::string answer = client.read_all();
  EXPECT_EQ(status(answer), "HTTP/1.1 405 Method Not Allowed");
  EXPECT_EQ(answer.find("200 OK"), std::string::npos);
}

TEST_F(HttpServerTest, RefusesAnOversizedHead) {
  serve();
  EXPECT_EQ(status(get("/hello", "X-Big: " + std::string(1'000'000, 'a') + "\r\n")),
            "HTTP/1.1 431 Request Header Fields Too Large");
  EXPECT_EQ(status(get("/" + std::string(9000, 'a'))), "HTTP/1.1 431 Request Header Fields Too Large");
}

TEST_F(HttpServerTest, AnswersPipelinedRequestsInOrder) {
  serve();
  std::string requests;
  for (int i = 0; i < 50; ++i) requests += "GET /hello HTTP/1.1\r\nHost: " + host() + "\r\n\r\n";
  requests += "GET /nothing HTTP/1.1\r\nHost: " + host() + "\r\nConnection: close\r\n\r\n";
  const std::string answers = ask(requests);
  int found = 0;
  for (std::size_t at = 0; (at = answers.find("200 OK", at)) != std::string::npos; ++at) ++found;
  EXPECT_EQ(found, 50);
  EXPECT_NE(answers.find("404 Not Found"), std::string::npos);
}

TEST_F(HttpServerTest, ClosesOnASlowClient) {
  serve({.request_timeout = Duration::from_milliseconds(200)});
  RawClient client(port_);
  client.send("GET /hello HTTP/1.1\r\nHos");
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_TRUE(client.closed_within(5000));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(3));
}

TEST_F(HttpServerTest, AClientThatKeepsTricklingIsClosedAllTheSame) {
  serve({.request_timeout = Duration::from_milliseconds(300)});
  RawClient client(port_);
  bool closed = false;
  for (int i = 0; i < 100 && !closed; ++i) {
    client.send("X");
    closed = client.closed_within(20);
  }
  EXPECT_TRUE(closed);
  // The server counts just after it has closed.
  for (int i = 0; i < 500 && server_->counters().timed_out == 0; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_EQ(server_->counters().timed_out, 1U);
}

TEST_F(HttpServerTest, CountsThoseItHadToRefuseAsAllWereBeingAnswered) {
  serve({.connections_max = 1});
  RawClient busy(port_);
  // An answer larger than all buffers, and a client that does not read it.
  std::string requests;
  for (int i = 0; i < 200; ++i) requests += "GET /big HTTP/1.1\r\nHost: " + host() + "\r\n\r\n";
  busy.send(requests);
  // Before it asks, or between two of its requests, it would have to make room for others.
  ASSERT_TRUE(busy.wait(10'000));
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  std::string answer;
  for (int i = 0; i < 200 && server_->counters().refused == 0; ++i) answer = get("/hello");
  EXPECT_EQ(status(answer), "HTTP/1.1 503 Service Unavailable");
  EXPECT_GE(server_->counters().refused, 1U);
}

TEST_F(HttpServerTest, SlowConnectionsDoNotShutOthersOut) {
  serve({.connections_max = 8});
  std::vector<std::unique_ptr<RawClient>> slow;
  for (int i = 0; i < 40; ++i) {
    slow.push_back(std::make_unique<RawClient>(port_));
    slow.back()->send("GET /hello HTTP/1.1\r\n");
  }
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(status(get("/hello")), "HTTP/1.1 200 OK");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
  EXPECT_TRUE(slow.front()->closed_within(5000)) << "the one that waited longest makes room";
  const HttpCounters counters = server_->counters();
  EXPECT_EQ(counters.accepted, 41U);
  EXPECT_EQ(counters.displaced, 41U - 8);
  EXPECT_EQ(counters.refused, 0U);
}

TEST_F(HttpServerTest, OneClientCannotTakeAllConnections) {
  serve({.connections_max = 8, .connections_per_address_max = 3});
  std::vector<std::unique_ptr<RawClient>> slow;
  for (int i = 0; i < 10; ++i) slow.push_back(std::make_unique<RawClient>(port_));
  EXPECT_TRUE(slow[0]->closed_within(5000));
  EXPECT_EQ(status(get("/hello")), "HTTP/1.1 200 OK");
  EXPECT_EQ(server_->counters().accepted, 11U);
  EXPECT_EQ(server_->counters().displaced, 8U);
}

TEST_F(HttpServerTest, RefusesManyFields) {
  serve();
  std::string fields;
  for (int i = 0; i < 62; ++i) fields += "X-" + std::to_string(i) + ": 1\r\n";
  EXPECT_EQ(status(get("/hello", fields)), "HTTP/1.1 200 OK");
  EXPECT_EQ(status(get("/hello", fields + "X-62: 1\r\n")), "HTTP/1.1 431 Request Header Fields Too Large");
  EXPECT_EQ(server_->counters().refused_requests[static_cast<std::size_t>(HttpRefusal::kMalformed)], 1U);
}

TEST_F(HttpServerTest, ForeignPagesMayNotAskForChanges) {
  serve();
  const auto change = [&](const std::string& more) { return status(get("/change", more, "POST")); };
  EXPECT_EQ(change(""), "HTTP/1.1 200 OK");
  EXPECT_EQ(change("Origin: http://" + host() + "\r\n"), "HTTP/1.1 200 OK");
  for (const char* bad : {"null", "http://evil.example", "https://127.0.0.1"})
    EXPECT_EQ(change("Origin: " + std::string(bad) + "\r\n"), "HTTP/1.1 403 Forbidden") << bad;
  EXPECT_EQ(change("Origin: http://" + host() + "\r\nOrigin: http://evil.example\r\n"), "HTTP/1.1 403 Forbidden");
  EXPECT_EQ(status(get("/hello", "Origin: http://evil.example\r\n")), "HTTP/1.1 200 OK");
  EXPECT_EQ(server_->counters().refused_requests[static_cast<std::size_t>(HttpRefusal::kOrigin)], 4U);
}

TEST_F(HttpServerTest, AsksForTheTokenOnLoopbackTooAndTellsStrangersNothing) {
  const std::string path = testing::TempDir() + "http_server_test_token";
  std::ofstream(path) << "0123456789abcdef\n";
  serve({.token_file = path});
  EXPECT_EQ(status(get("/open")), "HTTP/1.1 200 OK");
  for (const char* target : {"/hello", "/nothing", "/change"})
    EXPECT_EQ(status(get(target)), "HTTP/1.1 401 Unauthorized") << target;
  EXPECT_EQ(status(get("/open", "", "DELETE")), "HTTP/1.1 401 Unauthorized");
  const std::string right = "Authorization: Bearer 0123456789abcdef\r\n";
  EXPECT_EQ(status(get("/hello", right)), "HTTP/1.1 200 OK");
  EXPECT_EQ(status(get("/nothing", right)), "HTTP/1.1 404 Not Found");
  EXPECT_EQ(status(get("/hello", right + right)), "HTTP/1.1 401 Unauthorized");
  const std::string wrong = get("/hello", "Authorization: Bearer 0123456789abcdeX\r\n");
  EXPECT_EQ(wrong.substr(0, wrong.find("\r\nDate")), get("/hello").substr(0, wrong.find("\r\nDate")))
      << "none and a wrong one look alike";
  std::remove(path.c_str());
}

TEST_F(HttpServerTest, WhatAnybodyMayAskLetsNobodyInFurther) {
  const std::string path = testing::TempDir() + "http_server_test_open_token";
  std::ofstream(path) << "0123456789abcdef\n";
  serve({.token_file = path});
  const auto request = [&](const std::string& target, const std::string& token) {
    return "GET " + target + " HTTP/1.1\r\nHost: " + host() + "\r\nAuthorization: Bearer " + token + "\r\n";
  };
  const std::string wrong = "0123456789abcdeX", end = "Connection: close\r\n\r\n";
  // One connection, the same wrong token: first where nobody looks at it.
  const std::string answers = ask(request("/open", wrong) + "\r\n" + request("/hello", wrong) + end);
  EXPECT_EQ(status(answers), "HTTP/1.1 200 OK");
  EXPECT_NE(answers.find("HTTP/1.1 401 Unauthorized"), std::string::npos);
  EXPECT_EQ(answers.find("hello\n"), std::string::npos);
  // Who was let in with one token is not let in with another.
  const std::string later = ask(request("/hello", "0123456789abcdef") + "\r\n" + request("/hello", wrong) + end);
  EXPECT_EQ(status(later), "HTTP/1.1 200 OK");
  EXPECT_NE(later.find("HTTP/1.1 401 Unauthorized"), std::string::npos);
  std::remove(path.c_str());
}

TEST_F(HttpServerTest, CompressesForThoseWhoAskForIt) {
  serve();
  const std::string answer = get("/big", "Accept-Encoding: deflate, gzip;q=1.0\r\n");
  EXPECT_NE(answer.find("\r\nContent-Encoding: gzip\r\n"), std::string::npos);
  const std::string body = answer.substr(answer.find("\r\n\r\n") + 4);
  std::string plain(200'000, '\0');
  z_stream stream{};
  ASSERT_EQ(inflateInit2(&stream, 15 + 16), Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(body.data()));
  stream.avail_in = static_cast<uInt>(body.size());
  stream.next_out = reinterpret_cast<Bytef*>(plain.data());
  stream.avail_out = static_cast<uInt>(plain.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  EXPECT_EQ(stream.total_out, 100'000);
  inflateEnd(&stream);
  EXPECT_EQ(get("/big", "Accept-Encoding: gzip;q=0\r\n").find("Content-Encoding"), std::string::npos);
  EXPECT_EQ(get("/big").find("Content-Encoding"), std::string::npos);
}

TEST_F(HttpServerTest, AHandlerThatThrowsGivesAnErrorAndTheServerLivesOn) {
  serve();
  EXPECT_EQ(status(get("/throws")), "HTTP/1.1 500 Internal Server Error");
  EXPECT_EQ(status(get("/hello")), "HTTP/1.1 200 OK");
}

TEST(HttpServerListen, RefusesWhatIsNotLoopbackAndSaysWhy) {
  for (const char* address : {"0.0.0.0:0", "192.0.2.1:80", "[::]:0"}) {
    const auto server = HttpServer::listen({.listen = address});
    ASSERT_FALSE(server.ok()) << address;
    EXPECT_NE(server.error().message.find("token and TLS"), std::string::npos);
    EXPECT_NE(server.error().message.find("openssl req -x509"), std::string::npos);
    EXPECT_NE(server.error().message.find("credentials_file: netpulse-token"), std::string::npos);
  }
}

TEST(HttpServerListen, NamesThePortInUseAndHowToChooseAnother) {
  const auto first = HttpServer::listen({.listen = "127.0.0.1:0"});
  ASSERT_TRUE(first.ok());
  const std::string taken = first.value()->address().to_string();
  const auto second = HttpServer::listen({.listen = taken});
  ASSERT_FALSE(second.ok());
  EXPECT_NE(second.error().message.find("port " + std::to_string(first.value()->address().port) + " is in use"),
            std::string::npos);
  EXPECT_NE(second.error().message.find("--listen"), std::string::npos);
}

TEST(ListenAddressText, AcceptsLiteralsAndRefusesTheRest) {
  EXPECT_EQ(ListenAddress::parse("127.0.0.1:8470").value().to_string(), "127.0.0.1:8470");
  EXPECT_EQ(ListenAddress::parse("[::1]:80").value().to_string(), "[::1]:80");
  EXPECT_EQ(ListenAddress::parse("localhost:1").value().to_string(), "127.0.0.1:1");
  EXPECT_TRUE(ListenAddress::parse("127.9.9.9:1").value().loopback);
  EXPECT_FALSE(ListenAddress::parse("[::ffff:10.0.0.1]:1").value().loopback);
  for (const char* bad : {"", ":80", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:8o", "::1:80",
                          "example.org:80", "[127.0.0.1]:80", "127.0.0.1:80 "})
    EXPECT_FALSE(ListenAddress::parse(bad).ok()) << bad;
}

}  // namespace
}  // namespace netpulse
