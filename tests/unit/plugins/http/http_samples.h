#pragma once

#include "plugins/http/http.h"
#include "tests/unit/plugins/samples.h"
#include "tests/unit/plugins/text_bytes.h"

namespace netpulse::test {

template <>
struct Samples<Http> {
  static std::vector<Sample> conversations() {
    const ByteVector get = text_bytes(
        "GET /index.html HTTP/1.1\r\nHost: www.example.org\r\nUser-Agent: curl/7.88.1\r\nAccept: */*\r\n\r\n");
    const ByteVector answer = text_bytes(
        "HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\nContent-Type: text/html\r\nContent-Length: 5\r\n\r\nhello");
    const ByteVector pipelined = text_bytes(
        "POST /a HTTP/1.1\r\nHost: one.example\r\nContent-Length: 3\r\n\r\nabc"
        "HEAD /b HTTP/1.1\r\nHost: two.example:8080\r\n\r\n"
        "PUT /c HTTP/1.1\r\nHost: three.example\r\nTransfer-Encoding: chunked\r\n\r\n"
        "4;name=value\r\nwiki\r\n1a\r\nabcdefghijklmnopqrstuvwxyz\r\n0\r\nExpires: never\r\n\r\n"
        "GET http://four.example/d HTTP/1.1\r\nHost: four.example\r\n\r\n");
    const ByteVector answers = text_bytes(
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n"
        "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"
        "HTTP/1.1 204 No Content\r\n\r\n"
        "HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nnever\r\n0\r\n\r\n"
        "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 1\r\n\r\n!");
    const ByteVector until_close = text_bytes("HTTP/1.0 200 OK\r\nContent-Type: image/png\r\n\r\n");
    const ByteVector connect =
        text_bytes("CONNECT shop.example:443 HTTP/1.1\r\nHost: shop.example:443\r\nUser-Agent: test\r\n\r\n");
    return {
        {"request and response", 6, 80, {{true, get}, {false, answer}}, false},
        {"responses first", 6, 8080, {{false, answer}, {true, get}, {false, answer}}, false},
        {"pipelined", 6, 3128, {{true, pipelined}, {false, answers}}, false},
        {"until the connection ends", 6, 80, {{true, get}, {false, until_close}}, true},
        {"tunnel",
         6,
         3128,
         {{true, connect}, {false, text_bytes("HTTP/1.1 200 Connection established\r\n\r\n")}},
         true},
    };
  }
};

}  // namespace netpulse::test
