#include "engine/source/backend_choice.h"

#include <gtest/gtest.h>

#include <string>

#include "engine/source/live_capture.h"

namespace netpulse {
namespace {

const BackendVerdict& verdict_on(const BackendChoice& choice, CaptureBackend backend) {
  for (const BackendVerdict& verdict : choice.verdicts)
    if (verdict.backend == backend) return verdict;
  ADD_FAILURE();
  return choice.verdicts.front();
}

TEST(BackendChoice, WithoutAnyConfigurationItIsLibpcap) {
  CaptureOptions options;
  options.interfaces = {"eth0"};
  const BackendChoice choice = choose_backend(options);
  EXPECT_EQ(choice.backend, CaptureBackend::kPcap);
  ASSERT_EQ(choice.verdicts.size(), 3U);
  for (const BackendVerdict& verdict : choice.verdicts) {
    EXPECT_EQ(verdict.usable, verdict.backend == CaptureBackend::kPcap);
    EXPECT_FALSE(verdict.reason.empty());
  }
  EXPECT_NE(verdict_on(choice, CaptureBackend::kAfXdp).reason.find("; dedicated = true"), std::string::npos);
}

TEST(BackendChoice, ADedicatedPortThatIsNotThereIsExplained) {
  CaptureOptions options;
  options.af_xdp.dedicated = true;
  options.interfaces = {"no_such_if0"};
  const BackendChoice choice = choose_backend(options);
  EXPECT_EQ(choice.backend, CaptureBackend::kPcap);
  EXPECT_FALSE(verdict_on(choice, CaptureBackend::kAfXdp).usable);
  options.interfaces.clear();
  const std::string reason = verdict_on(choose_backend(options), CaptureBackend::kAfXdp).reason;
  EXPECT_NE(reason.find("no capture port is named; name it"), std::string::npos) << reason;
}

TEST(BackendChoice, AnInterfaceOfTheKernelIsNoPortOfDpdk) {
  CaptureOptions options;
  options.dpdk.eal_arguments = {"--no-huge", "--vdev=net_null0"};
  options.interfaces = {"eth0"};
  const BackendVerdict verdict = verdict_on(choose_backend(options), CaptureBackend::kDpdk);
  EXPECT_FALSE(verdict.usable);
  EXPECT_NE(verdict.reason.find("not among the ports"), std::string::npos) << verdict.reason;
  options.dpdk.ports = {"eth0"};
  EXPECT_EQ(verdict_on(choose_backend(options), CaptureBackend::kDpdk).reason.find("not among the ports"),
            std::string::npos);
}

TEST(OpenLiveCapture, WhatWasAskedForIsNotReplacedByTheDefaultInterface) {
  CaptureOptions options;
  options.af_xdp.dedicated = true;
  const auto opened = open_live_capture(options, 1);
  ASSERT_FALSE(opened.ok());
  EXPECT_NE(opened.error().message.find("backend af_xdp: no capture port is named"), std::string::npos)
      << opened.error().message;
}

}  // namespace
}  // namespace netpulse
