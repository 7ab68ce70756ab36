#include "plugins/windows/windows.h"

#include "plugins/common/little_endian.h"

namespace netpulse {
namespace {

// NetBIOS session service (RFC 1002 section 4.3.1).
constexpr std::uint8_t kSessionMessage = 0x00, kSessionRequest = 0x81, kSessionPositive = 0x82, kSessionNegative = 0x83;
constexpr std::size_t kSessionHeaderBytes = 4, kSessionRequestBytes = 68, kSmbHeaderBytesMin = 32;
constexpr std::uint8_t kSmbIdFirst = 0xfc;  // compressed; then encrypted, SMB 2, SMB 1

Verdict judge_session_message(const PacketView& packet) noexcept {
  ByteCursor cursor(packet.payload());
  const std::uint32_t length = cursor.u32();
  if (cursor.failed()) return Verdict::kNeedMore;
  if (length < kSmbHeaderBytesMin) return Verdict::kNotMine;
  const Bytes id = cursor.take(std::min<std::size_t>(4, cursor.remaining()));
  if (!id.empty() && id[0] < kSmbIdFirst) return Verdict::kNotMine;
  if (!id.empty() && !may_begin_with(as_text(id.subspan(1)), "SMB")) return Verdict::kNotMine;
  return mine_when_whole(packet, std::min<std::size_t>(kSessionHeaderBytes + length, 64));
}

/// Two names in the first-level encoding of RFC 1001 section 14.1: 32 letters from A to P.
bool is_session_request(Bytes names) noexcept {
  for (const std::size_t at : {0U, 34U}) {
    if (names[at] != 32 || names[at + 33] != 0) return false;
    for (std::size_t i = 1; i <= 32; ++i)
      if (names[at + i] < 'A' || names[at + i] > 'P') return false;
  }
  return true;
}

constexpr std::uint8_t kLittleEndian = 0x10;
constexpr std::size_t kRpcHeaderBytes = 16, kRpcDatagramHeaderBytes = 80;

Verdict judge_rpc_stream(const PacketView& packet) noexcept {
  constexpr std::string_view kHttpStart = "ncacn_http/1.0";
  const std::string_view text = as_text(packet.payload());
  if (may_begin_with(text, kHttpStart)) return mine_when_whole(packet, kHttpStart.size());
  constexpr std::uint8_t kTypeMax = 19;  // orphaned
  ByteCursor cursor(packet.payload());
  const std::uint8_t version = cursor.u8();
  if (version != 5) return Verdict::kNotMine;
  const std::uint8_t minor = cursor.u8(), type = cursor.u8();
  cursor.skip(1);
  const std::uint8_t representation = cursor.u8();
  cursor.skip(1);
  const std::uint16_t reserved = cursor.u16();
  const std::uint16_t length = (representation & kLittleEndian) != 0 ? take_u16_little_endian(cursor) : cursor.u16();
  if (cursor.failed()) return minor > 1 ? Verdict::kNotMine : Verdict::kNeedMore;
  if (minor > 1 || type > kTypeMax || (representation & ~kLittleEndian) != 0 || reserved != 0 ||
      length < kRpcHeaderBytes)
    return Verdict::kNotMine;
  return mine_when_whole(packet, length);
}

Verdict judge_rpc_datagram(const PacketView& packet) noexcept {
  constexpr std::uint8_t kTypeMax = 10;
  constexpr std::size_t kFlagsBytes = 2, kLengthOffset = 74;
  ByteCursor cursor(packet.payload());
  const std::uint8_t version = cursor.u8(), type = cursor.u8();
  cursor.skip(kFlagsBytes);
  const std::uint8_t representation = cursor.u8();
  const std::uint16_t reserved = cursor.u16();
  cursor.skip(kLengthOffset - 7);
  const std::uint16_t length = (representation & kLittleEndian) != 0 ? take_u16_little_endian(cursor) : cursor.u16();
  if (cursor.failed() || version != 4 || type > kTypeMax || (representation & ~kLittleEndian) != 0 || reserved != 0)
    return Verdict::kNotMine;
  return mine_if(packet.payload_bytes == kRpcDatagramHeaderBytes + length);
}

/// Length of a DER length field's value; the cursor stands behind it. Up to three bytes of length.
std::size_t take_der_length(ByteCursor& cursor) noexcept {
  const std::uint8_t first = cursor.u8();
  if (first < 0x80) return first;
  switch (first) {
    case 0x81:
      return cursor.u8();
    case 0x82:
      return cursor.u16();
    case 0x83:
      return cursor.u24();
    default:
      cursor.fail();
      return 0;
  }
}

/// AS, TGS and AP requests and replies, and errors; [1] INTEGER 5 in KDC requests, [0] INTEGER 5 in the others.
bool is_kerberos(Bytes message, std::size_t message_bytes) noexcept {
  constexpr std::uint8_t kApplication = 0x60, kError = kApplication | 30, kSequence = 0x30;
  ByteCursor cursor(message);
  const std::uint8_t tag = cursor.u8();
  const std::size_t length = take_der_length(cursor);
  if (cursor.failed() || cursor.position() + length != message_bytes) return false;
  if (tag != kError && (tag < (kApplication | 10) || tag > (kApplication | 15))) return false;
  const std::uint8_t sequence = cursor.u8();
  take_der_length(cursor);
  const std::uint8_t field = cursor.u8();
  const std::uint32_t version = cursor.u32();
  constexpr std::uint32_t kVersionFive = 0x03020105;
  return !cursor.failed() && sequence == kSequence && (field == 0xa0 || field == 0xa1) && version == kVersionFive;
}

// TPKT (RFC 1006 section 6) and X.224 (section 13.3).
constexpr std::size_t kTpktHeaderBytes = 4, kConnectFixedBytes = 7, kTpktBytesMax = 1024;
constexpr std::uint8_t kConnectionRequest = 0xe0, kConnectionConfirm = 0xd0;
constexpr std::uint8_t kNegotiationRequest = 1, kNegotiationResponse = 2;

/// The variable part of an X.224 connection TPDU that fills its TPKT. kDone when it is there.
Verdict read_connect(Bytes stream, std::uint8_t code, Bytes& variable, std::size_t& tpkt_bytes) noexcept {
  ByteCursor cursor(stream);
  const std::uint8_t version = cursor.u8();
  const std::uint8_t reserved = cursor.u8();
  if (version != 3 || reserved != 0) return Verdict::kNotMine;
  tpkt_bytes = cursor.u16();
  const std::uint8_t indicator = cursor.u8();
  const std::uint8_t type = cursor.u8();
  if (cursor.failed()) return Verdict::kNeedMore;
  if (tpkt_bytes < kTpktHeaderBytes + kConnectFixedBytes || tpkt_bytes > kTpktBytesMax || type != code ||
      indicator + kTpktHeaderBytes + 1 != tpkt_bytes)
    return Verdict::kNotMine;
  cursor.skip(kConnectFixedBytes - 2);
  variable = cursor.take(tpkt_bytes - kTpktHeaderBytes - kConnectFixedBytes);
  return cursor.failed() ? Verdict::kNeedMore : Verdict::kDone;
}

/// The last eight bytes: type, flags, length 8, and the protocols asked for or chosen.
bool read_negotiation(Bytes variable, std::uint8_t type, std::uint32_t& protocols) noexcept {
  constexpr std::uint16_t kNegotiationBytes = 8;
  if (variable.size() < kNegotiationBytes) return false;
  ByteCursor cursor(variable.last(kNegotiationBytes));
  const std::uint8_t found = cursor.u8();
  cursor.skip(1);
  const std::uint16_t length = take_u16_little_endian(cursor);
  protocols = take_u32_little_endian(cursor);
  return found == type && length == kNegotiationBytes;
}

}  // namespace

Verdict Smb::probe(const PacketView& packet) noexcept {
  if (!over_tcp(packet)) return Verdict::kNotMine;
  const Bytes stream = packet.payload();
  if (stream[0] == kSessionMessage) return judge_session_message(packet);
  if (stream[0] < kSessionRequest || stream[0] > kSessionNegative) return Verdict::kNotMine;
  ByteCursor cursor(stream.subspan(1));
  const std::uint32_t length = cursor.u24();
  if (cursor.failed()) return Verdict::kNeedMore;
  if (stream[0] == kSessionPositive) return mine_if(length == 0);
  if (stream[0] == kSessionNegative) return length == 1 ? mine_when_whole(packet, 5) : Verdict::kNotMine;
  if (length != kSessionRequestBytes) return Verdict::kNotMine;
  const Bytes names = cursor.take(length);
  return cursor.failed() ? Verdict::kNeedMore : mine_if(is_session_request(names));
}

Verdict Dcerpc::probe(const PacketView& packet) noexcept {
  if (over_tcp(packet)) return judge_rpc_stream(packet);
  return over_udp(packet) ? judge_rpc_datagram(packet) : Verdict::kNotMine;
}

Verdict Kerberos::probe(const PacketView& packet) noexcept {
  if (!over_tcp(packet)) return mine_if(is_kerberos(packet.payload(), packet.payload_bytes));
  ByteCursor cursor(packet.payload());
  const std::uint32_t length = cursor.u32();
  if (cursor.failed()) return Verdict::kNeedMore;
  constexpr std::uint32_t kMessageBytesMax = 1 << 17;
  constexpr std::size_t kEnoughBytes = 16;
  if (length < kEnoughBytes || length > kMessageBytesMax) return Verdict::kNotMine;
  if (cursor.remaining() < kEnoughBytes) return Verdict::kNeedMore;
  if (!is_kerberos(cursor.take_rest(), length)) return Verdict::kNotMine;
  return mine_when_whole(packet, length + sizeof length);
}

Verdict Rdp::probe(const PacketView& packet) noexcept {
  if (!over_tcp(packet)) return Verdict::kNotMine;
  Bytes variable;
  std::size_t tpkt_bytes = 0;
  const Verdict verdict = read_connect(packet.payload(), kConnectionRequest, variable, tpkt_bytes);
  if (verdict != Verdict::kDone) return verdict;
  std::uint32_t protocols = 0;
  return mine_if(as_text(variable).starts_with("Cookie: mstshash=") || as_text(variable).starts_with("Cookie: msts=") ||
                 read_negotiation(variable, kNegotiationRequest, protocols) ||
                 (variable.empty() && on_port(packet, kPorts[0].first)));
}

Verdict Rdp::consume(const PacketView& packet, State& state, AnalyzerContext& context) noexcept {
  const auto side = static_cast<std::uint8_t>(packet.direction);
  Bytes variable;
  std::size_t tpkt_bytes = 0;
  if (state.requested == 0) {
    read_connect(packet.payload(), kConnectionRequest, variable, tpkt_bytes);
    state.requested = 1;
    state.client = side;
    context.discard_stream(std::min(tpkt_bytes, packet.payload().size()));
    return Verdict::kTentative;
  }
  if (side == state.client) return Verdict::kTentative;
  const Verdict verdict = read_connect(packet.payload(), kConnectionConfirm, variable, tpkt_bytes);
  if (verdict != Verdict::kDone) return verdict == Verdict::kNeedMore ? Verdict::kTentative : Verdict::kMalformed;
  std::uint32_t protocols = 0;
  if (!read_negotiation(variable, kNegotiationResponse, protocols) || protocols == 0) return Verdict::kDone;
  context.discard_stream(tpkt_bytes);
  context.hand_over();
  return Verdict::kDone;
}

}  // namespace netpulse
