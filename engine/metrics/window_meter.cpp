#include "engine/metrics/window_meter.h"

#include <thread>

namespace netpulse {

void WindowMeter::move_to(const SecondMark& mark) noexcept {
  hand_over();
  const bool reached = mark.era != mark_.era || mark.reached != mark_.reached;
  mark_ = mark;
  begin_nanoseconds_ = static_cast<std::uint64_t>(mark.second) * 1'000'000'000;
  if (reached) push(RateKey::kReached, mark.reached, {});
}

void WindowMeter::finish() noexcept { hand_over(); }

void WindowMeter::begin(ApplicationId application) noexcept {
  stamps_[application] = serial_;
  touched_[touched_count_++] = application;
  applications_before_[application] = metrics_.applications[application].total();
}

void WindowMeter::hand_over() noexcept {
  const TrafficAmount received{metrics_.received_packets, metrics_.wire_bytes};
  const DirectedTraffic flows = metrics_.flow_traffic();
  const TrafficAmount total = received - received_before_, in_flows = flows.total() - flows_before_.total();
  hand(RateKey::kTotal, total);
  for (std::size_t way = 0; way < kFlowDirectionCount; ++way)
    hand(RateKey::kDirections + way, flows.ways[way] - flows_before_.ways[way]);
  hand(RateKey::kDirections + static_cast<std::size_t>(TrafficDirection::kNone), total - in_flows);
  const std::uint64_t goodput = metrics_.unique_payload_bytes();
  hand(RateKey::kGoodput, {0, goodput - goodput_before_});
  hand_over_protocols(in_flows);
  hand_over_applications(in_flows);
  received_before_ = received;
  flows_before_ = flows;
  goodput_before_ = goodput;
  ++serial_;
}

// What is not under a name, or not yet, is unknown in this second.

void WindowMeter::hand_over_protocols(TrafficAmount in_flows) noexcept {
  for (std::size_t protocol = 1; protocol < kProtocolsMax; ++protocol) {
    const TrafficAmount now = metrics_.protocols[protocol].total(), amount = now - protocols_before_[protocol];
    in_flows -= amount;
    hand(RateKey::kProtocols + protocol, amount);
    protocols_before_[protocol] = now;
  }
  hand(RateKey::kProtocols, in_flows);
}

void WindowMeter::hand_over_applications(TrafficAmount in_flows) noexcept {
  for (std::size_t i = 0; i < touched_count_; ++i) {
    const ApplicationId application = touched_[i];
    if (application == 0) continue;
    const TrafficAmount amount = metrics_.applications[application].total() - applications_before_[application];
    in_flows -= amount;
    hand(RateKey::kApplications + application, amount);
  }
  touched_count_ = 0;
  hand(RateKey::kApplications, in_flows);
}

void WindowMeter::hand(std::size_t key, const TrafficAmount& amount) noexcept {
  if (amount.packets != 0 || amount.bytes != 0) push(static_cast<std::uint16_t>(key), mark_.second, amount);
}

void WindowMeter::push(std::uint16_t key, std::int64_t second, const TrafficAmount& amount) noexcept {
  if (second == SecondMark::kNoSecond) return;
  WindowShare* slot = ring_.reserve();
  while (slot == nullptr && can_wait_) {
    bell_->ring();
    std::this_thread::yield();
    slot = ring_.reserve();
  }
  if (slot == nullptr) {
    ++metrics_.losses[static_cast<std::size_t>(LossReason::kThroughputFull)];
    return;
  }
  *slot = {second, amount, mark_.era, key};
  ring_.push();
}

}  // namespace netpulse
