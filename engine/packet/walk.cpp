#include "engine/packet/layers.h"

namespace netpulse {

void Walk::accept_ip(const Layer& header, std::uint8_t version, std::uint8_t ttl, const std::uint8_t* from,
                     const std::uint8_t* to) noexcept {
  src = from;
  dst = to;
  src_port = dst_port = 0;
  rest = {0, version, tunnel, tunnel_key_id};
  view.network = version == 4 ? NetworkLayer::kIpv4 : NetworkLayer::kIpv6;
  view.network_offset = offset_of(header.data);
  view.ttl = ttl;
  view.ip_identification = 0;
  view.tunnel_id = tunnel_id;
  view.tunnel_layers = layers;
  view.transport = TransportLayer::kOther;
  view.transport_offset = 0xffff;
  view.tcp_seq = view.tcp_ack = 0;
  view.tcp_window = 0;
  view.tcp_flags = 0;
  set_payload({nullptr, 0, 0});
}

}  // namespace netpulse
