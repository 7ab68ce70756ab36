#include "engine/metrics/throughput.h"

#include <algorithm>

namespace netpulse {
namespace {

/// A flow that was found out late may take more out of a window than there was, when its seconds came twice.
std::uint64_t amount_of(std::uint64_t sum) { return static_cast<std::int64_t>(sum) < 0 ? 0 : sum; }

}  // namespace

Throughput::Throughput(std::size_t worker_count) : reached_(worker_count, kNever) {}

bool Throughput::drain(const std::vector<WindowRing*>& rings) {
  bool any = false;
  // The one that is furthest behind comes first, so that no other's seconds pile up meanwhile.
  for (;;) {
    std::size_t next = rings.size();
    for (std::size_t worker = 0; worker < rings.size(); ++worker)
      if (rings[worker]->front() != nullptr && (next == rings.size() || reached_[worker] < reached_[next]))
        next = worker;
    if (next == rings.size()) return any;
    any = true;
    take_until_mark(*rings[next], next);
    settle_passed();
  }
}

void Throughput::take_until_mark(WindowRing& ring, std::size_t worker) {
  const std::size_t count = ring.readable();
  std::size_t taken = 0;
  for (bool mark = false; taken < count && !mark; ++taken) {
    const WindowShare& share = ring[taken];
    mark = share.key == RateKey::kReached;
    if (mark)
      reached_[worker] = {share.era, share.second};
    else
      take(share);
  }
  ring.pop(taken);
}

void Throughput::take(const WindowShare& share) {
  Window* const found = window({share.era, share.second});
  if (found == nullptr) {
    ++late_shares_;
    return;
  }
  found->amounts[share.key] += share.amount;
  if (found->is_touched[share.key]) return;
  found->is_touched[share.key] = true;
  found->touched.push_back(share.key);
}

Throughput::Window* Throughput::find(const Second& at) const {
  if (latest_used_ != nullptr && latest_used_->in_use && latest_used_->at == at) return latest_used_;
  for (const auto& window : windows_)
    if (window->in_use && window->at == at) return window.get();
  return nullptr;
}

Throughput::Window* Throughput::window(const Second& at) {
  if (Window* const found = find(at); found != nullptr) return latest_used_ = found;
  if (at <= settled_) return nullptr;
  if (at.era > first_.era || first_ == kNever)
    first_ = at;
  else if (at.era == first_.era)
    first_ = std::min(first_, at);
  auto free = std::find_if(windows_.begin(), windows_.end(), [](const auto& window) { return !window->in_use; });
  if (free == windows_.end()) {
    if (windows_.size() == kWindowsMax) settle(*oldest());
    if (at <= settled_) return nullptr;
    free = std::find_if(windows_.begin(), windows_.end(), [](const auto& window) { return !window->in_use; });
    if (free == windows_.end()) free = windows_.insert(free, std::make_unique<Window>());
  }
  (*free)->in_use = true;
  (*free)->at = at;
  return latest_used_ = free->get();
}

Throughput::Window* Throughput::oldest() const {
  Window* found = nullptr;
  for (const auto& window : windows_)
    if (window->in_use && (found == nullptr || window->at < found->at)) found = window.get();
  return found;
}

void Throughput::settle(Window& window) {
  if (peaks_.empty()) peaks_.resize(RateKey::kCount);
  for (const std::uint16_t key : window.touched) {
    const std::uint64_t bytes = amount_of(window.amounts[key].bytes), packets = amount_of(window.amounts[key].packets);
    RateFigures& figures = peaks_[key];
    if (bytes > figures.peak_bytes) {
      figures.peak_bytes = bytes;
      figures.peak_second = window.at.second;
    }
    figures.peak_packets = std::max(figures.peak_packets, packets);
    window.amounts[key] = {};
    window.is_touched[key] = false;
  }
  window.touched.clear();
  window.in_use = false;
  settled_ = std::max(settled_, window.at);
}

Throughput::Second Throughput::slowest() const { return *std::min_element(reached_.begin(), reached_.end()); }

void Throughput::settle_passed() {
  const Second slow = slowest();
  if (slow == kNever) return;
  for (Window* window = oldest(); window != nullptr; window = oldest()) {
    const bool passed = window->at.era < slow.era ||
                        (window->at.era == slow.era && window->at.second <= slow.second - SecondClock::kSecondsOpen);
    if (!passed) return;
    settle(*window);
  }
}

void Throughput::finish() {
  last_ = figures();
  for (Window* window = oldest(); window != nullptr; window = oldest()) settle(*window);
  for (std::size_t key = 0; key < peaks_.size(); ++key) {
    const TrafficAmount current = last_.of(key).current;
    if (last_.keys.empty()) last_.keys.resize(peaks_.size());
    last_.keys[key] = peaks_[key];
    last_.keys[key].current = current;
  }
  finished_ = true;
}

ThroughputFigures Throughput::figures() const {
  if (finished_) return last_;
  ThroughputFigures figures;
  figures.keys = peaks_;
  const Second slow = slowest();
  if (slow == kNever || first_ == kNever || slow.era != first_.era || slow.second <= first_.second) return figures;
  figures.has_current = true;
  figures.current_second = slow.second - 1;
  const Window* const window = find({slow.era, figures.current_second});
  if (window == nullptr) return figures;
  if (figures.keys.empty()) figures.keys.resize(RateKey::kCount);
  for (const std::uint16_t key : window->touched)
    figures.keys[key].current = {amount_of(window->amounts[key].packets), amount_of(window->amounts[key].bytes)};
  return figures;
}

}  // namespace netpulse
