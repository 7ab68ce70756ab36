#include "plugins/remote/remote.h"

#include <gtest/gtest.h>

#include "tests/unit/plugins/flow_driver.h"
#include "tests/unit/plugins/remote/remote_samples.h"

namespace netpulse {
namespace {

using namespace test;

template <class A>
Verdict seen(const ByteVector& payload, std::uint16_t port) {
  static constexpr AnalyzerEntry kEntry = make_analyzer_entry<A>();
  RecordingContext context;
  return FlowDriver(kEntry, 6, port, context).feed(true, payload);
}

TEST(Vnc, WantsAVersion) {
  EXPECT_EQ(seen<Vnc>(bytes_of("RFB 003.889\n"), 9), Verdict::kDone);
  EXPECT_EQ(seen<Vnc>(bytes_of("RFB 009.889\n"), 9), Verdict::kNotMine);
  EXPECT_EQ(seen<Vnc>(bytes_of("RFB is short for"), 5900), Verdict::kNotMine);
}

TEST(Telnet, WantsAnOption) {
  EXPECT_EQ(seen<Telnet>({0xff, 0xfb, 0x01, 'l', 'o'}, 23), Verdict::kDone);
  EXPECT_EQ(seen<Telnet>({0xff, 0xff, 0xff}, 23), Verdict::kNotMine);
  EXPECT_EQ(seen<Telnet>(bytes_of("login: "), 23), Verdict::kNotMine);
}

TEST(X11, WantsVersionElevenInTheClientsByteOrder) {
  EXPECT_EQ(seen<X11>({'B', 0, 11, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 6000), Verdict::kNotMine);
  EXPECT_EQ(seen<X11>({'l', 0, 11, 0, 0, 0, 0, 9, 0, 0, 0, 0}, 6000), Verdict::kNotMine);
}

}  // namespace
}  // namespace netpulse
