#pragma once

#include <map>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "engine/analysis/analyzer_context.h"
#include "engine/analysis/stream_pool.h"

namespace netpulse::test {

/// An AnalyzerContext that remembers everything it is told.
class RecordingContext final : public AnalyzerContext {
 public:
  struct Learned {
    IpAddress client, address;
    std::string name;
    std::uint32_t ttl_seconds;
  };
  struct Expected {
    std::size_t index;
    IpAddress address;
    std::uint16_t port;
    ExpectationNote note;
  };
  struct Row {
    std::size_t table;
    Direction sender;
    Timestamp begun_at;
    std::vector<std::int64_t> values;
  };
  struct Observed {
    std::size_t list;
    std::string name;
    friend bool operator==(const Observed&, const Observed&) = default;
    friend std::ostream& operator<<(std::ostream& out, const Observed& entry) {
      return out << entry.list << ':' << entry.name;
    }
  };

  FlowDetail& detail() noexcept override { return detail_; }
  void set_server_name(std::string_view name) noexcept override {
    if (server_name.empty()) server_name = name;
  }
  void suggest_server_name(std::string_view name) noexcept override {
    if (suggested_name.empty()) suggested_name = name;
  }
  void observe_name(std::size_t list_index, std::string_view name) noexcept override {
    observed.push_back({list_index, std::string(name)});
  }
  void learn_address(const IpAddress& client, const IpAddress& address, std::string_view name,
                     std::uint32_t ttl_seconds) noexcept override {
    learned.push_back({client, address, std::string(name), ttl_seconds});
  }
  void expect_flow(std::size_t expected_index, const IpAddress& address, std::uint16_t port,
                   const ExpectationNote& note) noexcept override {
    expected.push_back({expected_index, address, port, note});
  }
  const ExpectationNote* expectation(const IpAddress& address, std::uint16_t port) noexcept override {
    const auto found = announced.find({address.to_string(), port});
    return found == announced.end() ? nullptr : &found->second;
  }
  void add_row(std::size_t table_index, Direction sender, Timestamp begun_at,
               std::span<const std::int64_t> values) noexcept override {
    rows.push_back({table_index, sender, begun_at, {values.begin(), values.end()}});
  }
  void add_host_row(std::size_t, const IpAddress& host, std::span<const std::int64_t> values) noexcept override {
    host_rows[host.to_string()] = {values.begin(), values.end()};
  }
  void count(std::size_t counter_index, std::uint64_t increment = 1) noexcept override {
    if (counter_index >= counters.size()) counters.resize(counter_index + 1);
    counters[counter_index] += increment;
  }
  void observe_latency(std::size_t histogram, Duration latency) noexcept override {
    latencies.push_back(latency);
    latency_histograms.push_back(histogram);
  }
  void observe_value(std::size_t histogram, double value) noexcept override {
    plain_values[histogram].push_back(value);
  }
  void discard_stream(std::size_t count) noexcept override { discarded += count; }
  void skip_stream(std::size_t count) noexcept override { skipped = count; }
  bool from_initiator() const noexcept override { return initiator; }
  bool stream_gave_up() const noexcept override { return gave_up; }
  void set_attribute(FlowAttribute kind, std::string_view text) noexcept override {
    if (!text.empty()) attributes.try_emplace(kind, text);
  }
  void set_number(FlowNumber kind, Direction sender, std::int64_t value) noexcept override {
    numbers.try_emplace({kind, sender}, value);
  }
  Assembly assemble(std::size_t offset, Bytes fragment) noexcept override {
    auto& buffer = assemblies[initiator ? 0 : 1];
    if (buffer == nullptr) {
      buffer = std::make_unique<StreamBuffer>();
      buffer->reset();
    }
    Assembly assembly;
    assembly.whole = buffer->insert(offset, fragment, &assembly.conflict);
    assembly.contiguous = buffer->contiguous();
    return assembly;
  }
  void drop_assembly() noexcept override { assemblies[initiator ? 0 : 1].reset(); }
  void hand_over() noexcept override { handed_over = true; }

  std::uint64_t counter(std::size_t index) const { return index < counters.size() ? counters[index] : 0; }
  std::vector<std::string> list(std::size_t index) const {
    std::vector<std::string> names;
    for (const Observed& o : observed)
      if (o.list == index) names.push_back(o.name);
    return names;
  }

  FlowDetail detail_;
  std::string server_name, suggested_name;
  std::vector<Observed> observed;
  std::vector<Learned> learned;
  std::vector<Expected> expected;
  std::map<std::pair<std::string, std::uint16_t>, ExpectationNote> announced;  ///< what expectation() gives
  std::vector<Row> rows;
  std::map<std::string, std::vector<std::int64_t>> host_rows;
  std::vector<std::uint64_t> counters;
  std::vector<Duration> latencies;
  std::vector<std::size_t> latency_histograms;              ///< of each of them
  std::map<std::size_t, std::vector<double>> plain_values;  ///< of observe_value(), by histogram
  std::map<FlowAttribute, std::string> attributes;
  std::map<std::pair<FlowNumber, Direction>, std::int64_t> numbers;
  std::shared_ptr<StreamBuffer> assemblies[2];  ///< from the initiator, from the responder
  bool handed_over = false;
  /// Made by the driver from its analyzer, and kept from flow to flow.
  std::shared_ptr<void> per_worker_held;
  std::size_t discarded = 0;           ///< since the driver last looked
  std::optional<std::size_t> skipped;  ///< asked for since the driver last looked
  bool initiator = true;
  bool gave_up = false;

 private:
  void* per_worker_memory() noexcept override { return per_worker_held.get(); }
};

}  // namespace netpulse::test
