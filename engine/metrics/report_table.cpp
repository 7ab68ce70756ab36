#include "engine/metrics/report_table.h"

#include <algorithm>

namespace netpulse {
namespace {

void merge(ReportRow& row, const ReportRow& other, std::span<const ReportColumn> columns) noexcept {
  for (std::size_t i = 0; i < columns.size(); ++i) {
    std::int64_t& value = row.values[i];
    const std::int64_t more = other.values[i];
    if (more == kNoValue) continue;
    if (value == kNoValue)
      value = more;
    else
      value = columns[i].merge == ColumnMerge::kMaximum ? std::max(value, more) : value + more;
  }
}

}  // namespace

void ReportTable::merge_and_sort() {
  std::sort(rows.begin(), rows.end());
  if (description.subject != RowSubject::kHost) return;
  std::sort(rows.begin(), rows.end(), [](const ReportRow& a, const ReportRow& b) { return a.src_addr < b.src_addr; });
  std::vector<ReportRow> merged;
  for (const ReportRow& row : rows) {
    if (!merged.empty() && merged.back().src_addr == row.src_addr)
      merge(merged.back(), row, description.columns);
    else
      merged.push_back(row);
  }
  std::stable_sort(merged.begin(), merged.end(),
                   [](const ReportRow& a, const ReportRow& b) { return a.values[0] > b.values[0]; });
  rows = std::move(merged);
}

std::int64_t ReportTable::shown_value(const ReportRow& row, std::size_t column) const noexcept {
  const int divisor = description.columns[column].mean_over;
  if (divisor < 0 || row.values[column] == kNoValue) return row.values[column];
  const std::int64_t count = row.values[static_cast<std::size_t>(divisor)];
  return count == kNoValue || count == 0 ? kNoValue : row.values[column] / count;
}

}  // namespace netpulse
