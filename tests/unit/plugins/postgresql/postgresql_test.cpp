#include "plugins/postgresql/postgresql.h"

#include <gtest/gtest.h>

#include "tests/unit/plugins/postgresql/postgresql_samples.h"
#include "tests/unit/plugins/upgrade_flow.h"

namespace netpulse {
namespace {

using namespace test;

struct PostgresqlFlow : ::testing::Test, UpgradeFlow<Postgresql> {
  PostgresqlFlow() : UpgradeFlow(5432) {}
};

TEST_F(PostgresqlFlow, HandsOverBehindTheYes) {
  ByteVector ahead = postgresql_ssl_request();
  append(ahead, {0x16, 3, 1});
  EXPECT_EQ(client(ahead), Verdict::kNeedMore);
  EXPECT_EQ(context.discarded, 8U);
  EXPECT_EQ(server("S\x16\x03\x03"), Verdict::kDone);
  EXPECT_TRUE(upgraded_behind(1));
}

TEST_F(PostgresqlFlow, GoesOnInClearBehindTheNo) {
  client(postgresql_ssl_request());
  EXPECT_EQ(server("N"), Verdict::kNeedMore);
  client(postgresql_startup());
  EXPECT_EQ(context.attributes[FlowAttribute::kClientSoftware], "psql");
  EXPECT_EQ(server(postgresql_message('S', bytes_of(std::string_view("server_version\00015.6\0", 20)))),
            Verdict::kDone);
  EXPECT_EQ(context.attributes[FlowAttribute::kServerSoftware], "15.6");
  EXPECT_FALSE(context.handed_over);
}

TEST_F(PostgresqlFlow, AsksForGssFirst) {
  client(ByteVector{0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x30});
  EXPECT_EQ(server("N"), Verdict::kNeedMore);
  client(postgresql_ssl_request());
  EXPECT_EQ(server("S"), Verdict::kDone);
  EXPECT_TRUE(context.handed_over);
}

TEST_F(PostgresqlFlow, PassesOverWhatItDoesNotRead) {
  client(postgresql_startup());
  const ByteVector lengthy = postgresql_message('R', ByteVector(3000, 1));
  for (std::size_t at = 0; at < lengthy.size(); at += 700)
    EXPECT_EQ(flow.feed(false, Bytes(lengthy).subspan(at, std::min<std::size_t>(700, lengthy.size() - at))),
              Verdict::kNeedMore);
  EXPECT_EQ(server(postgresql_message('Z', {'I'})), Verdict::kDone);
}

TEST(Postgresql, RefusesWhatIsNoFirstPacket) {
  const auto probe = [](const ByteVector& bytes) { return probed<Postgresql>(as_text(bytes), 5432, true); };
  EXPECT_EQ(probe({0, 0, 0, 8, 4}), Verdict::kNeedMore);
  EXPECT_EQ(probe({0, 0, 0, 8, 4, 0xd2, 0x16, 0x31}), Verdict::kNotMine);
  EXPECT_EQ(probe({0, 0, 0, 9, 0, 3, 0, 0, 0}), Verdict::kDone);
  EXPECT_EQ(probe({0, 0, 0, 9, 0, 3, 0, 0, 1}), Verdict::kNotMine);
  EXPECT_EQ(probe({0, 0, 0x30, 9, 0, 3, 0, 0, 'u'}), Verdict::kNotMine);
  EXPECT_EQ(probe({0, 1}), Verdict::kNotMine);
}

}  // namespace
}  // namespace netpulse
