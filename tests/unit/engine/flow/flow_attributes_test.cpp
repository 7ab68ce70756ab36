#include <gtest/gtest.h>

#include <string>

#include "engine/flow/flow_record.h"

namespace netpulse {
namespace {

FlowAttributes empty() {
  FlowAttributes attributes;
  attributes.clear();
  return attributes;
}

TEST(FlowAttributes, ReplacesATextAmongOthers) {
  FlowAttributes attributes = empty();
  attributes.replace(FlowAttribute::kLongServerName, "first");
  attributes.set(FlowAttribute::kUserAgent, "curl");
  attributes.set(FlowAttribute::kHttpMethod, "GET");
  attributes.replace(FlowAttribute::kLongServerName, "second.example");
  EXPECT_EQ(attributes.get(FlowAttribute::kLongServerName), "second.example");
  EXPECT_EQ(attributes.get(FlowAttribute::kUserAgent), "curl");
  EXPECT_EQ(attributes.get(FlowAttribute::kHttpMethod), "GET");
  for (int i = 0; i < 100; ++i) attributes.replace(FlowAttribute::kHttpMethod, std::string(255, 'P'));
  EXPECT_EQ(attributes.get(FlowAttribute::kHttpMethod), std::string(255, 'P'));
  EXPECT_EQ(attributes.get(FlowAttribute::kLongServerName), "second.example");
}

TEST(FinishedFlow, HasTheNameThatItWasGivenLast) {
  FinishedFlow flow{};
  EXPECT_EQ(flow.server_name(), "");
  for (const std::size_t size : {20U, 100U, 63U, 64U, 200U}) {
    const std::string name(size, static_cast<char>('a' + size % 26));
    flow.set_server_name(name);
    EXPECT_EQ(flow.server_name(), name);
  }
}

TEST(FlowAttributes, KeepsTheFirstTextOfEachKind) {
  FlowAttributes attributes = empty();
  EXPECT_EQ(attributes.get(FlowAttribute::kUserAgent), "");
  attributes.set(FlowAttribute::kUserAgent, "curl/7.88.1");
  attributes.set(FlowAttribute::kHttpMethod, "GET");
  attributes.set(FlowAttribute::kUserAgent, "another");
  attributes.set(FlowAttribute::kSipTo, "");
  EXPECT_EQ(attributes.get(FlowAttribute::kUserAgent), "curl/7.88.1");
  EXPECT_EQ(attributes.get(FlowAttribute::kHttpMethod), "GET");
  EXPECT_EQ(attributes.get(FlowAttribute::kSipTo), "");
}

TEST(FlowAttributes, CutsWhatDoesNotFit) {
  FlowAttributes attributes = empty();
  attributes.set(FlowAttribute::kUserAgent, std::string(1000, 'a'));
  EXPECT_EQ(attributes.get(FlowAttribute::kUserAgent), std::string(255, 'a'));
  attributes.set(FlowAttribute::kHttpContentType, std::string(1000, 'b'));
  EXPECT_EQ(attributes.get(FlowAttribute::kHttpContentType), std::string(510 - 257 - 2, 'b'));
  attributes.set(FlowAttribute::kHostName, "c");
  EXPECT_EQ(attributes.get(FlowAttribute::kHostName), "");
  EXPECT_EQ(attributes.get(FlowAttribute::kHttpContentType), std::string(251, 'b'));
}

TEST(FlowAttributes, KeepsTheFirstNumberOfEachKindAndSender) {
  FlowAttributes attributes = empty();
  attributes.set(FlowAttribute::kSipFrom, "sip:alice@example.org");
  attributes.set(FlowNumber::kMediaLost, Direction::kHiToLo, 0);
  attributes.set(FlowNumber::kMediaLost, Direction::kLoToHi, -7);
  attributes.set(FlowNumber::kMediaLost, Direction::kLoToHi, 8);
  EXPECT_EQ(attributes.get(FlowNumber::kMediaLost, Direction::kHiToLo), 0);
  EXPECT_EQ(attributes.get(FlowNumber::kMediaLost, Direction::kLoToHi), -7);
  EXPECT_EQ(attributes.get(FlowNumber::kMediaMosThousandths, Direction::kLoToHi), std::nullopt);
  EXPECT_EQ(attributes.get(FlowAttribute::kSipFrom), "sip:alice@example.org");
}

TEST(FlowAttributes, LeavesOutANumberThatDoesNotFit) {
  FlowAttributes attributes = empty();
  attributes.set(FlowAttribute::kUserAgent, std::string(255, 'a'));
  attributes.set(FlowAttribute::kHttpContentType, std::string(510 - 257 - 2 - 9, 'b'));
  attributes.set(FlowNumber::kMediaLost, Direction::kLoToHi, 1);
  EXPECT_EQ(attributes.get(FlowNumber::kMediaLost, Direction::kLoToHi), std::nullopt);
}

TEST(FlowAttributes, ReadsBytesAboveAsciiAsLengthsToo) {
  FlowAttributes attributes = empty();
  attributes.set(FlowAttribute::kCertificateNames, std::string(200, 'n'));
  attributes.set(FlowAttribute::kSipFrom, "sip:alice@example.org");
  EXPECT_EQ(attributes.get(FlowAttribute::kSipFrom), "sip:alice@example.org");
}

}  // namespace
}  // namespace netpulse
