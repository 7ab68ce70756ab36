#include "exporters/web/listen_address.h"

#include <fmt/core.h>

#include <charconv>
#include <optional>

#include "engine/base/text.h"

namespace netpulse {
namespace {

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return port;
}

bool is_loopback(const IpAddress& address) {
  if (address.is_v4_mapped()) return address.octets[12] == 127;
  return address == *IpAddress::parse("::1");
}

}  // namespace

Result<ListenAddress> ListenAddress::parse(std::string_view text) {
  const Error error{"cannot listen on \"" + printable(text) +
                    "\": give an address and a port, like 127.0.0.1:8470, [::1]:8470 or localhost:8470"};
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return error;
  std::string_view host = text.substr(0, colon);
  const auto port = parse_port(text.substr(colon + 1));
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  if (host == "localhost") host = "127.0.0.1";
  const auto address = IpAddress::parse(host);
  if (!port || !address || bracketed != (host.find(':') != std::string_view::npos)) return error;
  return ListenAddress{*address, *port, is_loopback(*address)};
}

std::string ListenAddress::to_string() const {
  return fmt::format(fmt::runtime(address.is_v4_mapped() ? "{}:{}" : "[{}]:{}"), address.to_string(), port);
}

bool ListenAddress::any() const noexcept { return address == IpAddress{} || address == *IpAddress::parse("0.0.0.0"); }

}  // namespace netpulse
