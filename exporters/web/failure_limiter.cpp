#include "exporters/web/failure_limiter.h"

#include <algorithm>
#include <functional>
#include <string_view>

namespace netpulse {
namespace {

constexpr std::chrono::seconds kPeriod{10};
constexpr int kBurst = 5;

}  // namespace

IpAddress client_network(IpAddress address) noexcept {
  if (!address.is_v4_mapped()) std::fill(address.octets.begin() + 8, address.octets.end(), std::uint8_t{0});
  return address;
}

std::size_t IpAddressHash::operator()(const IpAddress& address) const noexcept {
  // The table is small, so even clients that all meet in one place of it cost little.
  return std::hash<std::string_view>{}({reinterpret_cast<const char*>(address.octets.data()), address.octets.size()});
}

unsigned FailureLimiter::charge(const IpAddress& client, Clock::time_point now) {
  if (clean_at_.size() >= kClientsMax && !clean_at_.contains(client)) make_room(now);
  Clock::time_point& clean_at = clean_at_.try_emplace(client, now).first->second;
  const Clock::time_point next = std::max(clean_at, now) + kPeriod;
  const auto excess = next - now - kBurst * kPeriod;
  if (excess > Clock::duration::zero())
    return static_cast<unsigned>(std::chrono::ceil<std::chrono::seconds>(excess).count());
  clean_at = next;
  return 0;
}

void FailureLimiter::forgive(const IpAddress& client) {
  if (const auto found = clean_at_.find(client); found != clean_at_.end()) found->second -= kPeriod;
}

void FailureLimiter::make_room(Clock::time_point now) {
  std::erase_if(clean_at_, [now](const auto& entry) { return entry.second <= now; });
  if (clean_at_.size() < kClientsMax) return;
  clean_at_.erase(std::min_element(clean_at_.begin(), clean_at_.end(),
                                   [](const auto& a, const auto& b) { return a.second < b.second; }));
}

}  // namespace netpulse
