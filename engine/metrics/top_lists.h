#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "engine/flow/flow_record.h"
#include "engine/metrics/run_report.h"

namespace netpulse {

/// Who moved the most bytes: hosts, pairs of hosts, server names, summed over finished flows. Exact up to
/// kEntriesMax of each kind; what comes when a list is full is counted in untracked(). Control side only.
class TopLists {
 public:
  static constexpr std::size_t kEntriesMax = 65536;

  TopLists();
  ~TopLists();

  void add(const FinishedFlow& flow);
  /// The largest by bytes, then by name.
  std::vector<TopEntry> hosts(std::size_t count) const;
  std::vector<TopEntry> pairs(std::size_t count) const;
  std::vector<TopEntry> server_names(std::size_t count) const;
  std::uint64_t untracked() const noexcept;

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace netpulse
