#include <gtest/gtest.h>

#include "tests/unit/plugins/flow_driver.h"
#include "tests/unit/plugins/wireguard/wireguard_samples.h"

namespace netpulse {
namespace {

using namespace test;

constexpr AnalyzerEntry kWireguard = make_analyzer_entry<Wireguard>();

bool is_wireguard(const std::vector<ByteVector>& datagrams) {
  RecordingContext context;
  FlowDriver flow(kWireguard, 17, 51820, context);
  for (const ByteVector& datagram : datagrams) flow.feed(true, datagram);
  return flow.mine();
}

TEST(Wireguard, KnowsTheHandshakeByTypeAndSize) {
  EXPECT_TRUE(is_wireguard({wireguard_message(1, 148)}));
  EXPECT_FALSE(is_wireguard({wireguard_message(1, 149)}));
  EXPECT_FALSE(is_wireguard({wireguard_message(2, 148)}));
  EXPECT_FALSE(is_wireguard({wireguard_message(5, 148)}));
  ByteVector reserved = wireguard_message(1, 148);
  reserved[2] = 1;
  EXPECT_FALSE(is_wireguard({reserved}));
}

TEST(Wireguard, WantsCountersThatFollowEachOtherOfDataAlone) {
  EXPECT_FALSE(is_wireguard({wireguard_data(7), wireguard_data(8)}));
  EXPECT_TRUE(is_wireguard({wireguard_data(7), wireguard_data(8), wireguard_data(9)}));
  EXPECT_FALSE(is_wireguard({wireguard_data(7), wireguard_data(7), wireguard_data(7)}));
  EXPECT_FALSE(is_wireguard({wireguard_data(7), wireguard_data(90), wireguard_data(200)}));
  EXPECT_FALSE(is_wireguard({wireguard_data(7, 97), wireguard_data(8, 97), wireguard_data(9, 97)}));
}

}  // namespace
}  // namespace netpulse
