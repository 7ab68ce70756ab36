#include "plugins/dhcp/dhcp.h"

namespace netpulse {
namespace {

constexpr std::uint32_t kMagicCookie = 0x63825363;
constexpr std::size_t kCookieOffset = 236;
constexpr std::uint8_t kOptionPad = 0, kOptionHostName = 12, kOptionVendorClass = 60, kOptionEnd = 255;
constexpr std::uint8_t kBootRequest = 1, kBootReply = 2;
constexpr std::uint8_t kHardwareAddressBytesMax = 16;

constexpr std::uint8_t kTypeMax = 36;  // IANA's DHCPv6 message types
constexpr std::uint8_t kRelayForward = 12, kRelayReply = 13;
constexpr std::size_t kRelayHeaderBytes = 34, kHeaderBytes = 4;
constexpr std::uint16_t kOptionVendorClassV6 = 16, kOptionClientFqdn = 39;
constexpr std::uint16_t kOptionCodeMax = 1024;  // far above what IANA has assigned
constexpr std::size_t kNameBytesMax = 255;

std::string_view without_end_of_text(Bytes bytes) noexcept {
  const std::string_view text = as_text(bytes);
  return text.substr(0, text.find('\0'));
}

/// Calls visit(code, data) for each option; false if one reaches past the end.
template <class Visit>
bool for_each_option_v6(Bytes options, Visit visit) noexcept {
  ByteCursor cursor(options);
  while (!cursor.at_end()) {
    const std::uint16_t code = cursor.u16();
    const Bytes data = cursor.take_u16_length();
    if (cursor.failed() || code == 0 || code > kOptionCodeMax) return false;
    visit(code, data);
  }
  return true;
}

Bytes options_v6(Bytes message) noexcept {
  if (message.size() < kHeaderBytes) return {};
  const bool relayed = message[0] == kRelayForward || message[0] == kRelayReply;
  const std::size_t header_bytes = relayed ? kRelayHeaderBytes : kHeaderBytes;
  return message.size() > header_bytes ? message.subspan(header_bytes) : Bytes{};
}

/// Labels of a possibly partial name (RFC 4704 section 4.2), joined by dots.
void set_host_name(Bytes labels, AnalyzerContext& context) noexcept {
  std::array<char, kNameBytesMax> name;
  std::size_t size = 0;
  ByteCursor cursor(labels);
  while (!cursor.at_end()) {
    const Bytes label = cursor.take_u8_length();
    if (label.empty()) break;  // the root, or one cut short
    if (size + label.size() + 1 > name.size()) return;
    if (size != 0) name[size++] = '.';
    for (const std::uint8_t byte : label) name[size++] = static_cast<char>(byte);
  }
  context.set_attribute(FlowAttribute::kHostName, {name.data(), size});
}

}  // namespace

Verdict Dhcp::probe(const PacketView& packet) noexcept {
  ByteCursor cursor(packet.payload());
  const std::uint8_t op = cursor.u8();
  cursor.skip(1);  // hardware type
  const std::uint8_t address_bytes = cursor.u8();
  cursor.skip(kCookieOffset - 3);
  const std::uint32_t cookie = cursor.u32();
  if (cursor.failed() || cookie != kMagicCookie) return Verdict::kNotMine;
  return mine_if((op == kBootRequest || op == kBootReply) && address_bytes <= kHardwareAddressBytesMax);
}

Verdict Dhcp::consume(const PacketView& packet, State&, AnalyzerContext& context) noexcept {
  if (probe(packet) != Verdict::kDone) return Verdict::kNeedMore;
  if (packet.payload()[0] != kBootRequest) return Verdict::kNeedMore;
  ByteCursor cursor(packet.payload().subspan(kCookieOffset + sizeof kMagicCookie));
  while (!cursor.at_end()) {
    const std::uint8_t code = cursor.u8();
    if (code == kOptionPad) continue;
    if (code == kOptionEnd) break;
    const Bytes data = cursor.take_u8_length();
    if (code == kOptionHostName) context.set_attribute(FlowAttribute::kHostName, without_end_of_text(data));
    if (code == kOptionVendorClass) context.set_attribute(FlowAttribute::kVendorClass, without_end_of_text(data));
  }
  return Verdict::kNeedMore;
}

Verdict Dhcpv6::probe(const PacketView& packet) noexcept {
  const Bytes message = packet.payload();
  const Bytes options = options_v6(message);
  if (options.empty() || message[0] == 0 || message[0] > kTypeMax) return Verdict::kNotMine;
  const bool whole = for_each_option_v6(options, [](std::uint16_t, Bytes) {});
  return mine_if(whole || is_cut(packet));
}

Verdict Dhcpv6::consume(const PacketView& packet, State&, AnalyzerContext& context) noexcept {
  const Bytes message = packet.payload();
  const bool relayed = message[0] == kRelayForward || message[0] == kRelayReply;
  if (relayed || !context.from_initiator()) return Verdict::kNeedMore;
  for_each_option_v6(options_v6(message), [&](std::uint16_t code, Bytes data) {
    if (code == kOptionClientFqdn && data.size() > 1) set_host_name(data.subspan(1), context);
    if (code != kOptionVendorClassV6) return;
    ByteCursor cursor(data);
    cursor.skip(sizeof(std::uint32_t));  // enterprise number
    context.set_attribute(FlowAttribute::kVendorClass, as_text(cursor.take_u16_length()));
  });
  return Verdict::kNeedMore;
}

}  // namespace netpulse
