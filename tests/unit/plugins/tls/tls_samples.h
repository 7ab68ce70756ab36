#pragma once

#include "plugins/tls/tls.h"
#include "tests/unit/plugins/common/certificate_builder.h"
#include "tests/unit/plugins/common/hello_builder.h"
#include "tests/unit/plugins/samples.h"

namespace netpulse::test {

inline ByteVector client_hello_record(const HelloBuilder& hello) {
  return tls_record(22, handshake_message(1, hello.client_body()));
}
inline ByteVector server_hello_record(const HelloBuilder& hello) {
  return tls_record(22, handshake_message(2, hello.server_body()), 0x0303);
}
/// A TLS 1.2 ServerHello that chooses h2.
inline HelloBuilder server_hello_12() {
  HelloBuilder hello;
  hello.ciphers = {0xc02f};
  hello.extension(0xff01, {0}).extension(0x0010, alpn_data({"h2"}));
  return hello;
}
/// What both sides send behind the hellos of TLS 1.3: the dummy ChangeCipherSpec and encrypted records.
inline ByteVector encrypted_flight() {
  ByteVector flight = tls_record(20, {1}, 0x0303);
  append(flight, tls_record(23, ByteVector(53, 0xee), 0x0303));
  return flight;
}
/// A TLS 1.2 server's first flight, in one record, with a certificate for these DNS names.
inline ByteVector server_flight_12(const std::vector<std::string_view>& names) {
  ByteVector messages = handshake_message(2, server_hello_12().server_body());
  append(messages, certificate_message({certificate("www.example.org", names)}));
  append(messages, handshake_message(14, {}));
  return tls_record(22, messages, 0x0303);
}
/// ClientKeyExchange, ChangeCipherSpec, Finished.
inline ByteVector client_key_exchange_12() {
  ByteVector flight = tls_record(22, handshake_message(16, ByteVector(66, 4)), 0x0303);
  append(flight, tls_record(20, {1}, 0x0303));
  append(flight, tls_record(22, ByteVector(40, 0xee), 0x0303));
  return flight;
}
inline HelloBuilder hello_retry_request() {
  HelloBuilder hello = server_hello_13();
  hello.random = {0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
                  0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c};
  return hello;
}

template <>
struct Samples<Tls> {
  static std::vector<Sample> conversations() {
    const ByteVector dummy_ccs = tls_record(20, {1}, 0x0303);
    ByteVector second_flight = dummy_ccs;
    append(second_flight, client_hello_record(browser_hello().extension(0x002c, {0, 2, 9, 9})));
    ByteVector retry_flight = server_hello_record(hello_retry_request());
    append(retry_flight, dummy_ccs);
    return {
        {"TLS 1.3",
         6,
         443,
         {{true, client_hello_record(browser_hello())},
          {false, server_hello_record(server_hello_13())},
          {false, encrypted_flight()},
          {true, encrypted_flight()}},
         true},
        {"TLS 1.2",
         6,
         8443,
         {{true, client_hello_record(browser_hello("a.example"))},
          {false, server_flight_12({"a.example", "*.b.example"})},
          {true, client_key_exchange_12()},
          {false, tls_record(20, {1}, 0x0303)}},
         true},
        {"TLS 1.2 resumed",
         6,
         443,
         {{true, client_hello_record(browser_hello("a.example"))},
          {false, server_hello_record(server_hello_12())},
          {false, tls_record(20, {1}, 0x0303)},
          {true, tls_record(20, {1}, 0x0303)}},
         true},
        {"hello in many records",
         6,
         443,
         {{true, in_records(handshake_message(1, browser_hello().client_body()), 50)},
          {false, in_records(handshake_message(2, server_hello_13().server_body()), 7)},
          {true, encrypted_flight()}},
         true},
        {"hello retry",
         6,
         443,
         {{true, client_hello_record(browser_hello())},
          {false, retry_flight},
          {true, second_flight},
          {false, server_hello_record(server_hello_13())},
          {true, encrypted_flight()}},
         true},
    };
  }
};

}  // namespace netpulse::test
