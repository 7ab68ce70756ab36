#pragma once

#include "engine/analysis/analyzer_context.h"
#include "engine/analysis/stream_pool.h"

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
  void set_attribute(FlowAttribute, std::string_view text) noexcept override { found += text.size(); }
  Assembly assemble(std::size_t offset, Bytes fragment) noexcept override {
    Assembly assembly;
    assembly.whole = buffer_.insert(offset, fragment, &assembly.conflict);
    assembly.contiguous = buffer_.contiguous();
    return assembly;
  }
  void drop_assembly() noexcept override { buffer_.reset(); }
  void hand_over() noexcept override {}

  std::size_t found = 0;
  /// A::PerWorker of the analyzer under test, if it has one.
  void* per_worker_held = nullptr;

 private:
  void* per_worker_memory() noexcept override { return per_worker_held; }

  FlowDetail detail_;
  StreamBuffer buffer_;
};

}  // namespace netpulse
