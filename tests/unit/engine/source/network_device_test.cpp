#include "engine/source/network_device.h"

#include <gtest/gtest.h>

namespace netpulse {
namespace {

TEST(NetworkDevice, LoopbackHasOneQueueAndNobodyElseDoesNotExist) {
  const NetworkDevice loopback = network_device("lo");
  EXPECT_NE(loopback.id, 0U);
  EXPECT_TRUE(loopback.ethernet);
  EXPECT_EQ(loopback.queues, 1U);
  EXPECT_EQ(receive_queues("lo"), 1U);
  EXPECT_TRUE(hashes_symmetrically("lo")) << "there is but one queue to choose";
  EXPECT_EQ(network_device("no_such_if0").id, 0U);
  EXPECT_EQ(receive_queues("no_such_if0"), 0U);
  EXPECT_FALSE(hashes_symmetrically("no_such_if0"));
}

}  // namespace
}  // namespace netpulse
