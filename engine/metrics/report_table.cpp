#include "engine/metrics/report_table.h"

#include <algorithm>

namespace netpulse {

void ReportRows::add(const ReportRow& row) noexcept {
  if (count_ < rows_.size()) {
    rows_[count_++] = row;
    return;
  }
  if (keep_ == Keep::kLatest) {
    rows_[oldest_] = row;
    oldest_ = oldest_ + 1 == count_ ? 0 : oldest_ + 1;
    ++replaced_;
    return;
  }
  ReportRow* const begin = rows_.data();
  ReportRow* const end = begin + count_;
  if (lost_++ == 0) std::make_heap(begin, end);
  if (!(row < *begin)) return;
  std::pop_heap(begin, end);
  end[-1] = row;
  std::push_heap(begin, end);
}

std::size_t keep_first_rows(std::vector<ReportRow>& rows, std::size_t rows_max) {
  std::sort(rows.begin(), rows.end());
  const std::size_t lost = rows.size() - std::min(rows.size(), rows_max);
  rows.resize(rows.size() - lost);
  return lost;
}

std::int64_t ReportTable::shown_value(const ReportRow& row, std::size_t column) const noexcept {
  const int divisor = description.columns[column].mean_over;
  if (divisor < 0 || row.values[column] == kNoValue) return row.values[column];
  const std::int64_t count = row.values[static_cast<std::size_t>(divisor)];
  return count == kNoValue || count == 0 ? kNoValue : row.values[column] / count;
}

}  // namespace netpulse
