#include "engine/source/af_xdp_share.h"

#include <algorithm>
#include <utility>

namespace netpulse {

AfXdpShare::AfXdpShare(std::vector<std::unique_ptr<AfXdpInterface>> interfaces, std::size_t readers)
    : interfaces_(std::move(interfaces)), readers_(readers) {
  for (std::size_t i = 0; i < interfaces_.size(); ++i) states_.push_back(std::make_unique<State>(readers));
}

std::vector<AfXdpShare::Queue> AfXdpShare::queues_of(std::size_t reader) {
  std::vector<Queue> queues;
  for (std::size_t i = 0; i < interfaces_.size(); ++i) {
    State& state = *states_[i];
    const bool parts = reader != 0 && state.replacing.load(std::memory_order_acquire);
    if (parts) {
      state.parted[reader].store(true, std::memory_order_release);
      continue;
    }
    const auto& sockets = interfaces_[i]->sockets();
    for (std::size_t queue = reader; queue < sockets.size(); queue += readers_)
      queues.push_back({sockets[queue].get(), static_cast<std::uint16_t>(i)});
  }
  return queues;
}

bool AfXdpShare::replacing() const noexcept {
  return std::any_of(interfaces_.begin(), interfaces_.end(),
                     [](const auto& interface) { return !interface->in_order() && !interface->gone(); });
}

bool AfXdpShare::attend(bool idle) {
  bool replaced = false;
  for (std::size_t i = 0; i < interfaces_.size(); ++i) replaced |= attend(i, idle);
  return replaced;
}

bool AfXdpShare::attend(std::size_t index, bool idle) {
  AfXdpInterface& interface = *interfaces_[index];
  State& state = *states_[index];
  if (!interface.in_order() && !state.replacing.load(std::memory_order_relaxed)) {
    state.replacing.store(true, std::memory_order_release);
    epoch_.fetch_add(1, std::memory_order_release);
  }
  if (state.replacing.load(std::memory_order_relaxed) && !(idle && all_parted(state))) return false;
  const bool replaced = interface.attend(idle);
  if (state.replacing.load(std::memory_order_relaxed) && interface.in_order()) {
    for (std::atomic<bool>& parted : state.parted) parted.store(false, std::memory_order_relaxed);
    state.replacing.store(false, std::memory_order_release);
    epoch_.fetch_add(1, std::memory_order_release);
  }
  return replaced;
}

bool AfXdpShare::all_parted(const State& state) const noexcept {
  for (std::size_t reader = 1; reader < readers_; ++reader)
    if (!state.parted[reader].load(std::memory_order_acquire)) return false;
  return true;
}

}  // namespace netpulse
