#include "plugins/services/services.h"

#include <gtest/gtest.h>

#include "tests/unit/plugins/flow_driver.h"
#include "tests/unit/plugins/services/services_samples.h"

namespace netpulse {
namespace {

using namespace test;

template <class A>
Verdict seen(const ByteVector& payload, std::uint16_t port, std::uint8_t protocol = 6) {
  static constexpr AnalyzerEntry kEntry = make_analyzer_entry<A>();
  RecordingContext context;
  return FlowDriver(kEntry, protocol, port, context).feed(true, payload);
}

TEST(Rpc, LeavesNfsToItsAnalyzer) {
  EXPECT_EQ(seen<Rpc>(rpc_call(100003, 3), 111, 17), Verdict::kNotMine);
  EXPECT_EQ(seen<Nfs>(rpc_call(100000, 2), 2049, 17), Verdict::kNotMine);
}

TEST(Rpc, TakesRepliesOnItsPortOnly) {
  ByteVector reply{0x7a, 1, 2, 3, 0, 0, 0, 1, 0, 0, 0, 0};
  append(reply, ByteVector(12, 0));
  EXPECT_EQ(seen<Rpc>(reply, 111, 17), Verdict::kDone);
  EXPECT_EQ(seen<Rpc>(reply, 900, 17), Verdict::kNotMine);
  EXPECT_EQ(seen<Nfs>(reply, 2049, 17), Verdict::kDone);
  EXPECT_EQ(seen<Nfs>(reply, 900, 17), Verdict::kNotMine);
}

TEST(Rpc, ChecksTheFieldsOfACall) {
  for (const std::size_t at : {7U, 11U, 12U, 16U, 20U, 24U, 28U}) {
    ByteVector call = rpc_call(100000, 2);
    call[at] ^= 0x40;
    EXPECT_EQ(seen<Rpc>(call, 111, 17), Verdict::kNotMine) << at;
  }
}

TEST(Git, ChecksItsLength) {
  EXPECT_EQ(seen<Git>(bytes_of("0008git-"), 9418), Verdict::kNotMine);
  EXPECT_EQ(seen<Git>(bytes_of("ffffgit-upload-pack"), 9418), Verdict::kNotMine);
  EXPECT_EQ(seen<Git>(bytes_of("0032got-upload-pack"), 9418), Verdict::kNotMine);
}

TEST(NatPmp, ChecksSizes) {
  EXPECT_EQ(seen<NatPmp>({0, 0, 0}, 5351, 17), Verdict::kNotMine);
  EXPECT_EQ(seen<NatPmp>({0, 0x80, 0, 0, 0, 0, 0, 9, 192, 0, 2, 1}, 5351, 17), Verdict::kDone);
  ByteVector pcp{2, 1, 0, 0};
  append(pcp, ByteVector(56, 0));
  EXPECT_EQ(seen<NatPmp>(pcp, 5351, 17), Verdict::kDone);
}

TEST(DropboxLan, WantsItsObject) {
  EXPECT_EQ(seen<DropboxLan>(bytes_of(R"({"hello": 1})"), 17500, 17), Verdict::kNotMine);
}

TEST(Rsync, WantsAVersion) {
  EXPECT_EQ(seen<Rsync>(bytes_of("@RSYNCD: \n"), 873), Verdict::kNotMine);
  EXPECT_EQ(seen<Rsync>(bytes_of("@RSYNC is a tool\n"), 873), Verdict::kNotMine);
}

TEST(Bitcoin, WantsAVersionMessage) {
  ByteVector message{0xf9, 0xbe, 0xb4, 0xd9, 'v', 'e', 'r', 'a', 'c', 'k', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4};
  EXPECT_EQ(seen<Bitcoin>(message, 8333), Verdict::kNotMine);
}

}  // namespace
}  // namespace netpulse
