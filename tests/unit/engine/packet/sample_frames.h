#pragma once

#include <string>
#include <vector>

#include "tests/unit/engine/packet/frame_builder.h"

namespace netpulse::frames {

struct Sample {
  std::string name;
  std::uint16_t link_type;
  Frame frame;
  Tunnel tunnel = Tunnel::kNone;  ///< what carried the innermost packet
  std::uint32_t tunnel_id = 0;    ///< PacketView's
  std::uint32_t key_id = 0;       ///< FlowKey's
};

inline Frame wlan(unsigned subtype_and_type, unsigned flags, const Frame& rest) {
  return join(bytes({subtype_and_type, flags, 0, 0}), zeros(18), bytes({0, 0}), rest);
}
inline Frame snap(unsigned type, const Frame& inner) {
  return join(bytes({0xaa, 0xaa, 3, 0, 0, 0}), be16(type), inner);
}
inline Frame radiotap(unsigned flags, const Frame& inner) {
  // TSFT and Flags, little-endian; 8 bytes of time first.
  return join(bytes({0, 0, 17, 0, 3, 0, 0, 0}), zeros(8), bytes({flags}), inner);
}
inline Frame mpls(std::uint32_t label, bool last, const Frame& inner) {
  return join(be32(label << 12 | (last ? 0x100u : 0u) | 64), inner);
}
inline Frame pppoe(unsigned session, const Frame& ppp) {
  return join(bytes({0x11, 0}), be16(session), be16(unsigned(ppp.size())), ppp);
}
inline Frame ppp(unsigned protocol, const Frame& inner) { return join(be16(protocol), inner); }
inline Frame gre(unsigned flags, unsigned type, const Frame& inner) { return join(be16(flags), be16(type), inner); }
inline Frame vxlan(unsigned vni, const Frame& inner) { return join(bytes({8, 0, 0, 0}), be32(vni << 8), inner); }
inline Frame geneve(unsigned vni, unsigned type, const Frame& inner) {
  return join(bytes({1, 0}), be16(type), be32(vni << 8), be32(0xdeadbeef), inner);
}
inline Frame gtp(std::uint32_t teid, const Frame& inner) {
  return join(bytes({0x30, 0xff}), be16(unsigned(inner.size())), be32(teid), inner);
}
/// With a sequence number and a PDU session container.
inline Frame gtp_extended(std::uint32_t teid, const Frame& inner) {
  return join(bytes({0x36, 0xff}), be16(unsigned(8 + inner.size())), be32(teid), bytes({0, 1, 0, 0x85}),
              bytes({1, 0, 9, 0}), inner);
}
inline Frame outer(unsigned protocol, const Frame& inner) { return ethernet(0x0800, ipv4(protocol, inner)); }
inline Frame outer_udp(unsigned port, const Frame& inner) { return outer(17, udp(50000, port, inner)); }
inline Frame outer6(unsigned next, const Frame& inner) { return ethernet(0x86dd, ipv6(next, inner)); }

/// The innermost packet is inner_udp() in each: 192.168.0.1:1111 to 192.168.0.2:2222, "hello".
inline std::vector<Sample> link_samples() {
  const Frame in = inner_udp();
  std::vector<Sample> all{
      {"ethernet", 1, ethernet(0x0800, in)},
      {"ethernet 802.3 snap", 1, ethernet(unsigned(8 + in.size()), snap(0x0800, in))},
      {"ethernet 802.3 snap padded", 1, ethernet(unsigned(8 + in.size()), join(snap(0x0800, in), zeros(9)))},
      {"ethernet 802.3 llc ip", 1, ethernet(unsigned(3 + in.size()), join(bytes({6, 6, 3}), in))},
      {"jumbo llc", 1, ethernet(0x8870, snap(0x0800, in))},
      {"vlan", 1, ethernet(0x8100, vlan(42, 0x0800, in))},
      {"qinq", 1, ethernet(0x88a8, vlan(42, 0x8100, vlan(7, 0x0800, in)))},
      {"three tags", 1, ethernet(0x9100, vlan(42, 0x9200, vlan(7, 0x8100, vlan(8, 0x0800, in))))},
      {"cisco metadata", 1, ethernet(0x8909, join(zeros(6), be16(0x0800), in))},
      {"null little", 0, join(le32(2), in)},
      {"null big", 0, join(be32(2), in)},
      {"null ethertype", 0, join(bytes({0x0f, 0, 8, 0}), in)},
      {"loop", 108, join(be32(2), in)},
      {"raw", 101, in},
      {"raw bsd", 12, in},
      {"raw openbsd", 14, in},
      {"ipv4", 228, in},
      {"sll", 113, join(be16(0), be16(1), be16(6), zeros(8), be16(0x0800), in)},
      {"sll llc", 113, join(be16(0), be16(1), be16(6), zeros(8), be16(4), snap(0x0800, in))},
      {"sll2", 276, join(be16(0x0800), be16(0), be32(2), be16(1), bytes({0, 6}), zeros(8), in)},
      {"ppp", 9, ppp(0x0021, in)},
      {"ppp hdlc", 50, join(bytes({0xff, 3}), ppp(0x0021, in))},
      {"ppp one byte protocol", 50, join(bytes({0xff, 3, 0x21}), in)},
      {"ppp direction", 204, join(bytes({1, 0xff, 3}), ppp(0x0021, in))},
      {"cisco on ppp line", 50, join(bytes({0x0f, 0}), be16(0x0800), in)},
      {"cisco hdlc", 104, join(bytes({0x0f, 0}), be16(0x0800), in)},
      {"frame relay", 107, join(bytes({0x18, 0x41, 3, 0xcc}), in)},
      {"wlan", 105, wlan(0x08, 0x01, snap(0x0800, in))},
      {"wlan qos", 105, wlan(0x88, 0x01, join(zeros(2), snap(0x0800, in)))},
      {"wlan four addresses", 105, wlan(0x88, 0x03, join(zeros(6), zeros(2), snap(0x0800, in)))},
      {"wlan ht control", 105, wlan(0x88, 0x81, join(zeros(2), zeros(4), snap(0x0800, in)))},
      {"wlan amsdu", 105,
       wlan(0x88, 0x01,
            join(bytes({0x80, 0}), zeros(12), be16(3), bytes({0x42, 0x42, 3}), zeros(3), zeros(12),
                 be16(unsigned(8 + in.size())), snap(0x0800, in)))},
      {"radiotap", 127, radiotap(0, wlan(0x08, 0x01, snap(0x0800, in)))},
      {"radiotap fcs", 127, radiotap(0x10, wlan(0x08, 0x01, join(snap(0x0800, in), be32(0xffffffff))))},
      {"radiotap padded", 127, radiotap(0x20, wlan(0x88, 0x01, join(zeros(2), zeros(2), snap(0x0800, in))))},
      {"prism", 119, join(le32(0x44), le32(144), zeros(136), wlan(0x08, 0x01, snap(0x0800, in)))},
      {"avs", 163, join(be32(0x80211001), be32(64), zeros(56), wlan(0x08, 0x01, snap(0x0800, in)))},
      {"ppi", 192,
       join(bytes({0, 0, 32, 0}), le32(105), le16(2), le16(20), zeros(8), le16(1), zeros(10),
            wlan(0x08, 0x01, join(snap(0x0800, in), be32(0xffffffff))))},
      {"nflog", 239,
       join(bytes({2, 0, 0, 0}), le16(5), le16(10), bytes({0, 0, 0, 0}), le16(unsigned(4 + in.size())), le16(9), in)},
      {"nflog big", 239,
       join(bytes({2, 0, 0, 0}), be16(8), be16(1), be32(0x08000001), be16(unsigned(4 + in.size())), be16(9), in)},
      {"pktap", 258, join(le32(12), le32(1), le32(1), ethernet(0x0800, in))},
      {"pppoe link", 51, pppoe(9, ppp(0x0021, in)), Tunnel::kPppoe, 9, 9},
  };
  return all;
}

/// The innermost packet as above.
inline std::vector<Sample> tunnel_samples() {
  const Frame in = inner_udp(), eth = inner_ethernet();
  const unsigned length = unsigned(in.size());
  const Frame tagged = ethernet(0x8100, vlan(3, 0x0800, in));
  std::vector<Sample> all{
      {"pppoe", 1, ethernet(0x8864, join(pppoe(9, ppp(0x0021, in)), zeros(8))), Tunnel::kPppoe, 9, 9},
      {"pppoe one byte protocol", 1, ethernet(0x8864, pppoe(9, join(bytes({0x21}), in))), Tunnel::kPppoe, 9, 9},
      {"mpls", 1, ethernet(0x8847, mpls(17, false, mpls(18, true, in))), Tunnel::kMpls, 18},
      {"mpls control word", 1, ethernet(0x8847, mpls(18, true, join(be32(5), eth))), Tunnel::kMpls, 18},
      {"mpls ethernet", 1, ethernet(0x8848, mpls(18, true, eth)), Tunnel::kMpls, 18},
      {"mpls ethernet to 4x", 1,
       ethernet(0x8847, mpls(18, true, join(bytes({0x45, 0, 0, 0, 0, 1}), Frame(eth.begin() + 6, eth.end())))),
       Tunnel::kMpls, 18},
      {"mpls in ip", 1, outer(137, mpls(18, true, in)), Tunnel::kMpls, 18},
      {"backbone service", 1, ethernet(0x88e7, join(be32(77), eth)), Tunnel::kOther, 77, 77},
      {"nsh", 1, ethernet(0x894f, join(bytes({0, 2, 1, 1}), be32(5 << 8), in)), Tunnel::kOther, 5},
      {"gre", 1, outer(47, gre(0, 0x0800, in)), Tunnel::kGre},
      {"gre all parts", 1, outer(47, gre(0xb000, 0x0800, join(be32(0), be32(99), be32(1), in))), Tunnel::kGre, 99, 99},
      {"gre routing", 1,
       outer(47, gre(0x4000, 0x0800, join(be32(0), be16(0x0800), bytes({0, 4}), be32(1), zeros(4), in))), Tunnel::kGre},
      {"gre bridging", 1, outer(47, gre(0x2000, 0x6558, join(be32(7), eth))), Tunnel::kGre, 7, 7},
      {"gre wccp", 1, outer(47, gre(0, 0x883e, join(be32(0), in))), Tunnel::kGre},
      {"gre ipv6", 1, outer6(47, gre(0, 0x0800, in)), Tunnel::kGre},
      {"erspan 1", 1, outer(47, gre(0, 0x88be, eth)), Tunnel::kErspan},
      {"erspan 2", 1, outer(47, gre(0x1000, 0x88be, join(be32(1), bytes({0x10, 1, 0, 55}), be32(0), eth))),
       Tunnel::kErspan, 55},
      {"erspan 3", 1, outer(47, gre(0x1000, 0x22eb, join(be32(1), bytes({0x20, 1, 0, 55}), be32(0), be32(0), eth))),
       Tunnel::kErspan, 55},
      {"erspan 3 subheader", 1,
       outer(47, gre(0x1000, 0x22eb, join(be32(1), bytes({0x20, 1, 0, 55}), be32(0), be32(1), zeros(8), eth))),
       Tunnel::kErspan, 55},
      {"pptp", 1,
       outer(47, gre(0x3081, 0x880b,
                     join(be16(length + 4), be16(31), be32(1), be32(2), bytes({0xff, 3}), ppp(0x0021, in)))),
       Tunnel::kPptp, 31},
      {"vxlan", 1, outer_udp(4789, vxlan(77, eth)), Tunnel::kVxlan, 77, 77},
      {"vxlan linux", 1, outer_udp(8472, vxlan(77, eth)), Tunnel::kVxlan, 77, 77},
      {"vxlan tagged", 1, outer_udp(4789, vxlan(77, tagged)), Tunnel::kVxlan, 77, 77},
      {"vxlan gpe", 1, outer_udp(4790, join(bytes({0x0c, 0, 0, 1}), be32(77 << 8), in)), Tunnel::kVxlanGpe, 77, 77},
      {"vxlan gpe ethernet", 1, outer_udp(4790, join(bytes({0x0c, 0, 0, 3}), be32(77 << 8), eth)), Tunnel::kVxlanGpe,
       77, 77},
      {"geneve", 1, outer_udp(6081, geneve(78, 0x6558, eth)), Tunnel::kGeneve, 78, 78},
      {"geneve ip", 1, outer_udp(6081, geneve(78, 0x0800, in)), Tunnel::kGeneve, 78, 78},
      {"gtp", 1, outer_udp(2152, gtp(0x12345678, in)), Tunnel::kGtpU, 0x12345678},
      {"gtp extended", 1, outer_udp(2152, gtp_extended(0x12345678, in)), Tunnel::kGtpU, 0x12345678},
      {"ipip", 1, outer(4, in), Tunnel::kIpIp},
      {"4in6", 1, outer6(4, in), Tunnel::k4in6},
      {"6in4 then 4in6", 1, outer(41, ipv6(4, in)), Tunnel::k4in6},
      {"teredo then 4in6", 1, outer_udp(3544, ipv6(4, in)), Tunnel::k4in6},
      {"ah tunnel", 1, outer(51, join(bytes({4, 4, 0, 0}), be32(66), be32(1), zeros(12), in)), Tunnel::kAh, 66},
      {"etherip", 1, outer(97, join(be16(0x3000), eth)), Tunnel::kOther},
      {"ethernet in ip", 1, outer(143, eth), Tunnel::kOther},
      {"l2tp", 1, outer_udp(1701, join(be16(0x0002), be16(5), be16(6), bytes({0xff, 3}), ppp(0x0021, in))),
       Tunnel::kL2tp, 0x00050006},
      {"l2tp all parts", 1,
       outer_udp(1701, join(be16(0x4a02), be16(length + 20), be16(5), be16(6), be32(1), be16(2), zeros(2),
                            bytes({0xff, 3}), ppp(0x0021, in))),
       Tunnel::kL2tp, 0x00050006},
      {"l2tpv3", 1, outer(115, join(be32(88), eth)), Tunnel::kL2tp, 88},
      {"l2tpv3 cookie and sublayer", 1, outer(115, join(be32(88), zeros(8), be32(0x40000001), eth)), Tunnel::kL2tp, 88},
      {"l2tpv3 udp", 1, outer_udp(1701, join(be16(3), be16(0), be32(88), be32(1), eth)), Tunnel::kL2tp, 88},
      {"lisp", 1, outer_udp(4341, join(zeros(8), in)), Tunnel::kOther},
      {"capwap", 1, outer_udp(5247, join(be32(2u << 19 | 1u << 9), be32(0), eth)), Tunnel::kCapwap},
      {"capwap wlan", 1,
       outer_udp(5247, join(be32(2u << 19 | 1u << 9 | 1u << 8), be32(0), wlan(0x08, 0x01, snap(0x0800, in)))),
       Tunnel::kCapwap},
      {"gtp in vxlan", 1, outer_udp(4789, vxlan(77, outer_udp(2152, gtp(9, in)))), Tunnel::kGtpU, 9},
  };
  return all;
}

/// Frames for sweeps: the above, and those of other shapes.
inline std::vector<Sample> all_samples() {
  std::vector<Sample> all = link_samples();
  for (Sample& sample : tunnel_samples()) all.push_back(std::move(sample));
  const auto add = [&](const char* name, Frame frame, std::uint16_t link = kLinkEthernet) {
    all.push_back({name, link, std::move(frame)});
  };
  const Frame datagram = udp(53, 5353, hello());
  add("tcp", outer(6, tcp(1, 2, hello())));
  add("tcp options", outer(6, tcp(1, 2, join(zeros(20), hello()), 10)));
  add("tcp bad offset", outer(6, tcp(1, 2, hello(), 4)));
  add("tcp ipv6", outer6(6, tcp(1, 2, hello())));
  add("tcp vlan ipv6", ethernet(0x8100, vlan(42, 0x86dd, ipv6(6, tcp(1, 2, hello())))));
  add("udp padded", join(outer(17, datagram), zeros(20)));
  add("udp short", outer(17, udp(1, 2, hello(), 7)));
  add("udp long", outer(17, udp(1, 2, hello(), 700)));
  add("udp lite", outer(136, datagram));
  add("sctp", outer(132, join(be16(7), be16(8), zeros(8), hello())));
  add("icmp", outer(1, join(bytes({8, 0, 0, 0}), be16(21), be16(1), hello())));
  add("icmpv6", outer6(58, join(bytes({128, 0, 0, 0}), be16(21), be16(1), hello())));
  add("igmp", outer(2, zeros(8)));
  add("esp", outer(50, zeros(40)));
  add("ah", outer(51, join(bytes({17, 4, 0, 0}), be32(66), be32(1), zeros(12), datagram)));
  add("ipv4 options", ethernet(0x0800, join(bytes({0x46, 0}), be16(24 + 13), be32(0), bytes({64, 17, 0, 0}), be32(1),
                                            be32(2), be32(0x01010101), datagram)));
  add("ipv4 total zero", ethernet(0x0800, ipv4(17, datagram, {.total = 0})));
  add("ipv6 extensions",
      outer6(0, join(bytes({60, 0}), zeros(6), bytes({43, 0}), zeros(6), bytes({17, 0}), zeros(6), datagram)));
  add("ipv6 segments", outer6(43, join(bytes({17, 4, 4, 1, 1, 0, 0, 0}), address6(9), address6(8), datagram)));
  add("ipv6 atomic fragment", outer6(44, join(bytes({17, 0, 0, 0}), be32(1), datagram)));
  add("ipv4 first fragment", ethernet(0x0800, ipv4(17, udp(1, 2, zeros(16), 100), {1, 0x2000})));
  add("ipv4 later fragment", ethernet(0x0800, ipv4(17, zeros(16), {1, 0x0003})));
  add("ipv6 first fragment", outer6(44, join(bytes({17, 0, 0, 1}), be32(1), udp(1, 2, zeros(16), 100))));
  add("ipv6 later fragment", outer6(44, join(bytes({17, 0, 0, 24}), be32(1), zeros(16))));
  add("arp", ethernet(0x0806, zeros(28)));
  add("pppoe discovery", ethernet(0x8863, zeros(20)));
  add("pptp acknowledgment", outer(47, gre(0x2081, 0x880b, join(be32(31), be32(2)))));
  add("teredo",
      outer_udp(3544, join(bytes({0, 1, 2, 2}), zeros(4), zeros(9), be16(0), be16(1), be32(2), ipv6(17, datagram))));
  add("netlink", zeros(20), 253);
  add("unknown link", zeros(60), 147);
  add("wlan protected", wlan(0x08, 0x41, zeros(40)), 105);
  add("wlan beacon", wlan(0x80, 0, zeros(40)), 105);
  add("ipv6 link", ipv6(17, datagram), 229);
  add("null ipv6", join(le32(30), ipv6(17, datagram)), 0);
  return all;
}

}  // namespace netpulse::frames
