#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/filter/filter_expression.h"
#include "engine/flow/flow_schema.h"

namespace netpulse {

/// What a filter may say of flow records: every column by its name, Wireshark's names where a column answers them
/// (ip.addr, tcp.port, tls.sni), and some sums (bytes, duration_seconds).
class FlowVocabulary {
 public:
  /// protocols: by ProtocolId; must outlive this.
  explicit FlowVocabulary(std::span<const std::string> protocols);
  ~FlowVocabulary();
  FlowVocabulary(const FlowVocabulary&) = delete;
  FlowVocabulary& operator=(const FlowVocabulary&) = delete;

  std::span<const FilterField> fields() const noexcept { return fields_; }
  std::span<const std::string> protocols() const noexcept { return protocols_; }
  FilterVocabulary view() const noexcept { return {fields_, protocols_}; }

 private:
  friend class FlowFilterSubject;
  struct Source;

  std::vector<FilterField> fields_;
  std::vector<Source> sources_;  // of each field
  std::vector<std::string> protocols_;
  std::size_t layers_ = 0;  // of protocols_, those in front of the application protocols
};

/// Which flow records an expression selects. One thread at a time; off the packet path.
class FlowFilter {
 public:
  /// names must outlive the filter.
  static std::variant<FlowFilter, FilterFault> parse(std::string_view text, const SchemaNames& names);

  bool matches(const FinishedFlow& flow) const;

 private:
  FlowFilter(FilterExpression expression, std::unique_ptr<const FlowVocabulary> vocabulary, const SchemaNames& names)
      : expression_(std::move(expression)), vocabulary_(std::move(vocabulary)), names_(names) {}

  FilterExpression expression_;
  std::unique_ptr<const FlowVocabulary> vocabulary_;
  SchemaNames names_;
};

}  // namespace netpulse
