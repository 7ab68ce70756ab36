#include <array>

#include "engine/base/assert.h"
#include "engine/packet/packet_view.h"
#include "engine/packet/source_stats.h"

namespace netpulse {

const char* tunnel_name(Tunnel tunnel) noexcept {
  static constexpr std::array kNames{"none",  "gre",  "erspan", "vxlan", "vxlan_gpe", "geneve",
                                     "gtp_u", "ipip", "6in4",   "4in6",  "teredo",    "l2tp",
                                     "pppoe", "mpls", "pptp",   "ah",    "capwap",    "other"};
  static_assert(kNames.size() == static_cast<std::size_t>(Tunnel::kCount));
  NP_ASSERT(tunnel < Tunnel::kCount);
  return kNames[static_cast<std::size_t>(tunnel)];
}

const char* decode_status_name(DecodeStatus status) noexcept {
  static constexpr std::array kNames{"ok",
                                     "unknown_link_type",
                                     "link_truncated",
                                     "ipv4_truncated",
                                     "ipv4_bad_header",
                                     "ipv6_truncated",
                                     "ipv6_bad_header",
                                     "ipv6_extension_limit",
                                     "ipv6_extension_truncated",
                                     "transport_truncated",
                                     "transport_bad_header",
                                     "tunnel_truncated",
                                     "tunnel_bad_header",
                                     "tunnel_depth",
                                     "fragment_overlap",
                                     "fragment_bad_header",
                                     "wlan_protected"};
  static_assert(kNames.size() == static_cast<std::size_t>(DecodeStatus::kCount));
  NP_ASSERT(status < DecodeStatus::kCount);
  return kNames[static_cast<std::size_t>(status)];
}

namespace {

struct SourceDropName {
  const char* stage;
  const char* reason;
};

const SourceDropName& name_of(SourceDrop drop) noexcept {
  static constexpr std::array<SourceDropName, kSourceDropCount> kNames{{
      {"nic", "missed"},
      {"nic", "no_buffer"},
      {"nic", "receive_error"},
      {"interface", "driver"},
      {"kernel", "buffer_full"},
      {"kernel", "ring_full"},
      {"kernel", "fill_ring_empty"},
      {"kernel", "invalid_descriptor"},
      {"kernel", "socket_refused"},
  }};
  static_assert(kNames.back().reason != nullptr);
  NP_ASSERT(drop < SourceDrop::kCount);
  return kNames[static_cast<std::size_t>(drop)];
}

}  // namespace

const char* source_drop_stage(SourceDrop drop) noexcept { return name_of(drop).stage; }
const char* source_drop_reason(SourceDrop drop) noexcept { return name_of(drop).reason; }

}  // namespace netpulse
