#include "plugins/services/services.h"

#include "plugins/common/little_endian.h"

namespace netpulse {
namespace {

constexpr std::uint32_t kProgramNfs = 100003;
/// Sun's numbers and those assigned by IANA since; others are too near to what other protocols may hold there.
constexpr std::uint32_t kProgramMin = 100000, kProgramMax = 399999;
constexpr std::uint32_t kCall = 0, kReply = 1, kRpcVersion = 2;
constexpr std::uint32_t kVersionMax = 8, kProcedureMax = 255, kFlavorMax = 6, kOpaqueBytesMax = 400;

struct RpcMessage {
  bool call = false;
  std::uint32_t program = 0;
};

/// A call with its credentials' flavor and size, or a reply with those of its verifier. kNeedMore where bytes are
/// missing.
Verdict read_rpc(ByteCursor cursor, RpcMessage& message) noexcept {
  cursor.skip(sizeof(std::uint32_t));  // transaction
  const std::uint32_t type = cursor.u32();
  message.call = type == kCall;
  if (cursor.failed()) return Verdict::kNeedMore;
  if (message.call) {
    const std::uint32_t rpc_version = cursor.u32();
    message.program = cursor.u32();
    const std::uint32_t version = cursor.u32(), procedure = cursor.u32();
    if (!cursor.failed() && (rpc_version != kRpcVersion || message.program < kProgramMin ||
                             message.program > kProgramMax || version > kVersionMax || procedure > kProcedureMax))
      return Verdict::kNotMine;
  } else if (type != kReply || cursor.u32() > 1) {  // accepted or denied
    return cursor.failed() ? Verdict::kNeedMore : Verdict::kNotMine;
  }
  const std::uint32_t flavor = cursor.u32(), opaque_bytes = cursor.u32();
  if (cursor.failed()) return Verdict::kNeedMore;
  return mine_if(flavor <= kFlavorMax && opaque_bytes <= kOpaqueBytesMax);
}

/// The message of a datagram, or of a record's first fragment (RFC 5531 section 11).
Verdict judge_rpc(const PacketView& packet, RpcMessage& message) noexcept {
  constexpr std::uint32_t kLengthMask = 0x7fffffff, kRecordBytesMin = 24, kRecordBytesMax = 1 << 22;
  ByteCursor cursor(packet.payload());
  if (!over_tcp(packet) && !over_udp(packet)) return Verdict::kNotMine;
  if (over_udp(packet)) {
    const Verdict verdict = read_rpc(cursor, message);
    return verdict == Verdict::kNeedMore || packet.payload_bytes % 4 != 0 ? Verdict::kNotMine : verdict;
  }
  const std::uint32_t record_bytes = cursor.u32() & kLengthMask;
  if (cursor.failed()) return Verdict::kNeedMore;
  if (record_bytes < kRecordBytesMin || record_bytes > kRecordBytesMax) return Verdict::kNotMine;
  const Verdict verdict = read_rpc(cursor, message);
  return verdict == Verdict::kDone ? mine_when_whole(packet, record_bytes + sizeof record_bytes) : verdict;
}

}  // namespace

Verdict Nfs::probe(const PacketView& packet) noexcept {
  RpcMessage message;
  const Verdict verdict = judge_rpc(packet, message);
  if (verdict == Verdict::kNotMine) return verdict;
  if (message.program != 0 && message.program != kProgramNfs) return Verdict::kNotMine;
  if (verdict == Verdict::kDone && !message.call && !on_port(packet, kPorts[0].first)) return Verdict::kNotMine;
  return verdict;
}

Verdict Rpc::probe(const PacketView& packet) noexcept {
  RpcMessage message;
  const Verdict verdict = judge_rpc(packet, message);
  if (verdict == Verdict::kNotMine || message.program == kProgramNfs) return Verdict::kNotMine;
  if (verdict == Verdict::kDone && !message.call && !on_port(packet, kPorts[0].first)) return Verdict::kNotMine;
  return verdict;
}

Verdict Git::probe(const PacketView& packet) noexcept {
  constexpr std::size_t kLengthDigits = 4, kLineBytesMax = 1024;
  constexpr std::string_view kCommand = "git-";
  if (!over_tcp(packet)) return Verdict::kNotMine;
  const std::string_view text = as_text(packet.payload());
  std::size_t length = 0;
  for (std::size_t i = 0; i < kLengthDigits; ++i) {
    if (i == text.size()) return Verdict::kNeedMore;
    const char c = text[i];
    const bool digit = c >= '0' && c <= '9', letter = c >= 'a' && c <= 'f';
    if (!digit && !letter) return Verdict::kNotMine;
    length = length * 16 + static_cast<std::size_t>(digit ? c - '0' : c - 'a' + 10);
  }
  if (length <= kLengthDigits + kCommand.size() || length > kLineBytesMax ||
      !may_begin_with(text.substr(kLengthDigits), kCommand))
    return Verdict::kNotMine;
  return mine_when_whole(packet, length);
}

Verdict Rsync::probe(const PacketView& packet) noexcept {
  constexpr std::string_view kGreeting = "@RSYNCD: ";
  constexpr std::size_t kLineBytesMax = 64;
  const std::string_view text = as_text(packet.payload());
  if (!over_tcp(packet) || !may_begin_with(text, kGreeting)) return Verdict::kNotMine;
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return text.size() > kLineBytesMax ? Verdict::kNotMine : Verdict::kNeedMore;
  return mine_if(end > kGreeting.size());
}

Verdict DropboxLan::probe(const PacketView& packet) noexcept {
  const std::string_view text = as_text(packet.payload());
  return mine_if(text.starts_with("{\"") && text.find("\"host_int\"") != std::string_view::npos &&
                 (text.ends_with('}') || is_cut(packet)));
}

Verdict NatPmp::probe(const PacketView& packet) noexcept {
  constexpr std::uint8_t kNatPmpVersion = 0, kPcpVersion = 2, kResponse = 0x80;
  constexpr std::size_t kPcpHeaderBytes = 24, kPcpBytesMax = 1100;
  ByteCursor cursor(packet.payload());
  const std::uint8_t version = cursor.u8(), opcode = cursor.u8();
  if (cursor.failed()) return Verdict::kNotMine;
  const std::size_t size = packet.payload_bytes;
  constexpr std::uint8_t kOpcodeMax = 2;
  const std::uint8_t operation = opcode & ~kResponse;
  if (version == kNatPmpVersion && operation <= kOpcodeMax) {
    const bool answer = (opcode & kResponse) != 0, mapping = operation != 0;
    return mine_if(size == (mapping ? (answer ? 16U : 12U) : (answer ? 12U : 2U)));
  }
  constexpr std::uint8_t kPcpOpcodeMax = 3;
  return mine_if(version == kPcpVersion && operation <= kPcpOpcodeMax && size >= kPcpHeaderBytes &&
                 size <= kPcpBytesMax && size % 4 == 0);
}

Verdict Bitcoin::probe(const PacketView& packet) noexcept {
  constexpr std::uint32_t kMagicMain = 0xf9beb4d9, kMagicTest = 0x0b110907;
  constexpr std::size_t kCommandBytes = 12, kHeaderBytes = 24;
  constexpr std::uint32_t kVersionBytesMax = 1024;
  if (!over_tcp(packet)) return Verdict::kNotMine;
  ByteCursor cursor(packet.payload());
  const std::uint32_t magic = cursor.u32();
  if (cursor.failed()) return Verdict::kNeedMore;
  if (magic != kMagicMain && magic != kMagicTest) return Verdict::kNotMine;
  const Bytes command = cursor.take(kCommandBytes);
  const std::uint32_t length = take_u32_little_endian(cursor);
  if (cursor.failed()) return Verdict::kNeedMore;
  if (!as_text(command).starts_with("version") || length > kVersionBytesMax) return Verdict::kNotMine;
  return mine_when_whole(packet, kHeaderBytes + length);
}

}  // namespace netpulse
