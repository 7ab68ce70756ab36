#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <initializer_list>
#include <utility>
#include <vector>

#include "tests/unit/engine/flow/tcp_conversation.h"

namespace netpulse {

inline constexpr std::uint8_t kSyn = TcpFlags::kSyn, kAck = TcpFlags::kAck, kFin = TcpFlags::kFin,
                              kRst = TcpFlags::kRst;
inline constexpr std::uint8_t kSynAck = kSyn | kAck;
inline constexpr bool kClient = true, kServer = false;

/// RFC 7323 section 2.2.
inline std::vector<std::uint8_t> window_scale(std::uint8_t shift) { return {3, 3, shift, 1}; }

/// RFC 9293 section 3.2.
inline std::vector<std::uint8_t> segment_bytes_max(unsigned bytes) {
  return {2, 4, static_cast<std::uint8_t>(bytes >> 8), static_cast<std::uint8_t>(bytes)};
}
/// RFC 7323 section 3.2, as it is mostly laid out.
inline std::vector<std::uint8_t> time_stamps(std::uint32_t value, std::uint32_t echo) {
  std::vector<std::uint8_t> option{1, 1, 8, 10};
  for (const std::uint32_t number : {value, echo})
    for (int shift = 24; shift >= 0; shift -= 8) option.push_back(static_cast<std::uint8_t>(number >> shift));
  return option;
}

/// RFC 2018 section 3. blocks: left and right edges in turn.
inline std::vector<std::uint8_t> sack(std::initializer_list<std::uint32_t> edges) {
  std::vector<std::uint8_t> option{1, 1, 5, static_cast<std::uint8_t>(2 + edges.size() * 4)};
  for (const std::uint32_t number : edges)
    for (int shift = 24; shift >= 0; shift -= 8) option.push_back(static_cast<std::uint8_t>(number >> shift));
  return option;
}
inline std::vector<std::uint8_t> join(std::vector<std::uint8_t> a, const std::vector<std::uint8_t>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

/// SYN at 0 ms, SYN/ACK at 30 ms, ACK at 40 ms. Client data begins at 1001, server data at 5001.
inline void shake_hands(TestConversation& tcp, std::vector<std::uint8_t> client_options = {},
                        std::vector<std::uint8_t> server_options = {}) {
  EXPECT_EQ(tcp.finds({kClient, 0, kSyn, 1000, 0, 0, 1000, 0, std::move(client_options)}), "");
  EXPECT_EQ(tcp.finds({kServer, 30, kSynAck, 5000, 1001, 0, 1000, 0, std::move(server_options)}), "");
  EXPECT_EQ(tcp.finds({kClient, 40, kAck, 1001, 5001}), "");
}
inline TestConversation after_handshake() {
  TestConversation tcp;
  shake_hands(tcp);
  return tcp;
}

}  // namespace netpulse
