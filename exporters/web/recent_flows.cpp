#include "exporters/web/recent_flows.h"

#include <algorithm>

namespace netpulse {
namespace {

/// The parts that mean something: most flows have no texts, which are the largest part.
void copy(const FinishedFlow& from, FinishedFlow& to) {
  to.record = from.record;
  to.reason = from.reason;
  to.has_detail = from.has_detail;
  to.interface_index = from.interface_index;
  to.has_attributes = from.has_attributes;
  to.places[0] = from.places[0];
  to.places[1] = from.places[1];
  if (from.record.key.protocol == 6) {
    to.tcp_quality = from.tcp_quality;
    to.tcp_counters = from.tcp_counters;
  }
  if (from.has_detail) to.detail = from.detail;
  if (from.has_attributes) to.attributes = from.attributes;
}

}  // namespace

void RecentFlows::write(std::span<const FinishedFlow* const> flows) {
  if (flows_max_ == 0) return;
  const std::lock_guard lock(mutex_);
  // Of more than there is room for, only the last ones would be left.
  const std::size_t kept = std::min(flows.size(), flows_max_);
  last_number_ += flows.size() - kept;
  for (const FinishedFlow* flow : flows.last(kept)) {
    const std::size_t place = last_number_++ % flows_max_;
    if (place >= flows_.size()) flows_.resize(place + 1);
    if (flows_[place] == nullptr) flows_[place] = std::make_unique<FinishedFlow>();
    copy(*flow, *flows_[place]);
  }
}

std::uint64_t RecentFlows::last_number() const {
  const std::lock_guard lock(mutex_);
  return last_number_;
}

void RecentFlows::visit(std::uint64_t before,
                        const std::function<bool(const FinishedFlow&, std::uint64_t)>& visit) const {
  for (bool more = true; more;) {
    const std::lock_guard lock(mutex_);
    before = std::min(before, last_number_ + 1);
    const std::uint64_t oldest = last_number_ - std::min<std::uint64_t>(last_number_, flows_max_) + 1;
    for (std::size_t i = 0; more && i < kVisitedAtOnce; ++i) {
      more = before > oldest;
      if (!more) break;
      --before;
      more = visit(*flows_[(before - 1) % flows_max_], before);
    }
  }
}

}  // namespace netpulse
