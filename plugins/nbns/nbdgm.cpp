#include "plugins/nbns/nbdgm.h"

#include "plugins/nbns/netbios_name.h"

namespace netpulse {
namespace {

/// The fixed part, and the names of a datagram that carries data; its first fragment has them too.
struct Datagram {
  std::uint8_t type = 0, flags = 0;
  NetbiosName source, destination;

  bool has_names() const noexcept { return type >= 0x10 && type <= 0x12; }
};

bool read_datagram(Bytes payload, Datagram& datagram) noexcept {
  constexpr std::uint8_t kTypeFirst = 0x10, kTypeLast = 0x16, kReservedFlags = 0xf0;
  constexpr std::size_t kIdAndSourceBytes = 2 + 4 + 2;
  ByteCursor cursor(payload);
  datagram.type = cursor.u8();
  datagram.flags = cursor.u8();
  cursor.skip(kIdAndSourceBytes);
  if (cursor.failed() || datagram.type < kTypeFirst || datagram.type > kTypeLast) return false;
  if ((datagram.flags & kReservedFlags) != 0) return false;
  if (!datagram.has_names()) {
    constexpr std::uint8_t kTypeError = 0x13, kErrorFirst = 0x82, kErrorLast = 0x84;
    if (datagram.type != kTypeError) return read_netbios_name(cursor, datagram.destination);
    const std::uint8_t error = cursor.u8();
    return error >= kErrorFirst && error <= kErrorLast && cursor.at_end();
  }
  cursor.u16();  // length: Windows counts differently than others
  const std::uint16_t packet_offset = cursor.u16();
  if (packet_offset != 0) return false;  // a later fragment has no names
  return read_netbios_name(cursor, datagram.source) && read_netbios_name(cursor, datagram.destination);
}

}  // namespace

Verdict Nbdgm::probe(const PacketView& packet) noexcept {
  Datagram datagram;
  return read_datagram(packet.payload(), datagram) ? Verdict::kDone : Verdict::kNotMine;
}

Verdict Nbdgm::consume(const PacketView& packet, State&, AnalyzerContext& context) noexcept {
  Datagram datagram;
  if (!read_datagram(packet.payload(), datagram) || !datagram.has_names()) return Verdict::kNeedMore;
  const std::uint8_t service = datagram.source.service();
  if ((service == NetbiosName::kWorkstation || service == NetbiosName::kServer) && context.from_initiator()) {
    const NetbiosNameText name(datagram.source);
    context.set_attribute(FlowAttribute::kHostName, name.host());
  }
  return Verdict::kNeedMore;
}

}  // namespace netpulse
