#include "engine/worker/name_exchange.h"

#include <gtest/gtest.h>

#include <string>

namespace netpulse {
namespace {

const IpAddress kClient = *IpAddress::parse("10.0.0.1"), kServer = *IpAddress::parse("192.0.2.1");

TEST(NameExchange, TellsTheOthersAndNotTheSender) {
  std::array<NameInbox, 3> inboxes;
  NameExchange exchange({&inboxes[0], &inboxes[1], &inboxes[2]});
  EXPECT_EQ(exchange.tell_others(1, kClient, kServer, "a.example", 60), 0U);
  for (const std::size_t receiver : {0, 2}) {
    const LearnedName* learned = inboxes[receiver][1]->front();
    ASSERT_NE(learned, nullptr);
    EXPECT_EQ(learned->name.view(), "a.example");
    EXPECT_EQ(learned->address, kServer);
    EXPECT_EQ(learned->ttl_seconds, 60U);
  }
  EXPECT_EQ(inboxes[1][1]->front(), nullptr);
}

TEST(NameExchange, TellsOfAnnouncedFlowsInTurnWithNames) {
  std::array<NameInbox, 2> inboxes;
  NameExchange exchange({&inboxes[0], &inboxes[1]});
  EXPECT_EQ(exchange.tell_others(0, {kServer, 4000, 5, {1, 2, 3}}), 0U);
  EXPECT_EQ(exchange.tell_others(0, kClient, kServer, "a.example", 60), 0U);
  SpscRing<LearnedName>& ring = *inboxes[1][0];
  ASSERT_EQ(ring.readable(), 2U);
  EXPECT_EQ(ring[0].expected.protocol, 5);
  EXPECT_EQ(ring[0].expected.port, 4000);
  EXPECT_EQ(ring[0].expected.note[2], 3);
  EXPECT_EQ(ring[1].expected.protocol, 0);
  EXPECT_EQ(ring[1].name.view(), "a.example");
}

TEST(NameExchange, SaysHowManyHadNoRoomAndKeepsWhatWasTold) {
  std::array<NameInbox, 3> inboxes;
  NameExchange exchange({&inboxes[0], &inboxes[1], &inboxes[2]});
  for (std::size_t i = 0; i < NameExchange::kRingNames; ++i)
    ASSERT_EQ(exchange.tell_others(0, kClient, kServer, std::to_string(i), 60), 0U) << i;
  EXPECT_EQ(exchange.tell_others(0, kClient, kServer, "late", 60), 2U);
  inboxes[2][0]->front();
  inboxes[2][0]->pop();
  EXPECT_EQ(exchange.tell_others(0, kClient, kServer, "later", 60), 1U);
  EXPECT_EQ(inboxes[1][0]->front()->name.view(), "0");
  EXPECT_EQ(inboxes[1][0]->readable(), NameExchange::kRingNames);
  EXPECT_EQ(exchange.tell_others(1, kClient, kServer, "own ring", 60), 0U) << "a ring for each sender";
}

}  // namespace
}  // namespace netpulse
