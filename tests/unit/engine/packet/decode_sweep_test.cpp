#include <gtest/gtest.h>

#include <random>

#include "tests/unit/engine/packet/sample_frames.h"

/// Rules that hold for every frame, however broken.
namespace netpulse {
namespace {

using namespace frames;

void expect_consistent(const Decoded& packet) {
  const PacketView& view = packet.view;
  EXPECT_LT(view.status, DecodeStatus::kCount);
  EXPECT_LE(view.payload_captured_bytes, view.payload_bytes);
  EXPECT_LE(view.payload_bytes, view.wire_bytes);
  EXPECT_LE(view.tunnel_layers, kTunnelLayersMax);
  EXPECT_EQ(view.payload_data == nullptr, view.payload_captured_bytes == 0);
  if (view.payload_data != nullptr) {
    EXPECT_GE(view.payload_data, view.frame);
    EXPECT_LE(view.payload_data + view.payload_captured_bytes, view.frame + view.captured_bytes);
  }
  if (view.has_flow()) {
    EXPECT_LT(view.network_offset, view.captured_bytes);
    EXPECT_TRUE((view.key.lo_addr <=> view.key.hi_addr) <= 0);
  } else {
    EXPECT_EQ(view.hash, 0);
    EXPECT_EQ(view.key, FlowKey{});
  }
  EXPECT_EQ(view.captured_bytes, packet.raw.captured_bytes);
  EXPECT_EQ(view.wire_bytes, packet.raw.wire_bytes);
}

TEST(DecodeSweep, EveryTruncationIsDecodedWithinItsBytes) {
  for (const Sample& sample : all_samples()) {
    SCOPED_TRACE(sample.name);
    for (std::size_t captured = 0; captured <= sample.frame.size(); ++captured) {
      expect_consistent(Decoded(sample.frame, sample.link_type, captured));
      // Shorter on the wire as well.
      const Frame cut(sample.frame.begin(), sample.frame.begin() + static_cast<std::ptrdiff_t>(captured));
      expect_consistent(Decoded(cut, sample.link_type));
    }
  }
}

TEST(DecodeSweep, EverySingleByteMutationIsDecodedWithinItsBytes) {
  Decoder decoder(HashSeed::fixed(1), 64);
  for (const Sample& sample : all_samples()) {
    SCOPED_TRACE(sample.name);
    for (std::size_t at = 0; at < sample.frame.size(); ++at) {
      for (const unsigned value : {0x00u, 0x01u, 0x3fu, 0x40u, 0x45u, 0x60u, 0x7fu, 0x80u, 0xffu}) {
        Frame frame = sample.frame;
        frame[at] = static_cast<std::uint8_t>(value);
        expect_consistent(Decoded(decoder, frame, sample.link_type));
      }
    }
  }
}

TEST(DecodeSweep, TheFastPathFindsWhatTheGeneralOneFinds) {
  std::minstd_rand random(1);
  const auto expect_same = [](const Frame& frame, std::uint16_t link, std::size_t captured) {
    const Decoded fast(frame, link, captured);
    Decoder decoder(HashSeed::fixed(7), 64);
    PacketView general;
    DecoderTestPeer::decode_general(decoder, fast.raw, general);
    const PacketView& view = fast.view;
    EXPECT_EQ(view.key, general.key);
    EXPECT_EQ(view.hash, general.hash);
    EXPECT_EQ(view.received_at, general.received_at);
    EXPECT_EQ(view.number, general.number);
    EXPECT_EQ(view.payload_data, general.payload_data);
    EXPECT_EQ(view.payload_captured_bytes, general.payload_captured_bytes);
    EXPECT_EQ(view.payload_bytes, general.payload_bytes);
    EXPECT_EQ(view.tcp_seq, general.tcp_seq);
    EXPECT_EQ(view.tcp_ack, general.tcp_ack);
    EXPECT_EQ(view.tcp_window, general.tcp_window);
    EXPECT_EQ(view.tcp_flags, general.tcp_flags);
    EXPECT_EQ(view.direction, general.direction);
    EXPECT_EQ(view.tunnel_id, general.tunnel_id);
    EXPECT_EQ(view.network_offset, general.network_offset);
    EXPECT_EQ(view.transport_offset, general.transport_offset);
    EXPECT_EQ(view.vlan_id, general.vlan_id);
    EXPECT_EQ(view.network, general.network);
    EXPECT_EQ(view.transport, general.transport);
    EXPECT_EQ(view.status, general.status);
    EXPECT_EQ(view.flags, general.flags);
    EXPECT_EQ(view.tunnel_layers, general.tunnel_layers);
    EXPECT_EQ(view.ttl, general.ttl);
    EXPECT_EQ(view.ip_identification, general.ip_identification);
  };
  for (const Sample& sample : all_samples()) {
    SCOPED_TRACE(sample.name);
    for (std::size_t captured = 0; captured <= sample.frame.size(); ++captured)
      expect_same(sample.frame, sample.link_type, captured);
    for (int i = 0; i < 200; ++i) {
      Frame frame = sample.frame;
      frame[random() % frame.size()] = static_cast<std::uint8_t>(random());
      expect_same(frame, sample.link_type, SIZE_MAX);
    }
  }
}

TEST(DecodeSweep, EveryStatusHasAName) {
  for (std::size_t i = 0; i < static_cast<std::size_t>(DecodeStatus::kCount); ++i)
    EXPECT_STRNE(decode_status_name(static_cast<DecodeStatus>(i)), "");
  EXPECT_STREQ(decode_status_name(DecodeStatus::kWlanProtected), "wlan_protected");
  EXPECT_STREQ(tunnel_name(Tunnel::kOther), "other");
  EXPECT_STREQ(tunnel_name(Tunnel::k6in4), "6in4");
}

}  // namespace
}  // namespace netpulse
