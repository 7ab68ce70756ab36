#include "plugins/nbns/nbns.h"

#include <gtest/gtest.h>

#include "plugins/nbns/netbios_name.h"
#include "tests/unit/plugins/flow_driver.h"
#include "tests/unit/plugins/nbns/nbns_samples.h"

namespace netpulse {
namespace {

using namespace test;

constexpr AnalyzerEntry kNbns = make_analyzer_entry<Nbns>();
constexpr AnalyzerEntry kNbdgm = make_analyzer_entry<Nbdgm>();

struct Heard {
  RecordingContext context;
  bool mine = false;
  std::string host() const {
    const auto found = context.attributes.find(FlowAttribute::kHostName);
    return found == context.attributes.end() ? "" : found->second;
  }
};
Heard hear(const ByteVector& message, const AnalyzerEntry& analyzer = kNbns, bool from_initiator = true) {
  Heard heard;
  FlowDriver flow(analyzer, 17, analyzer.ports[0].first, heard.context);
  flow.feed(from_initiator, message);
  heard.mine = flow.mine();
  return heard;
}

std::string text_of(const ByteVector& encoded) {
  ByteCursor cursor(encoded);
  NetbiosName name;
  return read_netbios_name(cursor, name) ? std::string(NetbiosNameText(name).view()) : "not a name";
}

TEST(NetbiosName, ReadsTheExampleOfTheRfc) {
  // RFC 1001 section 14.1: FRED in the scope NETBIOS.COM, padded to sixteen bytes.
  ByteVector encoded = bytes_of(
      "\x20"
      "EGFCEFEECACACACACACACACACACACACA"
      "\x07"
      "NETBIOS"
      "\x03"
      "COM");
  encoded.push_back(0);
  ByteCursor cursor(encoded);
  NetbiosName name;
  ASSERT_TRUE(read_netbios_name(cursor, name));
  EXPECT_TRUE(cursor.at_end());
  EXPECT_EQ(NetbiosNameText(name).view(), "FRED<20>");
  EXPECT_EQ(NetbiosNameText(name).host(), "FRED");
}

TEST(NetbiosName, ShowsItsServiceAndWhatCannotBePrinted) {
  EXPECT_EQ(text_of(netbios_name("WORKGROUP", 0x1b)), "WORKGROUP<1b>");
  EXPECT_EQ(text_of(netbios_name("TWO WORDS", 0)), "TWO WORDS<00>");
  EXPECT_EQ(text_of(netbios_name("\x01\x02__MSBROWSE__\x02", 1)), "<01><02>__MSBROWSE__<02><01>");
  EXPECT_EQ(text_of(netbios_name("", 0)), "<00>");
}

TEST(NetbiosName, RefusesOtherLabels) {
  ByteVector name = netbios_name("HOST", 0);
  for (const char wrong : {'@', 'Q', 'a', '\0'}) {
    ByteVector changed = name;
    changed[9] = static_cast<std::uint8_t>(wrong);
    EXPECT_EQ(text_of(changed), "not a name") << wrong;
  }
  ByteVector shorter = name;
  shorter[0] = 31;
  EXPECT_EQ(text_of(shorter), "not a name");
  EXPECT_EQ(text_of({0xc0, 0x0c}), "not a name");
  ByteVector endless = name;
  endless.pop_back();
  for (int i = 0; i < 10; ++i) append(endless, ByteVector(64, 63));
  endless.push_back(0);
  EXPECT_EQ(text_of(endless), "not a name") << "more than 255 bytes";
}

TEST(Nbns, ListsTheNamesAskedFor) {
  const Heard heard = hear(nbns_request(0x0110, netbios_name("FILESERVER", 0x20)));
  EXPECT_TRUE(heard.mine);
  EXPECT_EQ(heard.context.list(0), std::vector<std::string>{"FILESERVER<20>"});
  EXPECT_EQ(heard.context.counter(0), 1U);
  EXPECT_EQ(heard.host(), "") << "it is not the host's own name";
  EXPECT_TRUE(hear(nbns_query_response(netbios_name("FILESERVER", 0x20)), kNbns, false).context.list(0).empty());
  EXPECT_TRUE(hear(nbns_request(0x0010, netbios_name("*", 0), 0x21)).mine) << "node status";
}

TEST(Nbns, ARegistrationNamesTheHost) {
  EXPECT_EQ(hear(nbns_registration(netbios_name("DESKTOP-1", 0))).host(), "DESKTOP-1");
  EXPECT_EQ(hear(nbns_registration(netbios_name("DESKTOP-1", 0x20), 0x60)).host(), "DESKTOP-1") << "H node";
  EXPECT_EQ(hear(nbns_registration(netbios_name("DESKTOP-1", 0), 0, 0x7910)).host(), "DESKTOP-1") << "multihomed";
  // A group, a browser, a release, and the other side's registration do not.
  EXPECT_EQ(hear(nbns_registration(netbios_name("WORKGROUP", 0), 0x80)).host(), "");
  EXPECT_EQ(hear(nbns_registration(netbios_name("WORKGROUP", 0x1d))).host(), "");
  EXPECT_EQ(hear(nbns_registration(netbios_name("DESKTOP-1", 0), 0, 0x3110)).host(), "");
  EXPECT_EQ(hear(nbns_registration(netbios_name("DESKTOP-1", 0)), kNbns, false).host(), "");
}

TEST(Nbns, RefusesWhatIsOnlyOnItsPort) {
  const ByteVector valid = nbns_request(0x0110, netbios_name("HOST", 0));
  const auto with = [&](std::size_t at, std::uint8_t value) {
    ByteVector changed = valid;
    changed[at] = value;
    return changed;
  };
  EXPECT_FALSE(hear(with(2, 0x18)).mine) << "opcode 3";
  EXPECT_FALSE(hear(with(3, 0x40)).mine) << "reserved bit";
  EXPECT_FALSE(hear(with(5, 0)).mine) << "no question";
  EXPECT_FALSE(hear(with(5, 2)).mine) << "two questions";
  EXPECT_FALSE(hear(with(valid.size() - 3, 1)).mine) << "a request for an A record";
  EXPECT_FALSE(hear(with(valid.size() - 1, 3)).mine) << "another class";
}

TEST(Nbns, CountsABrokenMessageAndReadsTheNext) {
  RecordingContext context;
  FlowDriver flow(kNbns, 17, 137, context);
  flow.feed(true, nbns_request(0x0110, netbios_name("ONE", 0)));
  EXPECT_EQ(flow.feed(true, ByteVector{1, 2, 3}), Verdict::kNeedMore);
  EXPECT_EQ(context.counter(Nbns::kCounterMalformed), 1U);
  flow.feed(true, nbns_request(0x0110, netbios_name("TWO", 0)));
  EXPECT_EQ(context.list(0), (std::vector<std::string>{"ONE<00>", "TWO<00>"}));
}

TEST(Nbdgm, ADatagramNamesItsSender) {
  const ByteVector group = netbios_name("WORKGROUP", 0x1d);
  EXPECT_EQ(hear(nbdgm_datagram(netbios_name("DESKTOP-1", 0), group), kNbdgm).host(), "DESKTOP-1");
  EXPECT_EQ(hear(nbdgm_datagram(netbios_name("DESKTOP-1", 0), group), kNbdgm, false).host(), "");
  EXPECT_EQ(hear(nbdgm_datagram(netbios_name("WORKGROUP", 0x1e), group), kNbdgm).host(), "") << "a group";
}

TEST(Nbdgm, RefusesWhatIsOnlyOnItsPort) {
  ByteVector datagram = nbdgm_datagram(netbios_name("DESKTOP-1", 0), netbios_name("WORKGROUP", 0x1d));
  for (const auto& [at, value] : {std::pair{0, 0x17}, std::pair{0, 0x0f}, std::pair{1, 0x12}, std::pair{13, 1},
                                  std::pair{14, 31}, std::pair{48, 33}}) {
    ByteVector changed = datagram;
    changed[static_cast<std::size_t>(at)] = static_cast<std::uint8_t>(value);
    EXPECT_FALSE(hear(changed, kNbdgm).mine) << at << '=' << value;
  }
  // An error has a code and nothing else.
  EXPECT_TRUE(hear({0x13, 2, 0x12, 0x34, 192, 0, 2, 1, 0, 138, 0x82}, kNbdgm).mine);
  EXPECT_FALSE(hear({0x13, 2, 0x12, 0x34, 192, 0, 2, 1, 0, 138, 0x81}, kNbdgm).mine);
}

}  // namespace
}  // namespace netpulse
