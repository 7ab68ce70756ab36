#include "engine/filter/filter_expression.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

namespace netpulse {
namespace {

const std::vector<FilterField> kFields{
    {"ip.addr", FilterType::kAddress, "", ""},   {"port", FilterType::kNumber, "", ""},
    {"bytes", FilterType::kNumber, "bytes", ""}, {"rtt", FilterType::kNumber, "seconds", ""},
    {"name", FilterType::kText, "", ""},         {"known", FilterType::kBoolean, "", ""},
    {"begin", FilterType::kTime, "", ""}};
const std::vector<std::string> kProtocols{"tcp", "dns", "order"};

struct Subject final : FilterSubject {
  std::map<std::string, std::vector<FilterValue>> fields;
  std::vector<std::string> protocols;

  void values(std::size_t field, std::vector<FilterValue>& out) const override {
    if (const auto found = fields.find(kFields[field].name); found != fields.end())
      out.insert(out.end(), found->second.begin(), found->second.end());
  }
  bool is(std::size_t protocol) const override {
    return std::find(protocols.begin(), protocols.end(), kProtocols[protocol]) != protocols.end();
  }
};

Subject subject() {
  Subject made;
  made.fields = {{"ip.addr", {*IpAddress::parse("192.0.2.7"), *IpAddress::parse("2001:db8::1")}},
                 {"port", {std::uint64_t{443}, std::uint64_t{50000}}},
                 {"bytes", {std::uint64_t{1'500'000}}},
                 {"rtt", {0.02}},
                 {"name", {std::string_view("WWW.Example.org")}},
                 {"known", {false}},
                 {"begin", {Timestamp{1'714'564'800'000'000'000}}}};  // 2024-05-01T12:00:00Z
  made.protocols = {"tcp", "order"};
  return made;
}

bool matches(std::string_view text, const Subject& asked = subject()) {
  const auto parsed = FilterExpression::parse(text, {kFields, kProtocols});
  if (const auto* fault = std::get_if<FilterFault>(&parsed)) {
    ADD_FAILURE() << marked(text, *fault) << "\n" << fault->message;
    return false;
  }
  return std::get<FilterExpression>(parsed).matches(asked);
}

FilterFault fault_in(std::string_view text) {
  const auto parsed = FilterExpression::parse(text, {kFields, kProtocols});
  const auto* fault = std::get_if<FilterFault>(&parsed);
  if (fault == nullptr) {
    ADD_FAILURE() << "no fault in " << text;
    return {};
  }
  EXPECT_LE(fault->offset + fault->length, std::max(text.size(), fault->offset));
  EXPECT_FALSE(fault->message.empty());
  return *fault;
}

TEST(FilterExpression, ComparesAddressesAndNetworks) {
  EXPECT_TRUE(matches("ip.addr == 192.0.2.7"));
  EXPECT_TRUE(matches("ip.addr == 192.0.2.0/24"));
  EXPECT_FALSE(matches("ip.addr == 192.0.3.0/24"));
  EXPECT_TRUE(matches("ip.addr == 2001:db8::/32"));
  EXPECT_TRUE(matches("ip.addr in {198.51.100.1, 2001:db8::1}"));
}

TEST(FilterExpression, ANotEqualFieldHasNoEqualValueAmongItsOwn) {
  EXPECT_FALSE(matches("ip.addr != 192.0.2.7")) << "one of the two is";
  EXPECT_TRUE(matches("ip.addr != 192.0.2.8"));
  Subject without = subject();
  without.fields.erase("ip.addr");
  EXPECT_FALSE(matches("ip.addr != 192.0.2.8", without)) << "there is none";
  EXPECT_TRUE(matches("!(ip.addr == 192.0.2.8)", without));
}

TEST(FilterExpression, ComparesNumbersWithUnits) {
  EXPECT_TRUE(matches("bytes == 1.5M"));
  EXPECT_TRUE(matches("bytes > 1400k && bytes < 2M"));
  EXPECT_FALSE(matches("bytes > 1500000"));
  EXPECT_TRUE(matches("bytes >= 1500000 and bytes <= 0x16e360"));
  EXPECT_TRUE(matches("bytes < 1.5Mi"));
  EXPECT_TRUE(matches("rtt == 20ms"));
  EXPECT_TRUE(matches("rtt > 19999us && rtt < 0.03"));
  EXPECT_TRUE(matches("rtt lt 1min"));
}

TEST(FilterExpression, ComparesSetsAndRanges) {
  EXPECT_TRUE(matches("port in {80, 443}"));
  EXPECT_TRUE(matches("port in {80 440..450}"));
  EXPECT_FALSE(matches("port in {80..90, 8000..9000}"));
  EXPECT_TRUE(matches("port in (50000)"));
  EXPECT_TRUE(matches("name in {a, \"www.example.org\"}"));
}

TEST(FilterExpression, ComparesTextsInAnyCase) {
  EXPECT_TRUE(matches("name == www.example.org"));
  EXPECT_TRUE(matches("name contains EXAMPLE"));
  EXPECT_FALSE(matches("name contains \"example \""));
  EXPECT_TRUE(matches("name ~ \"^www\\.(example|test)\\.org$\""));
  EXPECT_FALSE(matches("name matches \"^example\""));
  EXPECT_TRUE(matches("name != \"\""));
}

TEST(FilterExpression, TextsMayHoldAnyByte) {
  Subject odd = subject();
  const std::string name("a\0\"\\\xff", 5);
  odd.fields["name"] = {std::string_view(name)};
  EXPECT_TRUE(matches(R"(name == "a\x00\"\\\xff")", odd));
  EXPECT_TRUE(matches(R"(name contains "\xff")", odd));
  EXPECT_FALSE(matches(R"(name == "a")", odd));
}

TEST(FilterExpression, ComparesTimes) {
  EXPECT_TRUE(matches("begin == \"2024-05-01T12:00:00Z\""));
  EXPECT_TRUE(matches("begin > \"2024-05-01 11:59:59.999999999Z\""));
  EXPECT_TRUE(matches("begin >= 2024-05-01 && begin < 2024-05-02"));
}

TEST(FilterExpression, AFieldAloneIsThereAndTrue) {
  EXPECT_TRUE(matches("name"));
  EXPECT_FALSE(matches("known"));
  EXPECT_TRUE(matches("known == false"));
  EXPECT_FALSE(matches("name", {}));
}

TEST(FilterExpression, CombinesInTheUsualOrder) {
  EXPECT_TRUE(matches(""));
  EXPECT_TRUE(matches("  "));
  EXPECT_TRUE(matches("tcp && !dns"));
  EXPECT_TRUE(matches("order or dns and dns")) << "and binds closer";
  EXPECT_FALSE(matches("(order or dns) and dns"));
  EXPECT_TRUE(matches("not dns && tcp"));
  EXPECT_TRUE(matches("!!tcp"));
  EXPECT_TRUE(matches("(((tcp)))"));
}

TEST(FilterExpression, SaysWhereItIsWrongAndWhatWasExpected) {
  const struct {
    std::string_view text;
    std::size_t offset, length;
    std::string_view says;
  } kCases[] = {
      {"nme == x", 0, 3, "did you mean name?"},
      {"tcp &&", 6, 0, "expected a field"},
      {"(tcp", 4, 0, "expected )"},
      {"tcp dns", 4, 3, "expected && or ||"},
      {"tcp)", 3, 1, "expected && or ||"},
      {"port = 80", 5, 1, "=="},
      {"port == eighty", 8, 6, "a number"},
      {"port == 80ms", 8, 4, "a number"},
      {"rtt > 5M", 6, 2, "a unit"},
      {"ip.addr == 192.0.2.1/24", 11, 12, "192.0.2.0/24"},
      {"ip.addr == localhost", 11, 9, "an address"},
      {"ip.addr < 192.0.2.1", 8, 1, "no order"},
      {"port contains 8", 5, 8, "for text"},
      {"name ~ \"(\"", 7, 3, "regular expression"},
      {"name == \"x", 8, 2, "quotation mark"},
      {"name ==", 7, 0, "expected a value"},
      {"port in 80", 8, 0, "expected {"},
      {"port in {80", 11, 0, "expected"},
      {"known == maybe", 9, 5, "true or false"},
      {"begin > yesterday", 8, 9, "a time"},
      {"begin > 2024-02-30", 8, 10, "a time"},
  };
  for (const auto& wrong : kCases) {
    SCOPED_TRACE(wrong.text);
    const FilterFault fault = fault_in(wrong.text);
    EXPECT_EQ(fault.offset, wrong.offset);
    EXPECT_EQ(fault.length, wrong.length);
    EXPECT_NE(fault.message.find(wrong.says), std::string::npos) << fault.message;
  }
}

TEST(FilterExpression, MarksThePlaceBelowTheExpression) {
  EXPECT_EQ(marked("tcp && nme", fault_in("tcp && nme")), "  tcp && nme\n         ^~~");
  EXPECT_EQ(marked("(tcp", fault_in("(tcp")), "  (tcp\n      ^");
  EXPECT_EQ(marked("\x1b[31m", fault_in("\x1b[31m")), "  \\x1b[31m\n  ^~~~") << "no control byte reaches the terminal";
}

TEST(FilterExpression, HasBounds) {
  fault_in(std::string(FilterExpression::kBytesMax + 1, ' '));
  fault_in(std::string(2000, '(') + "tcp");
  fault_in(std::string(2000, '!') + "tcp");
  std::string many = "tcp";
  while (many.size() + 6 < FilterExpression::kBytesMax) many += "&&tcp";
  fault_in(many);
  fault_in("name ~ " + std::string(257, 'a'));
  std::string patterns = "name ~ a";
  for (int i = 0; i < 7; ++i) patterns += " || name ~ a";
  EXPECT_TRUE(matches(patterns));
  fault_in(patterns + " || name ~ a");
  std::string enough = "tcp";
  for (int i = 0; i < 200; ++i) enough += " && tcp";
  EXPECT_TRUE(matches(enough));
}

}  // namespace
}  // namespace netpulse
