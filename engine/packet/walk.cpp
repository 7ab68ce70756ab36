#include "engine/packet/layers.h"

namespace netpulse {

bool Walk::enter(Tunnel kind, std::uint32_t id, std::uint32_t key_id) noexcept {
  if (layers == kTunnelLayersMax) {
    refuse(DecodeStatus::kTunnelDepth);
    return false;
  }
  ++layers;
  tunnel = kind;
  tunnel_id = id;
  tunnel_key_id = key_id;
  return true;
}

void Walk::accept_ip(const Layer& header, std::uint8_t version, std::uint8_t ttl, const std::uint8_t* from,
                     const std::uint8_t* to) noexcept {
  src = from;
  dst = to;
  src_port = dst_port = 0;
  rest = {0, version, tunnel, tunnel_key_id};
  view.network = version == 4 ? NetworkLayer::kIpv4 : NetworkLayer::kIpv6;
  view.network_offset = offset_of(header.data);
  view.ttl = ttl;
  view.tunnel_id = tunnel_id;
  view.tunnel_layers = layers;
  view.transport = TransportLayer::kOther;
  view.transport_offset = 0xffff;
  view.tcp_seq = view.tcp_ack = 0;
  view.tcp_window = 0;
  view.tcp_flags = 0;
  set_payload({nullptr, 0, 0});
}

void Walk::accept_transport(const Layer& header, TransportLayer kind) noexcept {
  view.transport = kind;
  view.transport_offset = offset_of(header.data);
}

void Walk::set_payload(const Layer& payload) noexcept {
  view.payload_data = payload.captured != 0 ? payload.data : nullptr;
  view.payload_captured_bytes = payload.captured;
  view.payload_bytes = payload.wire;
}

std::uint16_t Walk::offset_of(const std::uint8_t* at) const noexcept {
  const auto offset = at - view.frame;
  return offset < 0xffff ? static_cast<std::uint16_t>(offset) : std::uint16_t{0xffff};
}

}  // namespace netpulse
