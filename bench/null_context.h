#pragma once

#include <memory>

#include "engine/analysis/analyzer.h"

namespace netpulse {

/// An AnalyzerContext that costs what the real one costs to call, and does nothing.
class NullContext final : public AnalyzerContext {
 public:
  FlowDetail& detail() noexcept override { return detail_; }
  void set_server_name(std::string_view name) noexcept override { found += name.size(); }
  void suggest_server_name(std::string_view name) noexcept override { found += name.size(); }
  void observe_name(std::size_t, std::string_view name) noexcept override { found += name.size(); }
  void learn_address(const IpAddress&, const IpAddress&, std::string_view, std::uint32_t) noexcept override { ++found; }
  void expect_flow(std::size_t, const IpAddress&, std::uint16_t, const ExpectationNote&) noexcept override { ++found; }
  const ExpectationNote* expectation(const IpAddress&, std::uint16_t) noexcept override { return nullptr; }
  void add_row(std::size_t, Direction, Timestamp, std::span<const std::int64_t> values) noexcept override {
    found += values.size();
  }
  void add_host_row(std::size_t, const IpAddress&, std::span<const std::int64_t> values) noexcept override {
    found += values.size();
  }
  void count(std::size_t, std::uint64_t increment) noexcept override { found += increment; }
  void observe_latency(std::size_t, Duration) noexcept override {}
  void observe_value(std::size_t, double) noexcept override {}
  void discard_stream(std::size_t) noexcept override {}
  void skip_stream(std::size_t) noexcept override {}
  bool from_initiator() const noexcept override { return true; }
  bool stream_gave_up() const noexcept override { return false; }
  void set_attribute(FlowAttribute, std::string_view text) noexcept override { found += text.size(); }
  void set_number(FlowNumber, Direction, std::int64_t) noexcept override {}
  Assembly assemble(std::size_t, Bytes fragment) noexcept override {
    return {.contiguous = fragment, .conflict = false, .whole = true};
  }
  void drop_assembly() noexcept override {}
  void hand_over() noexcept override {}

  std::size_t found = 0;
  AnalyzerEntry::PerWorkerMemory memory{nullptr, [](void*) {}};  ///< where the analyzer needs some

 private:
  void* per_worker_memory() noexcept override { return memory.get(); }

  FlowDetail detail_;
};

}  // namespace netpulse
