#include "exporters/web/small_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdio>
#include <fstream>

namespace netpulse {
namespace {

class SmallFileTest : public testing::Test {
 protected:
  ~SmallFileTest() override {
    std::remove(path_.c_str());
    std::remove((path_ + "2").c_str());
  }
  static void write(const std::string& path, const std::string& text) { std::ofstream(path) << text; }

  const std::string path_ = testing::TempDir() + "small_file_test";
};

TEST_F(SmallFileTest, RefusesWhatIsNoSmallRegularFile) {
  write(path_, std::string(256 * 1024, 'x'));
  EXPECT_EQ(read_small_file(path_, "token_file").value().text.size(), 256U * 1024);
  write(path_, std::string(256 * 1024 + 1, 'x'));
  EXPECT_NE(read_small_file(path_, "token_file").error().message.find("longer than 256 KiB"), std::string::npos);
  EXPECT_NE(read_small_file("/dev/zero", "token_file").error().message.find("no regular file"), std::string::npos);
  std::remove(path_.c_str());
  ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);
  EXPECT_FALSE(read_small_file(path_, "token_file").ok()) << "and it does not wait for a writer";
}

TEST_F(SmallFileTest, TellsAChangeOnceItHasComeToRest) {
  write(path_, "one");
  FileWatch watch({path_, "", path_ + "2"});
  EXPECT_FALSE(watch.changed());
  write(path_, "three");
  EXPECT_FALSE(watch.changed()) << "it may go on";
  write(path_ + "2", "key");
  EXPECT_FALSE(watch.changed());
  EXPECT_TRUE(watch.changed());
  EXPECT_FALSE(watch.changed());
  std::remove(path_.c_str());
  EXPECT_FALSE(watch.changed());
  EXPECT_TRUE(watch.changed()) << "gone is a change, too";
}

}  // namespace
}  // namespace netpulse
