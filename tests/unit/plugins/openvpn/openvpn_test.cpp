#include <gtest/gtest.h>

#include "tests/unit/plugins/flow_driver.h"
#include "tests/unit/plugins/openvpn/openvpn_samples.h"

namespace netpulse {
namespace {

using namespace test;

constexpr AnalyzerEntry kOpenvpn = make_analyzer_entry<Openvpn>();

Verdict seen(const ByteVector& payload, std::uint8_t protocol = 17) {
  RecordingContext context;
  return FlowDriver(kOpenvpn, protocol, 1194, context).feed(true, payload);
}

TEST(Openvpn, KnowsTheResetWithEveryDigest) {
  for (const std::size_t digest : {16, 20, 32, 48, 64})
    EXPECT_EQ(seen(openvpn_signed_reset(digest)), Verdict::kDone) << digest;
  EXPECT_EQ(seen(openvpn_signed_reset(24)), Verdict::kNotMine);
}

TEST(Openvpn, KnowsTheThirdResetByItsWrappedKey) {
  ByteVector reset = openvpn_crypt_reset();
  reset[0] = 0x50;
  reset[9] = 0x0f;
  EXPECT_EQ(seen(reset), Verdict::kNotMine);
  append(reset, ByteVector(290, 0x33));
  EXPECT_EQ(seen(reset), Verdict::kDone);
}

TEST(Openvpn, RefusesWhatOnlyBeginsLikeAReset) {
  ByteVector reset = openvpn_client_reset();
  reset[0] = 0x39;  // a later key
  EXPECT_EQ(seen(reset), Verdict::kNotMine);
  reset = openvpn_client_reset();
  reset[9] = 1;  // acknowledges something
  EXPECT_EQ(seen(reset), Verdict::kNotMine);
  EXPECT_EQ(seen(ByteVector(14, 0x38)), Verdict::kNotMine);
  EXPECT_EQ(seen(with_length16(ByteVector(42, 0x38)), 6), Verdict::kNotMine);
  EXPECT_EQ(seen({0, 42, 0x30}, 6), Verdict::kNotMine);
}

}  // namespace
}  // namespace netpulse
