#include "engine/source/capture_options.h"

#include <gtest/gtest.h>

namespace netpulse {
namespace {

TEST(CaptureOptions, ReadsItsSection) {
  auto config = Config::from_text(
      "[capture]\ninterfaces = [\"eth0\", \"eth1\"]\nfilter = \"tcp\"\npromiscuous = false\n"
      "snap_length_bytes = 128\nbuffer_bytes = 33554432\n",
      "test.toml");
  ASSERT_TRUE(config.ok());
  const CaptureOptions options = read_capture_options(config.value());
  EXPECT_EQ(options.interfaces, (std::vector<std::string>{"eth0", "eth1"}));
  EXPECT_EQ(options.filter, "tcp");
  EXPECT_FALSE(options.promiscuous);
  EXPECT_EQ(options.snap_length_bytes, 128);
  EXPECT_EQ(options.buffer_bytes, 33554432);
  EXPECT_TRUE(config.value().finish().ok());
}

TEST(CaptureOptions, RefusesValuesOutsideTheirRange) {
  for (const char* line : {"snap_length_bytes = 63", "snap_length_bytes = 262145", "buffer_bytes = 4096",
                           "interfaces = [\"\"]", "interfaces = [\"eth0\", \"eth1\", \"eth0\"]"}) {
    auto config = Config::from_text(std::string("[capture]\n") + line + "\n", "test.toml");
    ASSERT_TRUE(config.ok());
    read_capture_options(config.value());
    EXPECT_FALSE(config.value().finish().ok()) << line;
  }
}

}  // namespace
}  // namespace netpulse
