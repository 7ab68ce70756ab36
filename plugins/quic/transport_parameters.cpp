#include "plugins/quic/transport_parameters.h"

#include <cstdint>

#include "plugins/common/client_hello.h"
#include "plugins/quic/packet_header.h"

namespace netpulse {
namespace {

constexpr std::uint64_t kParameterUserAgent = 0x3129;

std::string_view find_user_agent(Bytes parameters) noexcept {
  ByteCursor cursor(parameters);
  while (!cursor.at_end()) {
    const std::uint64_t id = quic_varint(cursor);
    const std::uint64_t length = quic_varint(cursor);
    if (length > cursor.remaining()) return {};
    const Bytes value = cursor.take(static_cast<std::size_t>(length));
    if (!cursor.failed() && id == kParameterUserAgent) return as_text(value);
  }
  return {};
}

}  // namespace

std::string_view quic_user_agent(Bytes extensions) noexcept {
  constexpr std::uint16_t kTransportParameters = 0x0039, kTransportParametersDraft = 0xffa5;
  std::string_view found;
  for_each_extension(extensions, [&](std::uint16_t type, Bytes data) {
    if ((type == kTransportParameters || type == kTransportParametersDraft) && found.empty())
      found = find_user_agent(data);
  });
  return found;
}

}  // namespace netpulse
