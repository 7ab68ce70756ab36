#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/source/dpdk_options.h"

namespace netpulse {

/// Huge pages of one size on one NUMA node.
struct HugePages {
  int node = 0;
  std::uint64_t page_bytes = 0, total = 0, free = 0;  ///< total and free: pages
};

/// A device whose driver lets programs at it.
struct UserSpaceDevice {
  std::string address;  ///< PCI, as in 0000:01:00.0
  std::string driver;   ///< vfio-pci, uio_pci_generic, igb_uio; mlx5_core, which leaves it to the kernel as well
};

/// What the dpdk backend needs and what there is of it.
struct DpdkReadiness {
  std::string version;       ///< "DPDK 22.11.11"; empty without the module
  std::string module_error;  ///< why there is no module and what to do, else empty
  std::vector<HugePages> huge_pages;
  std::vector<UserSpaceDevice> devices;
  bool has_memory = false;   ///< huge pages are free, or EAL is told to do without
  bool has_devices = false;  ///< devices are bound, or EAL is told of virtual ones

  /// The dpdk backend can be tried.
  bool ready() const noexcept { return module_error.empty() && has_memory && has_devices; }
  /// One line: "DPDK 22.11.11, 512 huge pages of 2 MiB free, 0000:01:00.0 (vfio-pci)".
  std::string summary() const;
  /// The commands that mend what is missing, a line each; empty when ready.
  std::vector<std::string> remedies() const;
};

/// Looks without starting EAL, which takes seconds and memory; the module is opened, DPDK's libraries with it.
/// sysfs: "/sys", or a copy of it for tests.
DpdkReadiness dpdk_readiness(const DpdkOptions& options, const std::string& sysfs = "/sys");

}  // namespace netpulse
