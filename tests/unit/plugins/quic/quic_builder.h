#pragma once

#include <openssl/evp.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "plugins/quic/initial_keys.h"
#include "plugins/quic/packet_header.h"
#include "plugins/quic/version.h"
#include "tests/unit/plugins/common/hello_builder.h"

namespace netpulse::test {

inline ByteVector from_hex(std::string_view hex) {
  ByteVector out;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    out.push_back(static_cast<std::uint8_t>(std::strtoul(std::string(hex.substr(i, 2)).c_str(), nullptr, 16)));
  return out;
}

/// The shortest form, or two bytes where fixed_size asks for it.
inline void put_varint(ByteVector& out, std::uint64_t value, std::size_t fixed_size = 0) {
  const std::size_t size = fixed_size != 0        ? fixed_size
                           : value < 64           ? 1
                           : value < 16384        ? 2
                           : value < (1ULL << 30) ? 4
                                                  : 8;
  const std::size_t form = size == 1 ? 0 : size == 2 ? 1 : size == 4 ? 2 : 3;
  for (std::size_t i = size; i > 0; --i) {
    auto byte = static_cast<std::uint8_t>(value >> (8 * (i - 1)));
    if (i == size) byte = static_cast<std::uint8_t>((byte & 0x3f) | form << 6);
    out.push_back(byte);
  }
}

inline ByteVector crypto_frame(std::size_t offset, const ByteVector& data, std::uint8_t type = 0x06) {
  ByteVector out{type};
  put_varint(out, offset);
  put_varint(out, data.size());
  append(out, data);
  return out;
}
/// Bytes [begin, end) of a message, as a CRYPTO frame.
inline ByteVector crypto_part(const ByteVector& message, std::size_t begin, std::size_t end) {
  end = std::min(end, message.size());
  return crypto_frame(begin, ByteVector(message.begin() + static_cast<std::ptrdiff_t>(begin),
                                        message.begin() + static_cast<std::ptrdiff_t>(end)));
}

inline ByteVector joined(std::initializer_list<ByteVector> parts) {
  ByteVector out;
  for (const ByteVector& part : parts) append(out, part);
  return out;
}

/// Builds a protected Initial packet (RFC 9000 section 17.2.2, RFC 9001 section 5).
struct InitialBuilder {
  std::uint32_t version = kQuicVersion1;
  QuicSide side = QuicSide::kClient;
  ByteVector destination_id = from_hex("8394c8f03e515708");
  ByteVector source_id;
  ByteVector key_id;  ///< what the keys are derived from; empty: destination_id
  ByteVector token;
  std::uint32_t packet_number = 2;
  std::size_t packet_number_bytes = 4;
  std::size_t packet_bytes_min = 0;  ///< PADDING is added up to so many
  std::uint8_t reserved_bits = 0;
  bool fixed_bit = true;
  QuicSalt salt_of_unknown_version = QuicSalt::kV1;

  ByteVector build(ByteVector frames) const {
    constexpr std::size_t kTagBytes = 16, kLengthBytes = 2;
    const auto known = known_quic_version(version);
    const QuicSalt salt = known ? known->salt : salt_of_unknown_version;
    const unsigned type = known && known->is_v2() ? 1 : 0;
    ByteVector header{static_cast<std::uint8_t>(0x80U | (fixed_bit ? 0x40U : 0U) | type << 4 | reserved_bits |
                                                (packet_number_bytes - 1))};
    put_u16(header, version >> 16);
    put_u16(header, version & 0xffff);
    append(header, with_length8(destination_id));
    append(header, with_length8(source_id));
    put_varint(header, token.size());
    append(header, token);
    const std::size_t around = header.size() + kLengthBytes + packet_number_bytes + kTagBytes;
    // At least so much that there is a header protection sample.
    frames.resize(std::max({frames.size(), packet_bytes_min > around ? packet_bytes_min - around : 0, std::size_t{4}}));
    put_varint(header, packet_number_bytes + frames.size() + kTagBytes, kLengthBytes);
    const std::size_t number_at = header.size();
    for (std::size_t i = packet_number_bytes; i > 0; --i)
      header.push_back(static_cast<std::uint8_t>(packet_number >> (8 * (i - 1))));

    QuicKeySchedule schedule;
    const QuicInitialKeys& keys = schedule.keys(salt, side, key_id.empty() ? destination_id : key_id);
    std::array<std::uint8_t, 12> nonce = keys.iv;
    for (std::size_t i = 0; i < 4; ++i)
      nonce[11 - i] = static_cast<std::uint8_t>(nonce[11 - i] ^ (packet_number >> (8 * i)));
    ByteVector sealed(frames.size() + kTagBytes);
    int written = 0;
    EVP_CIPHER_CTX* context = EVP_CIPHER_CTX_new();
    EVP_EncryptInit_ex(context, EVP_aes_128_gcm(), nullptr, keys.key.data(), nonce.data());
    EVP_EncryptUpdate(context, nullptr, &written, header.data(), static_cast<int>(header.size()));
    EVP_EncryptUpdate(context, sealed.data(), &written, frames.data(), static_cast<int>(frames.size()));
    EVP_EncryptFinal_ex(context, sealed.data() + written, &written);
    EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, kTagBytes, sealed.data() + frames.size());
    ByteVector packet = header;
    append(packet, sealed);
    std::array<std::uint8_t, 32> mask{};
    EVP_EncryptInit_ex(context, EVP_aes_128_ecb(), nullptr, keys.header_key.data(), nullptr);
    EVP_EncryptUpdate(context, mask.data(), &written, packet.data() + number_at + 4, 16);
    EVP_CIPHER_CTX_free(context);
    packet[0] = static_cast<std::uint8_t>(packet[0] ^ (mask[0] & 0x0f));
    for (std::size_t i = 0; i < packet_number_bytes; ++i)
      packet[number_at + i] = static_cast<std::uint8_t>(packet[number_at + i] ^ mask[1 + i]);
    return packet;
  }
};

/// A ClientHello as over QUIC: h3, and Google's user agent among the transport parameters.
inline HelloBuilder quic_hello(std::string_view name = "www.example.org") {
  ByteVector parameters;
  put_varint(parameters, 0x01);
  append(parameters, with_length8({0x40, 0x64}));
  put_varint(parameters, 0x3129);
  append(parameters, with_length8(bytes_of("Browser/1.0 (test)")));
  HelloBuilder hello;
  hello.session_id.clear();
  hello.ciphers = {0x1301, 0x1302, 0x1303};
  hello.extension(0x0000, server_name_data({name}))
      .extension(0x0010, alpn_data({"h3"}))
      .extension(0x002b, with_length8(u16_values({0x0304})))
      .extension(0x000a, with_length16(u16_values({0x001d, 0x0017})))
      .extension(0x000d, with_length16(u16_values({0x0403, 0x0804})))
      .extension(0x0033, ByteVector(42, 0x33))
      .extension(0x0039, parameters);
  return hello;
}
inline ByteVector quic_client_hello(std::string_view name = "www.example.org") {
  return handshake_message(1, quic_hello(name).client_body());
}
inline ByteVector quic_server_hello() {
  HelloBuilder hello = server_hello_13();
  hello.session_id.clear();
  return handshake_message(2, hello.server_body());
}

/// The first datagram of a client.
inline InitialBuilder client_initial(std::uint32_t version = kQuicVersion1) {
  InitialBuilder initial;
  initial.version = version;
  initial.source_id = from_hex("c11e47");
  initial.packet_bytes_min = kQuicInitialDatagramBytesMin;
  return initial;
}
/// The server's answer to it, addressed to the client's source ID.
inline InitialBuilder server_initial(std::uint32_t version = kQuicVersion1) {
  InitialBuilder initial;
  initial.version = version;
  initial.side = QuicSide::kServer;
  initial.key_id = initial.destination_id;
  initial.destination_id = from_hex("c11e47");
  initial.source_id = from_hex("5e57e5");
  initial.packet_number = 0;
  initial.packet_number_bytes = 1;
  return initial;
}

/// RFC 9000 section 17.2.1.
inline ByteVector version_negotiation(const std::vector<std::uint32_t>& versions) {
  ByteVector packet{0xaa, 0, 0, 0, 0};
  append(packet, with_length8(from_hex("c11e47")));
  append(packet, with_length8(from_hex("8394c8f03e515708")));
  for (const std::uint32_t version : versions) {
    put_u16(packet, version >> 16);
    put_u16(packet, version & 0xffff);
  }
  return packet;
}

/// A gQUIC CHLO with these tags.
inline ByteVector gquic_chlo(const std::vector<std::pair<std::string_view, std::string_view>>& tags) {
  const auto little_endian = [](ByteVector& out, std::size_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
  };
  ByteVector message = bytes_of("CHLO"), values;
  little_endian(message, tags.size(), 4);
  for (const auto& [tag, value] : tags) {
    append(message, bytes_of(tag));
    append(values, bytes_of(value));
    little_endian(message, values.size(), 4);
  }
  append(message, values);
  return message;
}
inline ByteVector gquic_chlo() {
  using namespace std::string_view_literals;
  return gquic_chlo(
      {{"PAD\0"sv, "----"}, {"SNI\0"sv, "gquic.example.org"}, {"VER\0"sv, "Q043"}, {"UAID", "Browser/5.0"}});
}
/// A client's packet of Q020 to Q043: public header, hash, a STREAM frame with the CHLO.
inline ByteVector gquic_packet(std::string_view version, const ByteVector& chlo) {
  const bool private_flags = version < "Q034", little_endian = version < "Q039";
  ByteVector packet{0x0d};
  append(packet, from_hex("1122334455667788"));
  append(packet, bytes_of(version));
  packet.push_back(1);  // packet number
  append(packet, ByteVector(12, 0x4a));
  if (private_flags) packet.push_back(1);
  append(packet, {0xa0, 0x01});
  if (little_endian) {
    packet.push_back(static_cast<std::uint8_t>(chlo.size()));
    packet.push_back(static_cast<std::uint8_t>(chlo.size() >> 8));
  } else {
    put_u16(packet, chlo.size());
  }
  append(packet, chlo);
  return packet;
}

}  // namespace netpulse::test
