#include "plugins/messaging/messaging.h"

#include <gtest/gtest.h>

#include "tests/unit/plugins/flow_driver.h"
#include "tests/unit/plugins/messaging/messaging_samples.h"

namespace netpulse {
namespace {

using namespace test;

template <class A>
Verdict seen(const ByteVector& payload, std::uint8_t protocol = 6, std::uint16_t port = 9) {
  static constexpr AnalyzerEntry kEntry = make_analyzer_entry<A>();
  RecordingContext context;
  return FlowDriver(kEntry, protocol, port, context).feed(true, payload);
}

TEST(Mqtt, ChecksNameAndLevel) {
  EXPECT_EQ(seen<Mqtt>(mqtt_connect("MQTT", 5)), Verdict::kDone);
  EXPECT_EQ(seen<Mqtt>(mqtt_connect("MQTT", 6)), Verdict::kNotMine);
  EXPECT_EQ(seen<Mqtt>(mqtt_connect("MQTX", 4)), Verdict::kNotMine);
  EXPECT_EQ(seen<Mqtt>({0x10, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80}), Verdict::kNotMine);
}

TEST(Amqp, ChecksTheVersion) {
  EXPECT_EQ(seen<Amqp>({'A', 'M', 'Q', 'P', 3, 1, 0, 0}), Verdict::kDone);
  EXPECT_EQ(seen<Amqp>(bytes_of("AMQP is a protocol")), Verdict::kNotMine);
}

TEST(Irc, IsNoOtherProtocolWithTheSameWords) {
  EXPECT_EQ(seen<Irc>(bytes_of("USER guest 0 * :Ronnie Reagan\r\n")), Verdict::kDone);
  EXPECT_EQ(seen<Irc>(bytes_of("CAP LS 302\r\n")), Verdict::kDone);
  EXPECT_EQ(seen<Irc>(bytes_of(":irc.example.org 001 guest :Welcome\r\n")), Verdict::kDone);
  EXPECT_EQ(seen<Irc>(bytes_of("USER anonymous\r\n")), Verdict::kNotMine);  // FTP, POP3
  EXPECT_EQ(seen<Irc>(bytes_of(": 001\r\n")), Verdict::kNotMine);
  EXPECT_EQ(seen<Irc>(bytes_of("NICKEL PRICES\r\n")), Verdict::kNotMine);
  EXPECT_EQ(seen<Irc>(bytes_of(":" + std::string(600, 'x'))), Verdict::kNotMine);
}

TEST(Coap, ReadsOptionsToTheEnd) {
  EXPECT_EQ(seen<Coap>({0x40, 0, 0, 1}, 17, 5683), Verdict::kNeedMore);  // empty: a ping
  EXPECT_EQ(seen<Coap>({0x40, 1, 0, 1, 0xff}, 17, 5683), Verdict::kNotMine);
  EXPECT_EQ(seen<Coap>({0x40, 1, 0, 1, 0xf0}, 17, 5683), Verdict::kNotMine);
  EXPECT_EQ(seen<Coap>({0x40, 0x21, 0, 1}, 17, 5683), Verdict::kNotMine);
  EXPECT_EQ(seen<Coap>({0x49, 1, 0, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9}, 17, 5683), Verdict::kNotMine);
}

}  // namespace
}  // namespace netpulse
