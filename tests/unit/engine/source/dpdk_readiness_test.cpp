#include "engine/source/dpdk_readiness.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "engine/source/dpdk_capture.h"

namespace netpulse {
namespace {

using ::testing::HasSubstr;

/// A folder that looks like /sys, removed at the end.
class DpdkReadinessTest : public ::testing::Test {
 protected:
  DpdkReadinessTest() { std::filesystem::create_directories(root_); }
  ~DpdkReadinessTest() override { std::filesystem::remove_all(root_); }

  void write(const std::string& path, const std::string& text) {
    std::filesystem::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path) << text;
  }
  void add_pages(const std::string& node, const std::string& kilobytes, int total, int free) {
    const std::string folder = "devices/system/node/" + node + "/hugepages/hugepages-" + kilobytes + "kB/";
    write(folder + "nr_hugepages", std::to_string(total) + "\n");
    write(folder + "free_hugepages", std::to_string(free) + "\n");
  }
  DpdkReadiness look(const DpdkOptions& options = {}) const { return dpdk_readiness(options, root_.string()); }

  std::filesystem::path root_ =
      std::filesystem::temp_directory_path() / ("netpulse-dpdk-" + std::to_string(::getpid()));
};

TEST_F(DpdkReadinessTest, NothingIsThere) {
  const DpdkReadiness readiness = look();
  EXPECT_FALSE(readiness.has_memory);
  EXPECT_FALSE(readiness.has_devices);
  EXPECT_FALSE(readiness.ready());
  EXPECT_THAT(readiness.summary(), HasSubstr("no huge pages, no device bound to it"));
  EXPECT_THAT(readiness.remedies(), ::testing::Contains(HasSubstr("nr_hugepages")));
  EXPECT_THAT(readiness.remedies(), ::testing::Contains(HasSubstr("dpdk-devbind.py --bind=vfio-pci")));
}

TEST_F(DpdkReadinessTest, CountsHugePagesByNodeAndSize) {
  add_pages("node0", "2048", 512, 500);
  add_pages("node1", "1048576", 4, 0);
  write("devices/system/node/possible", "0-1\n");
  const DpdkReadiness readiness = look();
  ASSERT_EQ(readiness.huge_pages.size(), 2);
  EXPECT_EQ(readiness.huge_pages[0].node, 0);
  EXPECT_EQ(readiness.huge_pages[0].page_bytes, 2U << 20);
  EXPECT_EQ(readiness.huge_pages[0].total, 512);
  EXPECT_EQ(readiness.huge_pages[0].free, 500);
  EXPECT_EQ(readiness.huge_pages[1].node, 1);
  EXPECT_EQ(readiness.huge_pages[1].page_bytes, 1U << 30);
  EXPECT_TRUE(readiness.has_memory);
  EXPECT_THAT(readiness.summary(), HasSubstr("500 of 512 huge pages"));
}

TEST_F(DpdkReadinessTest, PagesThatOthersUseAreNoMemory) {
  add_pages("node0", "2048", 512, 0);
  EXPECT_FALSE(look().has_memory);
}

TEST_F(DpdkReadinessTest, NamesDevicesOfUserSpaceDrivers) {
  write("bus/pci/drivers/vfio-pci/0000:01:00.0/device", "");
  write("bus/pci/drivers/vfio-pci/new_id", "");
  write("bus/pci/drivers/uio_pci_generic/0000:02:00.1/device", "");
  write("bus/pci/drivers/mlx5_core/0000:04:00.0/device", "");
  write("bus/pci/drivers/ixgbe/0000:03:00.0/device", "");
  const DpdkReadiness readiness = look();
  ASSERT_EQ(readiness.devices.size(), 3);
  EXPECT_EQ(readiness.devices[0].address, "0000:01:00.0");
  EXPECT_EQ(readiness.devices[0].driver, "vfio-pci");
  EXPECT_EQ(readiness.devices[1].address, "0000:02:00.1");
  EXPECT_EQ(readiness.devices[2].driver, "mlx5_core");
  EXPECT_TRUE(readiness.has_devices);
}

TEST_F(DpdkReadinessTest, ArgumentsReplaceHugePagesAndCards) {
  const DpdkReadiness readiness = look({.eal_arguments = {"--no-huge", "--vdev=net_null0"}, .ports = {}});
  EXPECT_TRUE(readiness.has_memory);
  EXPECT_TRUE(readiness.has_devices);
}

TEST_F(DpdkReadinessTest, AModuleIsTakenOnlyIfItIsOne) {
  const auto absent = open_dpdk_module({root_.string(), "/nonexistent"});
  ASSERT_FALSE(absent.ok());
  EXPECT_THAT(absent.error().message, HasSubstr(root_.string() + " nor in /nonexistent; "));
  EXPECT_THAT(absent.error().message, HasSubstr("libdpdk-dev"));
  write(kDpdkModuleFile, "not a shared library");
  const auto broken = open_dpdk_module({"/nonexistent", root_.string()});
  ASSERT_FALSE(broken.ok());
  EXPECT_THAT(broken.error().message, HasSubstr("does not load"));
}

}  // namespace
}  // namespace netpulse
