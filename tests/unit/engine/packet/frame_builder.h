#pragma once

#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <string_view>
#include <vector>

#include "engine/packet/decode.h"

namespace netpulse {

/// The walk that handles every packet, without the fast path in front of it.
class DecoderTestPeer {
 public:
  static void decode_general(Decoder& decoder, const RawPacket& raw, PacketView& view) {
    decoder.decode_general(raw, view);
  }
};

namespace frames {

using Frame = std::vector<std::uint8_t>;

inline Frame bytes(std::initializer_list<unsigned> values) { return Frame(values.begin(), values.end()); }
inline Frame be16(unsigned value) { return {std::uint8_t(value >> 8), std::uint8_t(value)}; }
inline Frame be32(std::uint32_t value) {
  return {std::uint8_t(value >> 24), std::uint8_t(value >> 16), std::uint8_t(value >> 8), std::uint8_t(value)};
}
inline Frame le16(unsigned value) { return {std::uint8_t(value), std::uint8_t(value >> 8)}; }
inline Frame le32(std::uint32_t value) {
  return {std::uint8_t(value), std::uint8_t(value >> 8), std::uint8_t(value >> 16), std::uint8_t(value >> 24)};
}
inline Frame zeros(std::size_t count) { return Frame(count, 0); }
inline Frame text(std::string_view value) { return Frame(value.begin(), value.end()); }
template <class... Parts>
Frame join(const Parts&... parts) {
  Frame all;
  (all.insert(all.end(), parts.begin(), parts.end()), ...);
  return all;
}

inline Frame ethernet(unsigned type, const Frame& inner) {
  return join(bytes({2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2}), be16(type), inner);
}
inline Frame vlan(unsigned tci, unsigned type, const Frame& inner) { return join(be16(tci), be16(type), inner); }

struct V4 {
  unsigned identification = 0, fragment = 0;  ///< fragment: flags and offset as on the wire
  std::uint32_t src = 0x0a000001, dst = 0x0a000002;
  int total = -1;  ///< -1: what is right
  unsigned first_byte = 0x45;
};
inline Frame ipv4(unsigned protocol, const Frame& inner, const V4& options = {}) {
  const unsigned total = options.total < 0 ? unsigned(20 + inner.size()) : unsigned(options.total);
  return join(bytes({options.first_byte, 0}), be16(total), be16(options.identification), be16(options.fragment),
              bytes({64, protocol, 0, 0}), be32(options.src), be32(options.dst), inner);
}
/// 2001:db8::n
inline Frame address6(unsigned n) { return join(bytes({0x20, 1, 0x0d, 0xb8}), zeros(10), be16(n)); }
inline Frame ipv6(unsigned next, const Frame& inner, int length = -1) {
  return join(bytes({0x60, 0, 0, 0}), be16(length < 0 ? unsigned(inner.size()) : unsigned(length)), bytes({next, 61}),
              address6(1), address6(2), inner);
}
inline Frame udp(unsigned src, unsigned dst, const Frame& payload, int length = -1) {
  return join(be16(src), be16(dst), be16(length < 0 ? unsigned(8 + payload.size()) : unsigned(length)), be16(0),
              payload);
}
inline Frame tcp(unsigned src, unsigned dst, const Frame& payload, unsigned offset = 5) {
  return join(be16(src), be16(dst), be32(0x01020304), be32(0x05060708), bytes({offset << 4, 0x18}), be16(0x2000),
              be32(0), payload);
}
inline Frame hello() { return text("hello"); }
inline Frame inner_udp() { return ipv4(17, udp(1111, 2222, hello()), {.src = 0xc0a80001, .dst = 0xc0a80002}); }
inline Frame inner_ethernet() { return ethernet(0x0800, inner_udp()); }

inline constexpr std::uint16_t kLinkEthernet = 1;

/// A frame in a heap block of its exact size, so that a read past it is seen by the sanitizer, and its decoder.
class Decoded {
 public:
  explicit Decoded(const Frame& frame, std::uint16_t link_type = kLinkEthernet, std::size_t captured = SIZE_MAX)
      : own_(std::make_unique<Decoder>(HashSeed::fixed(7), 64)) {
    run(*own_, frame, link_type, captured);
  }
  Decoded(Decoder& decoder, const Frame& frame, std::uint16_t link_type = kLinkEthernet,
          std::size_t captured = SIZE_MAX) {
    run(decoder, frame, link_type, captured);
  }
  const PacketView* operator->() const { return &view; }
  std::string payload() const { return std::string(as_text(view.payload())); }

  PacketView view;
  RawPacket raw;

 private:
  void run(Decoder& decoder, const Frame& frame, std::uint16_t link_type, std::size_t captured) {
    const std::size_t size = captured < frame.size() ? captured : frame.size();
    block_ = std::make_unique<std::uint8_t[]>(size);
    if (size != 0) std::memcpy(block_.get(), frame.data(), size);
    raw.data = block_.get();
    raw.captured_bytes = static_cast<std::uint32_t>(size);
    raw.wire_bytes = static_cast<std::uint32_t>(frame.size());
    raw.received_at = {1'000'000'000};
    raw.number = 5;
    raw.link_type = link_type;
    decoder.decode(raw, view);
  }

  std::unique_ptr<Decoder> own_;
  std::unique_ptr<std::uint8_t[]> block_;
};

}  // namespace frames
}  // namespace netpulse
