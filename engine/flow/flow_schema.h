#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/flow/flow_record.h"

namespace netpulse {

/// Names that the schema needs to show a record; all views must outlive the formatting.
struct SchemaNames {
  std::span<const std::string> applications, categories, protocols, name_sources;
  const std::vector<bool>* protocol_encrypted = nullptr;
};

enum class ColumnType : std::uint8_t { kUnsigned, kNumber, kText, kTime, kBoolean, kAddress };

/// A value of a column; monostate is null.
struct TextValue {
  std::string_view raw;  ///< from the wire where the column says so: not escaped
};
using ColumnValue = std::variant<std::monostate, std::uint64_t, double, bool, Timestamp, IpAddress, TextValue>;

/// One column of the flow record: the same in JSON lines, CSV, databases and (where an element exists) IPFIX.
struct Column {
  std::string_view name;
  ColumnType type;
  std::string_view unit;         ///< "bytes", "packets", "seconds", "" ...
  std::string_view description;  ///< one sentence, also the documentation's
  std::uint16_t ipfix_element;   ///< IANA number, 0: none
  bool ipfix_reverse;            ///< the reverse element (PEN 29305, RFC 5103) of ipfix_element
  /// scratch: for texts that are made (hex digests); the value may point into it until the next call. A kAddress column
  /// gives text for an IPv4-mapped address of an IPv6 packet.
  ColumnValue (*get)(const FinishedFlow& flow, const SchemaNames& names, std::string& scratch);
};

/// All columns in their published order (interface.md's flow record first).
std::span<const Column> flow_columns() noexcept;

}  // namespace netpulse
