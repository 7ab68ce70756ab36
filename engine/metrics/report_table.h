#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>
#include <vector>

#include "engine/base/ip_address.h"
#include "engine/base/page_memory.h"
#include "engine/base/time.h"

namespace netpulse {

/// How a value of a report table is to be read.
enum class ValueKind : std::uint8_t {
  kNumber,
  kHexadecimal,   ///< an identifier of 32 bits
  kMilliseconds,  ///< held in nanoseconds
  kThousandths,   ///< a number with three decimals, held times 1000
  kLabel,         ///< an index into ReportColumn::labels
};

/// How the values of rows about the same host, found by several workers, become one.
enum class ColumnMerge : std::uint8_t { kSum, kMaximum };

/// A column of a report table. All views are literals.
struct ReportColumn {
  std::string_view name;     ///< in the JSON report, with its unit: "jitter_ms_mean"
  std::string_view heading;  ///< in the text report; empty: not shown there
  ValueKind kind = ValueKind::kNumber;
  std::span<const std::string_view> labels = {};
  ColumnMerge merge = ColumnMerge::kSum;
  /// Shown is a mean: the value divided by that of this column; no value where that is 0. -1: shown as it is.
  int mean_over = -1;
};

/// What the rows of a table are about.
enum class RowSubject : std::uint8_t {
  kStream,  ///< what one end of a flow sent to the other
  kHost,    ///< src_addr alone, whatever flows: the rows of all workers are merged
};

/// A table that an analyzer adds rows to. In the JSON report it is the list `name` of the object `section`.
struct ReportTableDescription {
  std::string_view section, name;
  std::string_view title;  ///< in the text report
  std::span<const ReportColumn> columns;
  RowSubject subject = RowSubject::kStream;
};

inline constexpr std::size_t kReportColumnsMax = 28;
inline constexpr std::int64_t kNoValue = std::numeric_limits<std::int64_t>::min();

/// A finding about what one end of a flow sent to the other, or about a host.
struct ReportRow {
  Timestamp begun_at;
  IpAddress src_addr, dst_addr;
  std::uint16_t src_port = 0, dst_port = 0;
  std::uint16_t table = 0;
  std::array<std::int64_t, kReportColumnsMax> values{};  ///< by column; kNoValue: unknown

  friend auto operator<=>(const ReportRow&, const ReportRow&) = default;
};

/// Rows of all tables, as a worker found them: bounded, fixed memory, resident as far as it is used.
class ReportRows {
 public:
  /// Which rows stay when there are more than there is room for: of a file the first, which are the same each time;
  /// of a live run the latest.
  enum class Keep : std::uint8_t { kFirst, kLatest };

  /// rows_max: at least 1.
  ReportRows(std::size_t rows_max, Keep keep) : rows_(rows_max, PageMemory::Pages::kNormal), keep_(keep) {}
  /// False if there is no room.
  bool add(const ReportRow& row) noexcept {
    if (count_ == rows_.size()) {
      if (keep_ == Keep::kFirst) return false;
      rows_[oldest_] = row;
      oldest_ = oldest_ + 1 == count_ ? 0 : oldest_ + 1;
      return true;
    }
    rows_[count_++] = row;
    return true;
  }
  /// In no order.
  std::span<const ReportRow> rows() const noexcept { return {&rows_[0], count_}; }

 private:
  PageArray<ReportRow> rows_;
  std::size_t count_ = 0, oldest_ = 0;
  Keep keep_;
};

/// A table of the report with its rows, in the order of their begin; those about hosts by their first column, largest
/// first.
struct ReportTable {
  ReportTableDescription description;
  std::vector<ReportRow> rows;

  /// Brings the rows, as all workers gave them, into that order.
  void merge_and_sort();
  /// The value to be shown, or kNoValue.
  std::int64_t shown_value(const ReportRow& row, std::size_t column) const noexcept;
};

}  // namespace netpulse
