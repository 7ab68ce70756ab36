#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "engine/base/page_memory.h"
#include "engine/base/time.h"
#include "engine/packet/flow_key.h"

namespace netpulse {

/// Calls between their INVITE and their answer, to tell how long they took: bounded, four ways to a set, the oldest
/// gives way. A call is known by its Call-ID and by the two ends that the message travels between, for proxies pass a
/// Call-ID on. Source: RFC 3261 sections 8.1.1.4, 13 and 17.1.1.
class SipCalls {
 public:
  static constexpr std::size_t kCallsMax = 4096;

  enum class Outcome : std::uint8_t { kNew, kRepeated, kForgotten /**< new; another one had to go */ };

  SipCalls() : calls_(kCallsMax, PageMemory::Pages::kNormal) {}

  static std::uint64_t id_of(const FlowKey& key, std::string_view call_id) noexcept;
  /// An INVITE that begins a call. The first one counts, also where the caller had to prove who it is before the
  /// second.
  Outcome invite(std::uint64_t id, Timestamp now) noexcept;
  /// The time since the INVITE, once for each call; nothing if there is no such call.
  std::optional<Duration> ring(std::uint64_t id, Timestamp now) noexcept;
  std::optional<Duration> answer(std::uint64_t id, Timestamp now) noexcept;
  /// The call will not be answered. False if there is no such call.
  bool refuse(std::uint64_t id) noexcept;

 private:
  static constexpr std::size_t kWays = 4;
  struct Call {
    std::uint64_t id;  // 0: free
    Timestamp invited_at;
    bool rang;
  };
  Call* find(std::uint64_t id) noexcept;

  PageArray<Call> calls_;
};

}  // namespace netpulse
