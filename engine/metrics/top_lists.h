#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "engine/flow/flow_record.h"
#include "engine/metrics/run_report.h"

namespace netpulse {

/// Who moved the most bytes: hosts, pairs of hosts, server names, summed over finished flows. Bounded, exact up to
/// HeavyHitters::kEntriesMax of each kind. Control side only.
class TopLists {
 public:
  TopLists();
  ~TopLists();
  TopLists(TopLists&&) noexcept;
  TopLists& operator=(TopLists&&) noexcept;

  void add(std::span<const FinishedFlow* const> flows);
  /// The largest by bytes, then by name.
  std::vector<TopEntry> hosts(std::size_t count) const;
  std::vector<TopEntry> pairs(std::size_t count) const;
  std::vector<TopEntry> server_names(std::size_t count) const;
  /// Hosts, pairs and names of flows that found no entry, or took another's.
  std::uint64_t untracked() const noexcept;

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace netpulse
