#include "engine/source/dpdk_readiness.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <string_view>

#include "engine/base/human.h"
#include "engine/source/dpdk_capture.h"

namespace netpulse {
namespace {

namespace fs = std::filesystem;

constexpr std::array<const char*, 4> kUserSpaceDrivers{"vfio-pci", "uio_pci_generic", "igb_uio", "mlx5_core"};

std::uint64_t number_in(const fs::path& path) {
  std::ifstream file(path);
  std::uint64_t number = 0;
  file >> number;
  return number;
}

/// The number in "node0" after "node", in "hugepages-2048kB" after "hugepages-"; -1 if there is none.
std::int64_t number_after(std::string_view name, std::string_view prefix) {
  std::int64_t number = -1;
  if (name.starts_with(prefix)) std::from_chars(name.data() + prefix.size(), name.data() + name.size(), number);
  return number;
}

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(folder, none)) names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<HugePages> find_huge_pages(const fs::path& sysfs) {
  std::vector<HugePages> found;
  const fs::path nodes = sysfs / "devices/system/node";
  for (const std::string& node : names_in(nodes)) {
    const std::int64_t number = number_after(node, "node");
    for (const std::string& size : names_in(nodes / node / "hugepages")) {
      const std::int64_t kilobytes = number_after(size, "hugepages-");
      if (number < 0 || kilobytes <= 0) continue;
      const fs::path folder = nodes / node / "hugepages" / size;
      found.push_back({static_cast<int>(number), static_cast<std::uint64_t>(kilobytes) << 10,
                       number_in(folder / "nr_hugepages"), number_in(folder / "free_hugepages")});
    }
  }
  return found;
}

std::vector<UserSpaceDevice> find_devices(const fs::path& sysfs) {
  std::vector<UserSpaceDevice> found;
  for (const char* driver : kUserSpaceDrivers)
    for (const std::string& name : names_in(sysfs / "bus/pci/drivers" / driver))
      if (name.find(':') != std::string::npos) found.push_back({name, driver});
  return found;
}

bool has_argument(const DpdkOptions& options, std::string_view name) {
  return std::any_of(options.eal_arguments.begin(), options.eal_arguments.end(),
                     [&](const std::string& argument) { return argument == name; });
}

bool has_virtual_device(const DpdkOptions& options) {
  return std::any_of(options.eal_arguments.begin(), options.eal_arguments.end(),
                     [](const std::string& argument) { return argument.starts_with("--vdev"); });
}

}  // namespace

std::string DpdkReadiness::summary() const {
  std::string text = module_error.empty() ? version : "no DPDK module";
  std::string pages;
  for (const HugePages& kind : huge_pages) {
    if (kind.total == 0) continue;
    pages += ", " + std::to_string(kind.free) + " of " + std::to_string(kind.total) + " huge pages of " +
             human_bytes(static_cast<double>(kind.page_bytes)) + " free on node " + std::to_string(kind.node);
  }
  text += pages.empty() ? ", no huge pages" : pages;
  for (const UserSpaceDevice& device : devices) text += ", " + device.address + " (" + device.driver + ")";
  if (devices.empty()) text += ", no device bound to it";
  return text;
}

std::vector<std::string> DpdkReadiness::remedies() const {
  std::vector<std::string> lines;
  if (!module_error.empty()) lines.push_back(module_error.substr(module_error.find("; ") + 2));
  if (!has_memory)
    lines.emplace_back(
        "echo 512 | sudo tee /sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages (or \"--no-huge\" in eal_arguments "
        "of [capture.dpdk], which is slower)");
  if (!has_devices)
    lines.emplace_back(
        "sudo modprobe vfio-pci && sudo dpdk-devbind.py --bind=vfio-pci 0000:BB:DD.F (dpdk-devbind.py --status lists "
        "the cards; the kernel loses the one that is bound)");
  return lines;
}

DpdkReadiness dpdk_readiness(const DpdkOptions& options, const std::string& sysfs) {
  DpdkReadiness readiness;
  if (const auto module = open_dpdk_module(dpdk_module_folders()); module.ok())
    readiness.version = module.value()->version();
  else
    readiness.module_error = module.error().message;
  readiness.huge_pages = find_huge_pages(sysfs);
  readiness.devices = find_devices(sysfs);
  readiness.has_memory =
      has_argument(options, "--no-huge") || std::any_of(readiness.huge_pages.begin(), readiness.huge_pages.end(),
                                                        [](const HugePages& pages) { return pages.free > 0; });
  readiness.has_devices = !readiness.devices.empty() || has_virtual_device(options);
  return readiness;
}

}  // namespace netpulse
