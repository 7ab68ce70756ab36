#include "plugins/nbns/nbns.h"

#include <optional>

#include "plugins/nbns/netbios_name.h"

namespace netpulse {
namespace {

constexpr std::uint16_t kTypeNb = 0x20, kTypeNbStat = 0x21, kTypeNull = 0x0a, kTypeA = 1, kTypeNs = 2;
constexpr std::uint16_t kClassInternet = 1;

/// RFC 1002 section 4.2.1.1.
struct Header {
  std::uint16_t id, flags, questions, answers, authorities, additionals;

  bool is_response() const noexcept { return (flags & 0x8000) != 0; }
  std::uint8_t opcode() const noexcept { return static_cast<std::uint8_t>(flags >> 11 & 0x0f); }
  bool reserved_bits() const noexcept { return (flags & 0x0060) != 0; }
};

Header read_header(ByteCursor& cursor) noexcept {
  return {cursor.u16(), cursor.u16(), cursor.u16(), cursor.u16(), cursor.u16(), cursor.u16()};
}

enum Operation : std::uint8_t { kQuery, kRegistration, kRelease, kWait, kRefresh, kMultihomedRegistration };

std::optional<Operation> operation_of(std::uint8_t opcode) noexcept {
  switch (opcode) {
    case 0:
      return kQuery;
    case 5:
      return kRegistration;
    case 6:
      return kRelease;
    case 7:
      return kWait;
    case 8:
    case 9:  // RFC 1002 section 4.2.4 has the one, its table of opcodes the other
      return kRefresh;
    case 15:  // Windows, for hosts with several addresses
      return kMultihomedRegistration;
    default:
      return std::nullopt;
  }
}

/// The name and type in front of every message: a question's, or the first record's.
struct Subject {
  NetbiosName name;
  std::uint16_t type = 0;
};

bool read_subject(ByteCursor& cursor, const Header& header, Subject& subject) noexcept {
  if (header.questions > 1 || (header.questions == 0 && header.answers == 0)) return false;
  if (!read_netbios_name(cursor, subject.name)) return false;
  subject.type = cursor.u16();
  return cursor.u16() == kClassInternet && !cursor.failed();
}

/// A request to register asks with the name, and gives it again with its flags in the additional section (RFC 1002
/// section 4.2.2). True if the name is the host's own and not a group's.
bool registers_host(ByteCursor& cursor, const Header& header) noexcept {
  if (header.questions != 1 || header.answers != 0 || header.authorities != 0 || header.additionals != 1) return false;
  constexpr std::uint8_t kPointerBits = 0xc0;
  if (cursor.u8() >= kPointerBits) {
    cursor.skip(1);
  } else {
    return false;  // never seen; a name in full would be the same one
  }
  const std::uint16_t type = cursor.u16(), class_code = cursor.u16();
  cursor.skip(sizeof(std::uint32_t));  // TTL
  ByteCursor data(cursor.take_u16_length());
  const bool is_group = (data.u16() & 0x8000) != 0;
  return !cursor.failed() && !data.failed() && type == kTypeNb && class_code == kClassInternet && !is_group;
}

}  // namespace

Verdict Nbns::probe(const PacketView& packet) noexcept {
  ByteCursor cursor(packet.payload());
  const Header header = read_header(cursor);
  if (cursor.failed() || header.reserved_bits() || !operation_of(header.opcode())) return Verdict::kNotMine;
  Subject subject;
  if (!read_subject(cursor, header, subject)) return Verdict::kNotMine;
  const bool known_type =
      subject.type == kTypeNb || subject.type == kTypeNbStat ||
      (header.is_response() && (subject.type == kTypeNull || subject.type == kTypeA || subject.type == kTypeNs));
  return known_type ? Verdict::kDone : Verdict::kNotMine;
}

Verdict Nbns::consume(const PacketView& packet, State&, AnalyzerContext& context) noexcept {
  ByteCursor cursor(packet.payload());
  const Header header = read_header(cursor);
  const std::optional<Operation> operation = operation_of(header.opcode());
  Subject subject;
  if (cursor.failed() || !operation || !read_subject(cursor, header, subject)) {
    context.count(kCounterMalformed);
    return Verdict::kNeedMore;
  }
  context.count((header.is_response() ? kNbnsOperationLabels.size() : 0) + *operation);
  if (header.is_response()) return Verdict::kNeedMore;
  const NetbiosNameText text(subject.name);
  if (*operation == kQuery) {
    context.observe_name(0, text.view());
    return Verdict::kNeedMore;
  }
  const bool own_name =
      subject.name.service() == NetbiosName::kWorkstation || subject.name.service() == NetbiosName::kServer;
  if (*operation != kRelease && own_name && context.from_initiator() && registers_host(cursor, header))
    context.set_attribute(FlowAttribute::kHostName, text.host());
  return Verdict::kNeedMore;
}

}  // namespace netpulse
