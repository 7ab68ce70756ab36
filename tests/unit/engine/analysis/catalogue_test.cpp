#include "engine/analysis/catalogue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "engine/analysis/catalogue_rules.h"
#include "engine/metrics/worker_metrics.h"

namespace netpulse {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Catalogue parsed(const std::string& toml) {
  const std::vector<Catalogue::Text> texts{{"test.toml", toml}};
  Result<Catalogue> catalogue = Catalogue::parse(texts);
  EXPECT_TRUE(catalogue.ok()) << (catalogue.ok() ? "" : catalogue.error().message);
  return std::move(catalogue).value();
}

std::string refusal(const std::vector<Catalogue::Text>& texts) {
  const Result<Catalogue> catalogue = Catalogue::parse(texts);
  return catalogue.ok() ? "" : catalogue.error().message;
}
std::string refusal(const std::string& toml) { return refusal({{"test.toml", toml}}); }

std::string application(const std::string& name, const std::string& rules) {
  return "[[application]]\nname = \"" + name + "\"\ncategory = \"Test\"\n" + rules + "\n";
}

/// Looks names up in one catalogue.
class Finder {
 public:
  explicit Finder(const std::string& toml) : catalogue_(parsed(toml)), matcher_(catalogue_) {}
  std::string operator()(std::string_view name) { return catalogue_.applications()[matcher_.match(name)].name; }

 private:
  Catalogue catalogue_;
  CatalogueMatcher matcher_;
};

TEST(Catalogue, IsUnknownWithoutRules) {
  Finder find("");
  EXPECT_EQ(find("example.com"), "Unknown");
  EXPECT_EQ(find(""), "Unknown");
  const Catalogue empty = parsed("");
  ASSERT_EQ(empty.applications().size(), 1);
  EXPECT_EQ(empty.applications()[0].category, "Unknown");
  EXPECT_EQ(empty.by_port(6, 443), 0);
  EXPECT_EQ(empty.by_protocol("tls"), 0);
}

TEST(Catalogue, ADomainCoversWhatIsBeneathItAtLabelBoundaries) {
  Finder find(application("A", "domains = [\"example.com\"]"));
  EXPECT_EQ(find("example.com"), "A");
  EXPECT_EQ(find("www.example.com"), "A");
  EXPECT_EQ(find("a.b.c.d.e.f.g.example.com"), "A");
  EXPECT_EQ(find("badexample.com"), "Unknown");
  EXPECT_EQ(find("example.com.evil.test"), "Unknown");
  EXPECT_EQ(find("com"), "Unknown");
  EXPECT_EQ(find(".example.com"), "A");
  EXPECT_EQ(find("..com"), "Unknown");
  EXPECT_EQ(find("example..com"), "Unknown");
  EXPECT_EQ(find("example.com."), "Unknown");
}

TEST(Catalogue, TheLongestDomainWinsWhateverTheOrder) {
  Finder find(application("Deep", "domains = [\"a.b.example.com\"]") +
              application("Wide", "domains = [\"example.com\"]") + application("Top", "domains = [\"com\"]"));
  EXPECT_EQ(find("x.a.b.example.com"), "Deep");
  EXPECT_EQ(find("x.b.example.com"), "Wide");
  EXPECT_EQ(find("b.example.com"), "Wide");
  EXPECT_EQ(find("other.com"), "Top");
}

TEST(Catalogue, AHostIsOnlyItself) {
  Finder find(application("Host", "hosts = [\"api.example.com\"]") +
              application("Domain", "domains = [\"example.com\", \"api.example.com\"]"));
  EXPECT_EQ(find("api.example.com"), "Host");
  EXPECT_EQ(find("x.api.example.com"), "Domain");
  EXPECT_EQ(find("example.com"), "Domain");
}

TEST(Catalogue, AStarStaysInItsLabelAndTwoCross) {
  Finder find(application("One", "patterns = [\"*.cdn-*.example.net\"]") +
              application("Two", "patterns = [\"edge**.example.org\"]"));
  EXPECT_EQ(find("a.cdn-1.example.net"), "One");
  EXPECT_EQ(find("a.cdn-.example.net"), "One");
  EXPECT_EQ(find(".cdn-1.example.net"), "Unknown");
  EXPECT_EQ(find("a.b.cdn-1.example.net"), "Unknown");
  EXPECT_EQ(find("a.cdn-1.x.example.net"), "Unknown");
  EXPECT_EQ(find("a.cdn-1.example.net.x"), "Unknown");
  EXPECT_EQ(find("a.cdn-1.example.net\n"), "Unknown");
  EXPECT_EQ(find("edge.example.org"), "Two");
  EXPECT_EQ(find("edge1.a.b.example.org"), "Two");
  EXPECT_EQ(find("1edge.example.org"), "Unknown");
}

TEST(Catalogue, APatternBeneathADomainIsMoreSpecificThanTheDomain) {
  Finder find(application("Cloud", "domains = [\"cloud.test\", \"deep.x.cloud.test\"]") +
              application("Tenant", "patterns = [\"tenant-*.*.cloud.test\"]") +
              application("Loose", "patterns = [\"tenant-*.**\"]\nkeywords = [\"cloud\"]"));
  EXPECT_EQ(find("tenant-1.eu.cloud.test"), "Tenant");
  EXPECT_EQ(find("other.eu.cloud.test"), "Cloud");
  EXPECT_EQ(find("tenant-1.deep.x.cloud.test"), "Cloud");
  EXPECT_EQ(find("tenant-1.elsewhere.test"), "Loose");
}

TEST(Catalogue, AHostIsMoreSpecificThanAPattern) {
  Finder find(application("Host", "hosts = [\"a1.cloud.test\"]") +
              application("Pattern", "patterns = [\"a*.cloud.test\"]"));
  EXPECT_EQ(find("a1.cloud.test"), "Host");
  EXPECT_EQ(find("a2.cloud.test"), "Pattern");
}

TEST(Catalogue, AmongPatternsTheMoreSpecificWins) {
  Finder find(application("Short", "patterns = [\"a*.example.com\"]") +
              application("Long", "patterns = [\"ab*.example.com\"]") +
              application("Deeper", "patterns = [\"*.x.example.com\"]") +
              application("Any", "patterns = [\"ab**.com\"]"));
  EXPECT_EQ(find("ac.example.com"), "Short");
  EXPECT_EQ(find("abc.example.com"), "Long");
  EXPECT_EQ(find("abc.x.example.com"), "Deeper");
  EXPECT_EQ(find("abc.x.y.com"), "Any");
}

TEST(Catalogue, KeywordsAreTheLastResort) {
  Finder find(application("Word", "keywords = [\"video\"]") + application("Longer", "keywords = [\"videocall\"]") +
              application("Pattern", "patterns = [\"*video.test\"]") +
              application("Domain", "domains = [\"video.example\"]"));
  EXPECT_EQ(find("my-video-cdn.test"), "Word");
  EXPECT_EQ(find("videocall.test"), "Longer");
  EXPECT_EQ(find("myvideo.test"), "Pattern");
  EXPECT_EQ(find("videocall.video.example"), "Domain");
  EXPECT_EQ(find("audio.test"), "Unknown");
}

TEST(Catalogue, TakesAnyBytesForAName) {
  Finder find(application("A", "domains = [\"example.com\"]\npatterns = [\"x*.example.net\"]\nkeywords = [\"word\"]"));
  std::string every;
  for (int i = 0; i < 255; ++i) every += static_cast<char>(i);
  EXPECT_EQ(find(every), "Unknown");
  EXPECT_EQ(find(std::string(255, '.')), "Unknown");
  EXPECT_EQ(find(std::string("\0.example.com", 13)), "A");
  EXPECT_EQ(find(std::string(243, 'a') + ".example.com"), "A");        // 255 bytes
  EXPECT_EQ(find(std::string(244, 'a') + ".example.com"), "Unknown");  // more than any name has
  EXPECT_EQ(find("x\xff.example.net"), "A");
}

TEST(Catalogue, RulesAreComparedWithoutRegardToCase) {
  Finder find(application("A", "domains = [\"Example.COM\"]"));
  EXPECT_EQ(find("www.example.com"), "A");
}

TEST(Catalogue, FindsPortsInRanges) {
  const Catalogue catalogue = parsed(application("A", "ports = [\"tcp/100-200\", \"udp/53\"]") +
                                     application("B", "ports = [\"tcp/201\", \"sctp/150\", \"tcp/65535\"]"));
  const auto name = [&](int protocol, int port) {
    return catalogue
        .applications()[catalogue.by_port(static_cast<std::uint8_t>(protocol), static_cast<std::uint16_t>(port))]
        .name;
  };
  EXPECT_EQ(name(6, 99), "Unknown");
  EXPECT_EQ(name(6, 100), "A");
  EXPECT_EQ(name(6, 200), "A");
  EXPECT_EQ(name(6, 201), "B");
  EXPECT_EQ(name(6, 202), "Unknown");
  EXPECT_EQ(name(6, 65535), "B");
  EXPECT_EQ(name(17, 150), "Unknown");
  EXPECT_EQ(name(17, 53), "A");
  EXPECT_EQ(name(132, 150), "B");
  EXPECT_EQ(name(0, 0), "Unknown");
  EXPECT_EQ(name(255, 65535), "Unknown");
}

TEST(Catalogue, KnowsProtocolsWithoutPorts) {
  const Catalogue catalogue = parsed(application("GRE", "ports = [\"ip/47\"]"));
  EXPECT_EQ(catalogue.by_port(47, 0), 1);
  EXPECT_EQ(catalogue.by_port(47, 65535), 1);
  EXPECT_EQ(catalogue.by_port(46, 0), 0);
  EXPECT_EQ(catalogue.by_port(6, 47), 0);
  EXPECT_EQ(refusal(application("A", "ports = [\"ip/47\"]") + application("B", "ports = [\"ip/47\"]")),
            "test.toml:8: port ip/47 belongs to 'A' already (test.toml:4)");
}

TEST(Catalogue, ALaterFileAddsToAKnownApplication) {
  const std::vector<Catalogue::Text> texts{
      {"one.toml", application("A", "domains = [\"a.test\"]")},
      {"two.toml", "[[application]]\nname = \"A\"\ndomains = [\"b.test\"]\nprotocols = [\"aproto\"]\n"}};
  Result<Catalogue> catalogue = Catalogue::parse(texts);
  ASSERT_TRUE(catalogue.ok()) << catalogue.error().message;
  EXPECT_EQ(catalogue.value().applications().size(), 2);
  CatalogueMatcher matcher(catalogue.value());
  EXPECT_EQ(matcher.match("a.test"), 1);
  EXPECT_EQ(matcher.match("b.test"), 1);
  EXPECT_EQ(catalogue.value().by_protocol("aproto"), 1);
}

/// Two files, the later of which is the user's.
class TwoFiles {
 public:
  TwoFiles(const std::string& first, const std::string& second) {
    const std::vector<Catalogue::Text> texts{{"one.toml", first}, {"two.toml", second}};
    Result<Catalogue> parsed = Catalogue::parse(texts);
    EXPECT_TRUE(parsed.ok()) << (parsed.ok() ? "" : parsed.error().message);
    catalogue_.emplace(std::move(parsed).value());
    matcher_.emplace(*catalogue_);
  }
  const Catalogue& catalogue() const { return *catalogue_; }
  std::string operator()(std::string_view name) { return catalogue_->applications()[matcher_->match(name)].name; }
  std::string name(ApplicationId id) const { return catalogue_->applications()[id].name; }
  std::vector<std::string> notes() const {
    std::vector<std::string> texts;
    for (const CatalogueNote& note : catalogue_->rules().notes) texts.push_back(note.text);
    return texts;
  }

 private:
  std::optional<Catalogue> catalogue_;
  std::optional<CatalogueMatcher> matcher_;
};

TEST(CatalogueOverride, ALaterFileTakesRulesAndSaysSo) {
  TwoFiles find(application("A",
                            "domains = [\"a.test\", \"b.test\"]\nhosts = [\"h.test\"]\npatterns = [\"x*.test\"]\n"
                            "keywords = [\"word\"]\nprotocols = [\"p\"]\naddresses = [\"192.0.2.0/24\"]"),
                application("B",
                            "domains = [\"A.test\"]\nhosts = [\"h.test\"]\npatterns = [\"x*.test\"]\n"
                            "keywords = [\"word\"]\nprotocols = [\"p\"]\naddresses = [\"192.0.2.0/24\"]"));
  EXPECT_EQ(find("www.a.test"), "B");
  EXPECT_EQ(find("b.test"), "A");
  EXPECT_EQ(find("h.test"), "B");
  EXPECT_EQ(find("x1.test"), "B");
  EXPECT_EQ(find("a-word-b.example"), "B");
  EXPECT_EQ(find.name(find.catalogue().by_protocol("p")), "B");
  EXPECT_EQ(find.name(find.catalogue().by_address(*IpAddress::parse("192.0.2.9"))), "B");
  EXPECT_THAT(find.notes(), ::testing::Contains("domain 'a.test' belonged to 'A' (one.toml:4); now to 'B'"));
  EXPECT_EQ(find.notes().size(), 6);
}

TEST(CatalogueOverride, PortsAreTakenOutOfRanges) {
  TwoFiles find(application("A", "ports = [\"tcp/100-200\", \"udp/5\"]"),
                application("B", "ports = [\"tcp/150-160\", \"tcp/200-210\", \"tcp/90\"]"));
  const auto owner = [&](std::uint16_t port) { return find.name(find.catalogue().by_port(6, port)); };
  EXPECT_EQ(owner(90), "B");
  EXPECT_EQ(owner(91), "Unknown");
  EXPECT_EQ(owner(100), "A");
  EXPECT_EQ(owner(149), "A");
  EXPECT_EQ(owner(150), "B");
  EXPECT_EQ(owner(160), "B");
  EXPECT_EQ(owner(161), "A");
  EXPECT_EQ(owner(199), "A");
  EXPECT_EQ(owner(200), "B");
  EXPECT_EQ(owner(211), "Unknown");
  EXPECT_EQ(find.name(find.catalogue().by_port(17, 5)), "A");
  EXPECT_THAT(find.notes(), ::testing::UnorderedElementsAre("port tcp/150 belonged to 'A' (one.toml:4); now to 'B'",
                                                            "port tcp/200 belonged to 'A' (one.toml:4); now to 'B'"));
}

TEST(CatalogueOverride, AnApplicationMayMoveToAnotherCategoryAndDropItsRules) {
  TwoFiles find(
      application("A", "domains = [\"a.test\"]\nports = [\"tcp/7\"]") + application("B", "hosts = [\"b.test\"]"),
      "[[application]]\nname = \"A\"\ncategory = \"Mine\"\nreplace = true\ndomains = [\"c.test\"]\n"
      "[[application]]\nname = \"A\"\nhosts = [\"d.test\"]\n");
  EXPECT_EQ(find.catalogue().applications()[1].category, "Mine");
  EXPECT_EQ(find("a.test"), "Unknown");
  EXPECT_EQ(find("c.test"), "A");
  EXPECT_EQ(find("d.test"), "A");
  EXPECT_EQ(find("b.test"), "B");
  EXPECT_EQ(find.catalogue().by_port(6, 7), 0);
  EXPECT_THAT(find.notes(), ::testing::ElementsAre("application 'A' has the category 'Test' (one.toml:1); now 'Mine'",
                                                   "all 2 earlier rules of 'A' are dropped"));
}

TEST(CatalogueOverride, ARuleThatWasDroppedMayStandAnew) {
  TwoFiles find(application("A", "domains = [\"a.test\"]"),
                "[[application]]\nname = \"A\"\nreplace = true\ndomains = [\"a.test\"]\n");
  EXPECT_EQ(find("a.test"), "A");
}

TEST(Catalogue, AProtocolMayStandForSomethingOfItsOwnOnAPort) {
  const Catalogue catalogue = parsed(application("Web", "protocols = [\"tls\"]") +
                                     application("Mail", "protocols = [\"tls/993\", \"tls/25\"]"));
  EXPECT_EQ(catalogue.by_protocol("tls"), 1);
  EXPECT_EQ(catalogue.by_protocol("tls", 993), 2);
  EXPECT_EQ(catalogue.by_protocol("tls", 994), 0);
  EXPECT_EQ(catalogue.by_protocol("tl", 993), 0);
  EXPECT_THAT(catalogue.ports_of_protocol("tls"), ::testing::ElementsAre(std::pair(25, 2), std::pair(993, 2)));
}

TEST(Catalogue, TheLongestAddressRangeWins) {
  const Catalogue catalogue = parsed(application("Wide", "addresses = [\"198.51.0.0/16\", \"2001:db8::/32\"]") +
                                     application("Deep", "addresses = [\"198.51.100.0/24\", \"2001:db8:1::1\"]"));
  const auto owner = [&](const char* address) {
    return catalogue.applications()[catalogue.by_address(*IpAddress::parse(address))].name;
  };
  EXPECT_EQ(owner("198.51.99.255"), "Wide");
  EXPECT_EQ(owner("198.51.100.7"), "Deep");
  EXPECT_EQ(owner("198.51.101.0"), "Wide");
  EXPECT_EQ(owner("198.52.0.0"), "Unknown");
  EXPECT_EQ(owner("2001:db8:1::1"), "Deep");
  EXPECT_EQ(owner("2001:db8:1::2"), "Wide");
  EXPECT_EQ(owner("2001:db9::"), "Unknown");
}

TEST(Catalogue, AMatcherOutlivesTheMoveOfItsCatalogue) {
  Catalogue first = parsed(application("A", "domains = [\"a.test\"]\nkeywords = [\"needle\"]"));
  CatalogueMatcher made(first);
  const Catalogue second = std::move(first);
  CatalogueMatcher matcher = std::move(made);
  EXPECT_EQ(matcher.match("x.a.test"), 1);
  EXPECT_EQ(matcher.match("needle.test"), 1);
}

TEST(CatalogueFaults, NameBothPlacesOfADuplicate) {
  EXPECT_EQ(refusal(application("A", "domains = [\"a.test\"]") +
                    application("B", "hosts = [\n  \"a.test\",\n]\ndomains = [\n  \"A.test\",\n]")),
            "test.toml:12: domain 'a.test' stands at test.toml:4 already");
  EXPECT_EQ(refusal(application("A", "addresses = [\"192.0.2.1\", \"192.0.2.1/32\"]")),
            "test.toml:4: address '192.0.2.1/32' stands at test.toml:4 already");
  EXPECT_EQ(refusal(application("A", "protocols = [\"p/1\", \"p\"]") + application("B", "protocols = [\"p/1\"]")),
            "test.toml:8: protocol 'p/1' stands at test.toml:4 already");
  EXPECT_EQ(refusal(application("A", "ports = [\"tcp/80-90\"]") + application("B", "ports = [\"tcp/90\"]")),
            "test.toml:8: port tcp/90 belongs to 'A' already (test.toml:4)");
  EXPECT_EQ(refusal(application("A", "protocols = [\"p\"]") + application("B", "protocols = [\"p\"]")),
            "test.toml:8: protocol 'p' stands at test.toml:4 already");
  EXPECT_THAT(refusal(application("A", "") + application("a", "")),
              HasSubstr("application 'a' is known as 'A' (test.toml:1)"));
  EXPECT_THAT(refusal(application("A", "") + "[[application]]\nname = \"A\"\ncategory = \"Else\"\n"),
              HasSubstr("has the category 'Test'"));
}

TEST(CatalogueFaults, AllAreToldAtOnceEachWithItsLine) {
  EXPECT_EQ(refusal("[[application]]\nname = \"A\"\ncategory = \"C\"\ndomain = [\"a.test\"]\nports = [\"tcp\"]\n"
                    "hosts = \"x\"\nkeywords = [1]\n"),
            "test.toml:4: key 'domain' is unknown; did you mean 'domains'?\n"
            "test.toml:6: 'hosts' must be a list of texts\n"
            "test.toml:7: 'keywords' must hold texts only\n"
            "test.toml:5: 'tcp' is no port: write \"tcp/443\" or \"udp/6881-6889\" (\"ip/47\" without ports)");
}

TEST(CatalogueFaults, NameWhatAnApplicationLacks) {
  EXPECT_EQ(refusal("[[application]]\ncategory = \"C\"\n"), "test.toml:1: this application has no 'name'");
  EXPECT_EQ(refusal("[[application]]\nname = \"A\"\n"), "test.toml:1: application 'A' has no 'category'");
  EXPECT_THAT(refusal("[[application]]\nname = 3\n"), HasSubstr("'name' must be text"));
  EXPECT_THAT(refusal("[[application]]\nname = \"\"\n"), HasSubstr("must be 1 to 64 bytes of visible text"));
  EXPECT_THAT(refusal("[[application]]\nname = \"a\\u0007\"\n"), HasSubstr("visible text"));
  EXPECT_THAT(refusal(application("unknown", "")), HasSubstr("is reserved"));
  EXPECT_THAT(refusal("[application]\nname = \"A\"\n"), HasSubstr("an application begins with [[application]]"));
  EXPECT_THAT(refusal("application = 1\n"), HasSubstr("test.toml:1: an application begins with"));
  EXPECT_THAT(refusal("applications = 1\n"), HasSubstr("'applications' is unknown"));
  EXPECT_THAT(refusal("[[application]\n"), HasSubstr("test.toml:1:"));
}

TEST(CatalogueFaults, NameWhatIsNoHostName) {
  const auto fault = [](const std::string& rules) { return refusal(application("A", rules)); };
  EXPECT_THAT(fault("domains = [\"*.a.test\"]"), HasSubstr("'*.a.test' a domain covers all names beneath it"));
  EXPECT_THAT(fault("hosts = [\"*.a.test\"]"), HasSubstr("wildcards go into 'patterns'"));
  EXPECT_THAT(fault("patterns = [\"a.test\"]"), HasSubstr("has no wildcard"));
  EXPECT_THAT(fault("patterns = [\"*.*\"]"), HasSubstr("would match every name"));
  EXPECT_THAT(fault("domains = [\"\"]"), HasSubstr("is empty"));
  EXPECT_THAT(fault("domains = [\".a.test\"]"), HasSubstr("empty label"));
  EXPECT_THAT(fault("domains = [\"a..test\"]"), HasSubstr("empty label"));
  EXPECT_THAT(fault("domains = [\"a.test.\"]"), HasSubstr("empty label"));
  EXPECT_THAT(fault("domains = [\"https://a.test\"]"), HasSubstr("is a name, not a URL"));
  EXPECT_THAT(fault("domains = [\"bücher.test\"]"), HasSubstr("xn--"));
  EXPECT_THAT(fault("domains = [\"a b.test\"]"), HasSubstr("no host name has: ' '"));
  EXPECT_THAT(fault("domains = [\"" + std::string(64, 'a') + ".test\"]"), HasSubstr("more than 63 bytes"));
  EXPECT_THAT(fault("domains = [\"" + std::string(254, 'a') + "\"]"), HasSubstr("longer than 253 bytes"));
  EXPECT_THAT(fault("keywords = [\"abc\"]"), HasSubstr("too short for a keyword"));
  for (const char* port : {"ip/", "ip/0", "ip/6", "ip/17", "ip/132", "ip/256", "ip/1-2", "443", "tcp/", "tcp/0",
                           "tcp/65536", "icmp/1", "tcp/5-4", "tcp/1-", "tcp/-1", "tcp/1 "})
    EXPECT_THAT(fault("ports = [\"" + std::string(port) + "\"]"), HasSubstr("is no port")) << port;
}

TEST(CatalogueFaults, NameWhatIsNoAddressNoProtocolAndNoReplacement) {
  const auto fault = [](const std::string& rules) { return refusal(application("A", rules)); };
  EXPECT_THAT(fault("addresses = [\"192.0.2.0/33\"]"), HasSubstr("no prefix of 1 to 32 bits"));
  EXPECT_THAT(fault("addresses = [\"2001:db8::/129\"]"), HasSubstr("no prefix of 1 to 128 bits"));
  EXPECT_THAT(fault("addresses = [\"192.0.2.0/\"]"), HasSubstr("no prefix"));
  EXPECT_THAT(fault("addresses = [\"192.0.2.0/-1\"]"), HasSubstr("no prefix"));
  EXPECT_THAT(fault("addresses = [\"0.0.0.0/0\"]"), HasSubstr("would match every address"));
  EXPECT_THAT(fault("addresses = [\"::/0\"]"), HasSubstr("would match every address"));
  EXPECT_THAT(fault("addresses = [\"192.0.2.1/24\"]"), HasSubstr("did you mean 192.0.2.0/24?"));
  EXPECT_THAT(fault("addresses = [\"2001:db8::1/32\"]"), HasSubstr("did you mean 2001:db8::/32?"));
  EXPECT_THAT(fault("addresses = [\"example.com\"]"), HasSubstr("is no address"));
  for (const char* protocol : {"", "/1", "tls/", "tls/0", "tls/65536", "tls/1/2", "t ls"})
    EXPECT_THAT(fault("protocols = [\"" + std::string(protocol) + "\"]"), HasSubstr("is no protocol")) << protocol;
  EXPECT_THAT(fault("replace = 1"), HasSubstr("'replace' must be true or false"));
}

TEST(CatalogueFaults, AreBoundedInNumber) {
  std::string names;
  for (int i = 0; i < 100; ++i) names += "\"a b\",";
  const std::string message = refusal(application("A", "domains = [" + names + "]"));
  EXPECT_EQ(std::count(message.begin(), message.end(), '\n'), 20);
  EXPECT_THAT(message, HasSubstr("(80 more faults)"));
}

TEST(CatalogueFaults, RefuseMoreThanTheBounds) {
  std::string many;
  for (std::size_t i = 0; i + 1 < kApplicationsMax; ++i) many += application("A" + std::to_string(i), "");
  EXPECT_EQ(refusal(many), "");
  EXPECT_THAT(refusal(many + application("B", "") + application("C", "")), HasSubstr(": more than 1023 applications"));
  EXPECT_THAT(refusal(many + application("B", "") + application("C", "")), Not(HasSubstr("\n")));
  std::string patterns;
  for (int i = 0; i < 1025; ++i) patterns += "\"a" + std::to_string(i) + "*.test\",";
  EXPECT_THAT(refusal(application("A", "patterns = [" + patterns + "]")), HasSubstr("more than 1024 patterns"));
}

TEST(CatalogueFaults, NameTheFileThatCannotBeRead) {
  const std::vector<std::string> files{"/nonexistent/catalogue.toml"};
  EXPECT_EQ(Catalogue::load(files).error().message,
            "/nonexistent/catalogue.toml: cannot be read: No such file or directory");
}

}  // namespace
}  // namespace netpulse
