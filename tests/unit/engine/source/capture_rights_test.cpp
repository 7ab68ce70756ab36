#include "engine/source/capture_rights.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace netpulse {
namespace {

using testing::HasSubstr;

TEST(CaptureRights, NamesWhatIsMissingAndHowToGetIt) {
  const std::string text = no_permission("eth0", {Capability::kNetRaw, Capability::kBpf}, "Operation not permitted");
  EXPECT_THAT(text, testing::StartsWith("eth0: no permission to capture"));
  EXPECT_THAT(text, HasSubstr("sudo setcap cap_net_raw,cap_bpf=eip "));
  const bool all = has_capability(Capability::kNetRaw) && has_capability(Capability::kBpf);
  EXPECT_THAT(text, HasSubstr(all ? ": Operation not permitted;" : "missing: CAP_"));
}

}  // namespace
}  // namespace netpulse
