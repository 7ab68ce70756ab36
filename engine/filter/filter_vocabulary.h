#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/base/ip_address.h"
#include "engine/base/time.h"

namespace netpulse {

enum class FilterType : std::uint8_t { kNumber, kText, kAddress, kBoolean, kTime };
/// "a number", "text", ...: for messages.
const char* filter_type_name(FilterType type) noexcept;

/// What a filter may ask for.
struct FilterField {
  std::string name;  ///< "ip.addr": Wireshark's where it has one
  FilterType type = FilterType::kText;
  std::string unit;  ///< "seconds" and "bytes" allow units behind a number: 20ms, 1.5M
  std::string description;
};

/// One value of a field. Texts are raw, as on the wire.
using FilterValue = std::variant<std::uint64_t, double, bool, Timestamp, IpAddress, std::string_view>;

/// What expressions are written about: the fields, and the names of protocols, which stand alone ("dns").
struct FilterVocabulary {
  std::span<const FilterField> fields;
  std::span<const std::string> protocols;
};

/// One thing that an expression is asked about: a flow, a packet.
class FilterSubject {
 public:
  virtual ~FilterSubject() = default;
  /// Appends the values of fields[field]: none if it has no such field, several where there are several (ip.addr). They
  /// are valid until the next call.
  virtual void values(std::size_t field, std::vector<FilterValue>& out) const = 0;
  /// Whether it is of protocols[protocol].
  virtual bool is(std::size_t protocol) const = 0;
};

}  // namespace netpulse
