#pragma once

#include "plugins/dtls/dtls.h"
#include "tests/unit/plugins/common/certificate_builder.h"
#include "tests/unit/plugins/common/hello_builder.h"
#include "tests/unit/plugins/samples.h"

namespace netpulse::test {

inline ByteVector dtls_record(std::uint8_t content, const ByteVector& fragment, std::uint16_t epoch = 0,
                              std::uint16_t version = 0xfefd) {
  ByteVector out{content};
  put_u16(out, version);
  put_u16(out, epoch);
  append(out, {0, 0, 0, 0, 0, 1});
  append(out, with_length16(fragment));
  return out;
}
/// Bytes [offset, offset + size) of a handshake message, with the header of a fragment.
inline ByteVector dtls_fragment(std::uint8_t type, std::uint16_t message_seq, const ByteVector& body,
                                std::size_t offset, std::size_t size) {
  size = std::min(size, body.size() - offset);
  ByteVector out{type, 0};
  put_u16(out, body.size());
  put_u16(out, message_seq);
  out.push_back(0);
  put_u16(out, offset);
  out.push_back(0);
  put_u16(out, size);
  append(out, ByteVector(body.begin() + static_cast<std::ptrdiff_t>(offset),
                         body.begin() + static_cast<std::ptrdiff_t>(offset + size)));
  return out;
}
inline ByteVector dtls_handshake(std::uint8_t type, std::uint16_t message_seq, const ByteVector& body) {
  return dtls_record(22, dtls_fragment(type, message_seq, body, 0, body.size()));
}

/// A client that offers SRTP.
inline HelloBuilder dtls_client_hello(std::string_view name = "media.example.org") {
  HelloBuilder hello;
  hello.version = 0xfefd;
  hello.session_id = {};
  hello.cookie = ByteVector{};
  hello.ciphers = {0xc02b, 0xc02f, 0x00ff};
  hello.extension(0x0000, server_name_data({name}))
      .extension(0x000a, with_length16(u16_values({0x001d, 0x0017})))
      .extension(0x000b, {1, 0})
      .extension(0x000d, with_length16(u16_values({0x0403, 0x0804})))
      .extension(0x0010, alpn_data({"webrtc"}))
      .extension(0x000e, {0, 2, 0, 1, 0});
  return hello;
}
inline HelloBuilder dtls_server_hello(bool srtp = true) {
  HelloBuilder hello;
  hello.version = 0xfefd;
  hello.ciphers = {0xc02b};
  hello.extension(0xff01, {0});
  if (srtp) hello.extension(0x000e, {0, 2, 0, 1, 0});
  return hello;
}
inline ByteVector hello_verify_request() {
  return dtls_record(22, dtls_fragment(3, 0, joined({{0xfe, 0xff}, with_length8(ByteVector(20, 0xcc))}), 0, 23), 0,
                     0xfeff);
}
/// ServerHello, Certificate, ServerHelloDone: three records of one datagram.
inline ByteVector dtls_server_flight(bool srtp = true) {
  return joined({dtls_handshake(2, 1, dtls_server_hello(srtp).server_body()),
                 dtls_handshake(11, 2, certificate_body({certificate("media", {"media.example.org"})})),
                 dtls_handshake(14, 3, {})});
}
/// ClientKeyExchange, ChangeCipherSpec and the encrypted Finished.
inline ByteVector dtls_client_finished() {
  return joined(
      {dtls_handshake(16, 2, ByteVector(66, 4)), dtls_record(20, {1}), dtls_record(22, ByteVector(48, 0xee), 1)});
}
inline ByteVector dtls_server_finished() {
  return joined({dtls_record(20, {1}), dtls_record(22, ByteVector(48, 0xee), 1)});
}

template <>
struct Samples<Dtls> {
  static std::vector<Sample> conversations() {
    HelloBuilder with_cookie = dtls_client_hello();
    with_cookie.cookie = ByteVector(20, 0xcc);
    HelloBuilder hello13 = dtls_client_hello();
    hello13.extension(0x002b, with_length8(u16_values({0xfefc, 0xfefd})));
    HelloBuilder answer13 = dtls_server_hello(false);
    answer13.extension(0x002b, {0xfe, 0xfc});
    ByteVector unified{0x2f, 0, 1, 0, 40};
    append(unified, ByteVector(40, 0xee));
    return {
        {"DTLS 1.2 with a cookie, no SRTP",
         17,
         4433,
         {{true, dtls_handshake(1, 0, dtls_client_hello().client_body())},
          {false, hello_verify_request()},
          {true, dtls_handshake(1, 1, with_cookie.client_body())},
          {false, dtls_server_flight(false)},
          {true, dtls_client_finished()},
          {false, dtls_server_finished()}},
         true},
        {"DTLS 1.3",
         17,
         4433,
         {{true, dtls_handshake(1, 0, hello13.client_body())},
          {false, joined({dtls_handshake(2, 0, answer13.server_body()), unified})},
          {true, unified}},
         false},
    };
  }
};

}  // namespace netpulse::test
