#include "plugins/sip/sip_calls.h"

namespace netpulse {
namespace {

/// FNV-1a. Whoever makes two calls collide mistimes their own.
class Mixer {
 public:
  void add(std::uint8_t byte) noexcept { value_ = (value_ ^ byte) * 0x100000001b3; }
  template <class Bytes>
  void add_all(const Bytes& bytes) noexcept {
    for (const auto byte : bytes) add(static_cast<std::uint8_t>(byte));
  }
  /// Never 0.
  std::uint64_t value() const noexcept { return value_ | 1; }

 private:
  std::uint64_t value_ = 0xcbf29ce484222325;
};

}  // namespace

std::uint64_t SipCalls::id_of(const FlowKey& key, std::string_view call_id) noexcept {
  Mixer mixer;
  mixer.add_all(key.lo_addr.octets);
  mixer.add_all(key.hi_addr.octets);
  mixer.add_all(call_id);
  return mixer.value();
}

SipCalls::Call* SipCalls::find(std::uint64_t id) noexcept {
  Call* const set = &calls_[(id >> 8) % (kCallsMax / kWays) * kWays];
  for (std::size_t way = 0; way < kWays; ++way)
    if (set[way].id == id) return &set[way];
  return nullptr;
}

SipCalls::Outcome SipCalls::invite(std::uint64_t id, Timestamp now) noexcept {
  if (find(id) != nullptr) return Outcome::kRepeated;
  Call* const set = &calls_[(id >> 8) % (kCallsMax / kWays) * kWays];
  Call* place = set;
  for (std::size_t way = 1; way < kWays; ++way)
    if (place->id != 0 && (set[way].id == 0 || set[way].invited_at < place->invited_at)) place = &set[way];
  const bool forgets = place->id != 0;
  *place = {id, now, false};
  return forgets ? Outcome::kForgotten : Outcome::kNew;
}

std::optional<Duration> SipCalls::ring(std::uint64_t id, Timestamp now) noexcept {
  Call* call = find(id);
  if (call == nullptr || call->rang) return {};
  call->rang = true;
  return now - call->invited_at;
}

std::optional<Duration> SipCalls::answer(std::uint64_t id, Timestamp now) noexcept {
  Call* call = find(id);
  if (call == nullptr) return {};
  call->id = 0;
  return now - call->invited_at;
}

bool SipCalls::refuse(std::uint64_t id) noexcept {
  Call* call = find(id);
  if (call == nullptr) return false;
  call->id = 0;
  return true;
}

}  // namespace netpulse
