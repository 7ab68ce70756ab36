#include "plugins/industrial/industrial.h"

#include <gtest/gtest.h>

#include "tests/unit/plugins/flow_driver.h"
#include "tests/unit/plugins/industrial/industrial_samples.h"

namespace netpulse {
namespace {

using namespace test;

template <class A>
Verdict seen(const ByteVector& payload, std::uint16_t port, std::uint8_t protocol = 6) {
  static constexpr AnalyzerEntry kEntry = make_analyzer_entry<A>();
  RecordingContext context;
  return FlowDriver(kEntry, protocol, port, context).feed(true, payload);
}

TEST(Modbus, ChecksItsHeader) {
  EXPECT_EQ(seen<Modbus>({0, 1, 0, 1, 0, 6, 1, 3, 0, 0, 0, 10}, 502), Verdict::kNotMine);
  EXPECT_EQ(seen<Modbus>({0, 1, 0, 0, 1, 6, 1, 3, 0, 0, 0, 10}, 502), Verdict::kNotMine);
  EXPECT_EQ(seen<Modbus>({0, 1, 0, 0, 0, 3, 1, 0x83, 2}, 502), Verdict::kDone);  // an exception
}

TEST(Dnp3, ChecksTheHeadersChecksum) {
  EXPECT_EQ(seen<Dnp3>({0x05, 0x64, 0x05, 0xc0, 0x01, 0x00, 0x00, 0x04, 0xe9, 0x21}, 9), Verdict::kDone);
  EXPECT_EQ(seen<Dnp3>({0x05, 0x64, 0x05, 0xc0, 0x02, 0x00, 0x00, 0x04, 0xe9, 0x21}, 9), Verdict::kNotMine);
}

TEST(Iec104, TakesNumberedFramesOnItsPortOnly) {
  const ByteVector supervisory{0x68, 4, 1, 0, 2, 0};
  EXPECT_EQ(seen<Iec104>(supervisory, 2404), Verdict::kDone);
  EXPECT_EQ(seen<Iec104>(supervisory, 9), Verdict::kNotMine);
  EXPECT_EQ(seen<Iec104>({0x68, 4, 9, 0, 0, 0}, 9), Verdict::kNotMine);
}

TEST(S7comm, LooksBehindTheConnectionSetUp) {
  EXPECT_EQ(seen<S7comm>(cotp_connect(), 102), Verdict::kNeedMore);
  ByteVector other = cotp_connect();
  append(other, {3, 0, 0, 8, 2, 0xf0, 0x80, 0x0d});  // an ISO session
  EXPECT_EQ(seen<S7comm>(other, 102), Verdict::kNotMine);
  EXPECT_EQ(seen<S7comm>({3, 0, 0, 9, 2, 0xf0, 0x80, 0x72, 1}, 102), Verdict::kDone);
}

TEST(Bacnet, ChecksItsLength) {
  EXPECT_EQ(seen<Bacnet>({0x81, 0x0b, 0, 13, 1, 0x20, 0xff, 0xff, 0, 0xff, 0x10, 8}, 47808, 17), Verdict::kNotMine);
}

TEST(Enip, ChecksCommandAndOptions) {
  ByteVector message{0x62, 0, 0, 0};
  append(message, ByteVector(20, 0));
  EXPECT_EQ(seen<Enip>(message, 44818, 17), Verdict::kNotMine);
  message[0] = 0x63;
  EXPECT_EQ(seen<Enip>(message, 44818, 17), Verdict::kDone);
  message[20] = 1;
  EXPECT_EQ(seen<Enip>(message, 44818, 17), Verdict::kNotMine);
}

}  // namespace
}  // namespace netpulse
