#include "plugins/mysql/mysql.h"

#include <gtest/gtest.h>

#include "tests/unit/plugins/mysql/mysql_samples.h"
#include "tests/unit/plugins/upgrade_flow.h"

namespace netpulse {
namespace {

using namespace test;

struct MysqlFlow : ::testing::Test, UpgradeFlow<Mysql> {
  MysqlFlow() : UpgradeFlow(3306) {}
};

TEST_F(MysqlFlow, HandsOverBehindTheRequest) {
  const ByteVector greeting = mysql_greeting();
  EXPECT_EQ(server(greeting), Verdict::kNeedMore);
  EXPECT_EQ(context.discarded, greeting.size());
  EXPECT_EQ(context.attributes[FlowAttribute::kServerSoftware], "8.0.33-example");
  ByteVector request = mysql_ssl_request();
  const std::size_t size = request.size();
  append(request, {0x16, 3, 1});
  EXPECT_EQ(client(request), Verdict::kDone);
  EXPECT_TRUE(upgraded_behind(size));
}

TEST_F(MysqlFlow, IsDoneWithALoginInClear) {
  server(mysql_greeting());
  EXPECT_EQ(client(mysql_login()), Verdict::kDone);
  EXPECT_FALSE(context.handed_over);
}

TEST_F(MysqlFlow, ReadsTheFlagAndNotTheSizeAlone) {
  server(mysql_greeting());
  ByteVector request = mysql_ssl_request();
  request[5] = static_cast<std::uint8_t>(request[5] & ~0x08);
  EXPECT_EQ(client(request), Verdict::kDone);
  EXPECT_FALSE(context.handed_over);
}

TEST(Mysql, KnowsItsGreeting) {
  const auto probe = [](const ByteVector& bytes) { return probed<Mysql>(as_text(bytes), 3306); };
  ByteVector greeting = mysql_greeting();
  EXPECT_EQ(probe(greeting), Verdict::kDone);
  EXPECT_EQ(probe({greeting.begin(), greeting.begin() + 9}), Verdict::kNeedMore);
  greeting[5] = 'x';
  EXPECT_EQ(probe(greeting), Verdict::kNotMine);
  EXPECT_EQ(probe({70, 0, 0, 1, 10, '8'}), Verdict::kNotMine);
  EXPECT_EQ(probe({10, 0, 0, 0, 10, '8', '.', '0'}), Verdict::kNotMine);
}

}  // namespace
}  // namespace netpulse
