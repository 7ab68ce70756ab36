#pragma once

#include "engine/analysis/analyzer_context.h"

namespace netpulse {

/// An AnalyzerContext that costs what the real one costs to call, and does nothing.
class NullContext final : public AnalyzerContext {
 public:
  FlowDetail& detail() noexcept override { return detail_; }
  void set_server_name(std::string_view name) noexcept override { found += name.size(); }
  void observe_name(std::size_t, std::string_view name) noexcept override { found += name.size(); }
  void learn_address(const IpAddress&, const IpAddress&, std::string_view, std::uint32_t) noexcept override { ++found; }
  void count(std::size_t, std::uint64_t increment) noexcept override { found += increment; }
  void observe_latency(std::size_t, Duration) noexcept override {}
  void discard_stream(std::size_t) noexcept override {}
  void skip_stream(std::size_t) noexcept override {}
  bool from_initiator() const noexcept override { return true; }
  bool stream_gave_up() const noexcept override { return false; }

  std::size_t found = 0;

 private:
  FlowDetail detail_;
};

}  // namespace netpulse
