#pragma once

#include "plugins/quic/quic.h"
#include "tests/unit/plugins/quic/quic_builder.h"
#include "tests/unit/plugins/samples.h"

namespace netpulse::test {

/// RFC 9001 appendix A.4; A.2's connection ID was the original one.
inline ByteVector retry_packet() {
  return from_hex("ff000000010008f067a5502a4262b5746f6b656e04a265ba2eff4d829058fb3f0f2496ba");
}

template <>
struct Samples<Quic> {
  static std::vector<Sample> conversations() {
    const ByteVector hello = quic_client_hello(), answer = crypto_frame(0, quic_server_hello());
    const ByteVector first_part = crypto_part(hello, 0, 60), second_part = crypto_part(hello, 60, hello.size());
    InitialBuilder second = client_initial();
    second.packet_number = 3;
    InitialBuilder after_retry = client_initial(), answer_to_retry = server_initial();
    after_retry.destination_id = from_hex("f067a5502a4262b5");
    after_retry.token = bytes_of("token");
    answer_to_retry.key_id = after_retry.destination_id;
    return {
        {"v1",
         17,
         443,
         {{true, client_initial().build(crypto_frame(0, hello))}, {false, server_initial().build(answer)}},
         true},
        {"v1 to v2, second half first",
         17,
         8443,
         {{true, second.build(second_part)},
          {true, client_initial().build(first_part)},
          {false, server_initial(kQuicVersion2).build(answer)}},
         true},
        {"retry",
         17,
         443,
         {{true, client_initial().build(crypto_frame(0, hello))},
          {false, retry_packet()},
          {true, after_retry.build(crypto_frame(0, hello))},
          {false, answer_to_retry.build(answer)}},
         true},
        {"Q043", 17, 443, {{true, gquic_packet("Q043", gquic_chlo())}}, true},
    };
  }
};

}  // namespace netpulse::test
