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

/// A column of a report table. All views are literals.
struct ReportColumn {
  std::string_view name;     ///< in the JSON report, with its unit: "jitter_ms_mean"
  std::string_view heading;  ///< in the text report; empty: not shown there
  ValueKind kind = ValueKind::kNumber;
  std::span<const std::string_view> labels = {};
  /// Shown is a mean: the value divided by that of this column; no value where that is 0. -1: shown as it is.
  int mean_over = -1;
};

/// What the rows of a table are about.
enum class RowSubject : std::uint8_t {
  kStream,  ///< what one end of a flow sent to the other
  kHost,    ///< src_addr alone, whatever flows, of all workers; zero: all others
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

/// Rows of all tables about streams, as a worker found them: bounded, fixed memory, resident as far as it is used.
class ReportRows {
 public:
  /// Which rows stay when there are more than there is room for: of a file those that begin first, whatever the order
  /// in which they are found and by which worker; of a live run the latest that were found.
  enum class Keep : std::uint8_t { kFirst, kLatest };

  /// rows_max: at least 1.
  ReportRows(std::size_t rows_max, Keep keep) : rows_(rows_max, PageMemory::Pages::kNormal), keep_(keep) {}
  void add(const ReportRow& row) noexcept;
  /// In no order.
  std::span<const ReportRow> rows() const noexcept { return {&rows_[0], count_}; }
  /// kFirst: rows that found no room.
  std::uint64_t lost() const noexcept { return lost_; }
  /// kLatest: rows that made room for later ones.
  std::uint64_t replaced() const noexcept { return replaced_; }

 private:
  PageArray<ReportRow> rows_;  // once it is full and rows are lost, a heap with the last one in front
  std::size_t count_ = 0, oldest_ = 0;
  std::uint64_t lost_ = 0, replaced_ = 0;
  Keep keep_;
};

/// Of all workers' rows leaves rows_max, those that begin first, sorted; returns how many had to go.
std::size_t keep_first_rows(std::vector<ReportRow>& rows, std::size_t rows_max);

/// A table of the report with its rows, in the order of their begin; those about hosts as their analyzer gave them.
struct ReportTable {
  ReportTableDescription description;
  std::vector<ReportRow> rows;

  /// The value to be shown, or kNoValue.
  std::int64_t shown_value(const ReportRow& row, std::size_t column) const noexcept;
};

}  // namespace netpulse
