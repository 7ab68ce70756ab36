#include "exporters/web/http_names.h"

#include <algorithm>
#include <charconv>

#include "engine/base/text.h"

namespace netpulse {
namespace {

constexpr std::uint16_t kHttpPort = 80, kHttpsPort = 443;
constexpr std::size_t kNameCharactersMax = 255;

std::string lower(std::string_view text) {
  std::string result(text);
  lower_case_ascii(result);
  return result;
}

bool is_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return !text.empty() && error == std::errc{} && end == text.data() + text.size() && port != 0;
}

/// Where ":port" begins, or npos; the colons of an IPv6 literal are in its brackets.
std::size_t port_of(std::string_view entry) {
  const std::size_t colon = entry.rfind(':');
  const std::size_t bracket = entry.rfind(']');
  return colon != std::string_view::npos && bracket != std::string_view::npos && colon < bracket
             ? std::string_view::npos
             : colon;
}

bool is_name(std::string_view name) {
  if (name.starts_with('[') && name.ends_with(']')) {
    const auto address = IpAddress::parse(name.substr(1, name.size() - 2));
    return address && name.find(':') != std::string_view::npos;
  }
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == '_';
  });
}

}  // namespace

HttpNames::HttpNames(const ListenAddress& address, bool tls, const std::vector<std::string>& extra)
    : any_address_(address.any()), default_port_(":" + std::to_string(tls ? kHttpsPort : kHttpPort)) {
  const std::string own = address.to_string();
  const std::string port = ":" + std::to_string(address.port);
  for (const std::string& host :
       {std::string("127.0.0.1"), std::string("localhost"), std::string("[::1]"), own.substr(0, own.rfind(':'))}) {
    names_.push_back(host + port);
    if (port == default_port_) names_.push_back(host);
  }
  for (const std::string& entry : extra) {
    names_.push_back(lower(entry));
    if (port_of(entry) == std::string_view::npos) names_.push_back(lower(entry) + port);
  }
}

bool HttpNames::allowed(std::string_view host, const ListenAddress& local) const {
  const std::string asked = lower(host);
  if (std::find(names_.begin(), names_.end(), asked) != names_.end()) return true;
  if (!any_address_ || asked.starts_with("localhost")) return false;
  const auto literal = ListenAddress::parse(port_of(asked) == std::string_view::npos ? asked + default_port_ : asked);
  return literal.ok() && literal.value().address == local.address && literal.value().port == local.port;
}

Result<void> check_host_name(std::string_view entry) {
  const std::size_t colon = port_of(entry);
  const bool good = entry.size() <= kNameCharactersMax && is_name(entry.substr(0, colon)) &&
                    (colon == std::string_view::npos || is_port(entry.substr(colon + 1)));
  if (good) return {};
  return Error{"\"" + printable(entry) +
               "\" is no host name; give names like \"monitor.example.org\" or \"monitor.example.org:443\", without "
               "https:// and wildcards"};
}

bool origin_allowed(std::string_view origin, std::string_view host, bool tls) {
  return origin.empty() || lower(origin) == (tls ? "https://" : "http://") + lower(host);
}

}  // namespace netpulse
