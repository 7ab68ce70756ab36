#include "plugins/windows/windows.h"

#include <gtest/gtest.h>

#include "tests/unit/plugins/flow_driver.h"
#include "tests/unit/plugins/windows/windows_samples.h"

namespace netpulse {
namespace {

using namespace test;

constexpr std::uint8_t kUdp = 17, kTcp = 6;

template <class A>
Verdict seen(const ByteVector& payload, std::uint8_t protocol, std::uint16_t port) {
  static constexpr AnalyzerEntry kEntry = make_analyzer_entry<A>();
  RecordingContext context;
  return FlowDriver(kEntry, protocol, port, context).feed(true, payload);
}

TEST(Smb, KnowsItsHeaderOnAnyPort) {
  for (const std::uint8_t id : {0xfc, 0xfd, 0xfe, 0xff}) EXPECT_EQ(seen<Smb>(smb_message(id), kTcp, 9), Verdict::kDone);
  EXPECT_EQ(seen<Smb>(smb_message(0xfb), kTcp, 445), Verdict::kNotMine);
  EXPECT_EQ(seen<Smb>({0, 0, 0, 4, 0xff, 'S', 'M', 'B'}, kTcp, 445), Verdict::kNotMine);
  EXPECT_EQ(seen<Smb>({0x82, 0, 0, 0}, kTcp, 139), Verdict::kDone);
  ByteVector request = netbios_session_request();
  request[10] = 'Z';
  EXPECT_EQ(seen<Smb>(request, kTcp, 139), Verdict::kNotMine);
}

TEST(Dcerpc, ReadsLengthsInTheSendersByteOrder) {
  ByteVector bind = rpc_bind();
  bind[4] = 0;
  EXPECT_EQ(seen<Dcerpc>(bind, kTcp, 135), Verdict::kNeedMore);  // 40 * 256 bytes
  bind[8] = 0;
  bind[9] = 40;
  EXPECT_EQ(seen<Dcerpc>(bind, kTcp, 135), Verdict::kDone);
  ByteVector datagram = rpc_datagram();
  datagram.push_back(0);
  EXPECT_EQ(seen<Dcerpc>(datagram, kUdp, 135), Verdict::kNotMine);
}

TEST(Kerberos, ChecksTagLengthAndVersion) {
  EXPECT_EQ(seen<Kerberos>(kerberos_request(), kUdp, 88), Verdict::kDone);
  for (const std::size_t at : {0U, 1U, 2U, 4U, 8U}) {
    ByteVector message = kerberos_request();
    message[at] ^= 0x20;
    EXPECT_EQ(seen<Kerberos>(message, kUdp, 88), Verdict::kNotMine) << at;
  }
}

TEST(Rdp, HandsOverWhenTheServerChoosesTls) {
  static constexpr AnalyzerEntry kRdp = make_analyzer_entry<Rdp>();
  const ByteVector request = x224_connect(0xe0, {1, 0, 8, 0, 3, 0, 0, 0});
  const ByteVector confirm = x224_connect(0xd0, {2, 0x1f, 8, 0, 2, 0, 0, 0});
  RecordingContext context;
  FlowDriver flow(kRdp, kTcp, 3389, context);
  flow.feed(true, request);
  EXPECT_EQ(context.discarded, request.size());
  ByteVector answer = confirm;
  append(answer, {22, 3, 3});
  flow.feed(false, answer);
  EXPECT_TRUE(context.handed_over);
  EXPECT_EQ(context.discarded, confirm.size());
}

TEST(Rdp, IsNoOtherProtocolOverTpkt) {
  EXPECT_EQ(seen<Rdp>(x224_connect(0xe0, {0xc1, 2, 1, 0, 0xc2, 2, 1, 2, 0xc0, 1, 10}), kTcp, 102), Verdict::kNotMine);
  EXPECT_EQ(seen<Rdp>({3, 0, 0, 7, 2, 0xf0, 0x80}, kTcp, 3389), Verdict::kNotMine);
}

}  // namespace
}  // namespace netpulse
