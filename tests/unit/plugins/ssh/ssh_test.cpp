#include "plugins/ssh/ssh.h"

#include <gtest/gtest.h>

#include "plugins/ssh/key_exchange.h"
#include "tests/unit/plugins/flow_driver.h"
#include "tests/unit/plugins/ssh/ssh_samples.h"

namespace netpulse {
namespace {

using namespace test;

constexpr AnalyzerEntry kSsh = make_analyzer_entry<Ssh>();
constexpr std::uint8_t kTcp = 6;

TEST(Ssh, ReportsTheIdentificationStringsOfBothSides) {
  RecordingContext context;
  FlowDriver flow(kSsh, kTcp, 2222, context);
  flow.feed(false, bytes_of("SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n"));
  EXPECT_EQ(flow.feed(true, bytes_of("SSH-2.0-PuTTY_Release_0.78\n")), Verdict::kNeedMore);
  EXPECT_EQ(context.list(0),
            (std::vector<std::string>{"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3", "SSH-2.0-PuTTY_Release_0.78"}));
  EXPECT_EQ(context.attributes[FlowAttribute::kClientSoftware], "SSH-2.0-PuTTY_Release_0.78");
  EXPECT_EQ(context.attributes[FlowAttribute::kServerSoftware], "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3");
}

TEST(Ssh, FingerprintsWhatEachSideOffers) {
  RecordingContext context;
  FlowDriver flow(kSsh, kTcp, 22, context);
  const ByteVector kexinit = ssh_kexinit();
  flow.feed(true, bytes_of("SSH-2.0-client\r\n"));
  flow.feed(false, bytes_of("SSH-2.0-server\r\n"));
  flow.feed(true, Bytes(kexinit).first(60));
  EXPECT_EQ(context.attributes.count(FlowAttribute::kHassh), 0U);
  EXPECT_EQ(flow.feed(true, Bytes(kexinit).subspan(60)), Verdict::kNeedMore);
  EXPECT_EQ(flow.feed(false, kexinit), Verdict::kDone);
  // By md5sum of "curve25519-sha256,ecdh-sha2-nistp256;aes256-ctr;hmac-sha2-256;none,zlib" and the server's lists.
  EXPECT_EQ(context.attributes[FlowAttribute::kHassh], "f36ecf8c4d4ef01dd66760b6ac27094c");
  EXPECT_EQ(context.attributes[FlowAttribute::kHasshServer], "c1533aa117cdce0f56e7aa990addbb59");
}

TEST(Ssh, WhatIsNoKeyExchangeEndsThatSide) {
  RecordingContext context;
  FlowDriver flow(kSsh, kTcp, 22, context);
  for (const bool client : {true, false}) {
    ByteVector stream = bytes_of("SSH-2.0-peer\r\n");
    append(stream, {0, 0, 5, 0x7c, 8, 21, 1, 2, 3});
    EXPECT_EQ(flow.feed(client, stream), client ? Verdict::kNeedMore : Verdict::kDone);
  }
  EXPECT_EQ(context.attributes.count(FlowAttribute::kHassh), 0U);
}

TEST(Ssh, AListThatDoesNotFitIsRefused) {
  ByteVector kexinit = ssh_kexinit();
  kexinit[4 + 1 + 17 + 2] = 0x40;
  SshAlgorithms algorithms;
  EXPECT_EQ(read_ssh_kexinit(kexinit, false, algorithms), Verdict::kNotMine);
  for (const std::uint8_t packet_bytes : {0, 1, 17}) {
    kexinit = ssh_kexinit();
    kexinit[2] = 0;
    kexinit[3] = packet_bytes;
    EXPECT_EQ(read_ssh_kexinit(kexinit, false, algorithms), Verdict::kNotMine);
  }
}

TEST(Ssh, GivesUpASideThatNeverIntroducesItself) {
  RecordingContext context;
  FlowDriver flow(kSsh, kTcp, 22, context);
  flow.feed(true, bytes_of("SSH-2.0-client\r\n"));
  Verdict verdict = Verdict::kNeedMore;
  for (int i = 0; i < 20 && verdict == Verdict::kNeedMore; ++i) verdict = flow.feed(true, ByteVector(300, 7));
  EXPECT_EQ(verdict, Verdict::kDone);
}

TEST(Ssh, RefusesALineWithoutEnd) {
  RecordingContext context;
  FlowDriver endless(kSsh, kTcp, 2222, context);
  EXPECT_EQ(endless.feed(true, bytes_of("SSH-2.0-" + std::string(600, 'x'))), Verdict::kNotMine);
  FlowDriver preamble(kSsh, kTcp, 22, context);
  EXPECT_EQ(preamble.feed(true, bytes_of(std::string(5000, 'x'))), Verdict::kNotMine);
  FlowDriver server(kSsh, kTcp, 22, context);
  server.feed(true, bytes_of("SSH-2.0-client\r\n"));
  EXPECT_EQ(server.feed(false, bytes_of("SSH-2.0-" + std::string(600, 'x'))), Verdict::kMalformed);
  EXPECT_EQ(context.list(0), std::vector<std::string>{"SSH-2.0-client"});
}

TEST(Ssh, IsNotWhatOnlyBeginsLikeIt) {
  RecordingContext context;
  EXPECT_EQ(FlowDriver(kSsh, kTcp, 2222, context).feed(true, bytes_of("SSH-key upload\r\n")), Verdict::kNotMine);
  EXPECT_EQ(FlowDriver(kSsh, kTcp, 22, context).feed(true, ByteVector{0, 0, 1, 0x2c, 10, 20}), Verdict::kNotMine);
}

}  // namespace
}  // namespace netpulse
