#pragma once

#include "plugins/bittorrent/bittorrent.h"
#include "tests/unit/plugins/common/hello_builder.h"
#include "tests/unit/plugins/samples.h"

namespace netpulse::test {

inline ByteVector bittorrent_handshake(std::string_view peer_id) {
  ByteVector out = bytes_of(
      "\x13"
      "BitTorrent protocol");
  append(out, {0, 0, 0, 0, 0, 0x10, 0, 5});
  append(out, ByteVector(20, 0x1f));
  append(out, bytes_of(peer_id));
  return out;
}
inline ByteVector utp_packet(std::uint8_t type, std::uint16_t connection, std::uint16_t sequence,
                             std::uint16_t acknowledged) {
  ByteVector out{type, 0};
  put_u16(out, connection);
  append(out, {1, 2, 3, 4, 0, 0, 0, 0, 0, 4, 0, 0});
  put_u16(out, sequence);
  put_u16(out, acknowledged);
  return out;
}
inline ByteVector dht_ping() { return bytes_of("d1:ad2:id20:abcdefghij0123456789e1:q4:ping1:t2:aa1:y1:qe"); }

template <>
struct Samples<Bittorrent> {
  static std::vector<Sample> conversations() {
    return {
        {"peers",
         6,
         6881,
         {{true, bittorrent_handshake("-TR2940-k8hj0wgej6ch")}, {false, bittorrent_handshake("-qB4250-abcdefghijkl")}},
         true},
        {"hash table, query", 17, 6881, {{true, dht_ping()}}, true},
        {"hash table, response",
         17,
         6881,
         {{false, bytes_of("d1:rd2:id20:mnopqrstuvwxyz123456e1:t2:aa1:y1:re")}},
         true},
        {"tracker", 17, 80, {{true, {0, 0, 4, 0x17, 0x27, 0x10, 0x19, 0x80, 0, 0, 0, 0, 1, 2, 3, 4}}}, true},
        {"micro transport protocol",
         17,
         40000,
         {{true, utp_packet(0x41, 7, 1, 0)}, {false, utp_packet(0x21, 7, 900, 1)}},
         true},
    };
  }
};

}  // namespace netpulse::test
