#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/result.h"

namespace netpulse {

/// DPDK's environment layer: memory, drivers, ports. One in the life of a process; cleaned up with the last reference.
class Eal {
 public:
  /// arguments: of [capture.dpdk]. Added unless they are there: --in-memory or --no-shconf (nothing is left behind by a
  /// crash, several programs run side by side), --no-telemetry, and one core to start on. The threads of the process go
  /// on running where they were allowed to. An error quotes DPDK and says what to do.
  static Result<std::shared_ptr<Eal>> start(const std::vector<std::string>& arguments);
  ~Eal();

  /// What it complained of although it started: a device that does not work is left out by it.
  const std::string& complaints() const noexcept { return complaints_; }

  Eal(const Eal&) = delete;
  Eal& operator=(const Eal&) = delete;

 private:
  explicit Eal(std::string complaints) : complaints_(std::move(complaints)) {}

  const std::string complaints_;
};

/// The commands that give DPDK more memory.
std::string more_memory();

}  // namespace netpulse
