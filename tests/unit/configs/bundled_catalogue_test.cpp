#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <set>

#include "configs/catalogue/bundled.h"
#include "engine/analysis/catalogue_explanation.h"
#include "engine/analysis/catalogue_review.h"
#include "plugins/registry.h"

namespace netpulse {
namespace {

using ::testing::HasSubstr;

const Catalogue& bundled() {
  static const Catalogue catalogue = [] {
    Result<Catalogue> loaded = load_catalogue({});
    EXPECT_TRUE(loaded.ok()) << (loaded.ok() ? "" : loaded.error().message);
    return std::move(loaded).value();
  }();
  return catalogue;
}

std::string application_of(std::string_view name) {
  CatalogueMatcher matcher(bundled());
  return bundled().applications()[matcher.match(name)].name;
}

struct Known {
  const char* name;
  const char* application;
};

TEST(BundledCatalogue, NamesWellKnownServices) {
  static constexpr Known kKnown[] = {
      {"www.google.com", "Google"},
      {"rr3---sn-4g5e6nsz.googlevideo.com", "YouTube"},
      {"i.ytimg.com", "YouTube"},
      {"youtubei.googleapis.com", "YouTube"},
      {"music.youtube.com", "YouTube Music"},
      {"storage.googleapis.com", "Google Cloud"},
      {"fonts.gstatic.com", "Google Hosted Libraries"},
      {"mail.google.com", "Gmail"},
      {"docs.google.com", "Google Docs"},
      {"maps.googleapis.com", "Google Maps"},
      {"meet.google.com", "Google Meet"},
      {"mtalk.google.com", "Google Push"},
      {"alt3-mtalk.google.com", "Google Push"},
      {"googleads.g.doubleclick.net", "Google Ads"},
      {"www.google-analytics.com", "Google Analytics"},
      {"dns.google", "Google DNS"},
      {"edge-star-mini-shv-01-fra3.facebook.com", "Facebook"},
      {"scontent.xx.fbcdn.net", "Facebook"},
      {"instagram.fmxp2-1.fna.fbcdn.net", "Instagram"},
      {"scontent-fra3-1.cdninstagram.com", "Instagram"},
      {"g.whatsapp.net", "WhatsApp"},
      {"whatsapp-cdn-shv-02-ams3.fbcdn.net", "WhatsApp"},
      {"edge-mqtt.facebook.com", "Messenger"},
      {"api.x.com", "X"},
      {"outlook.office365.com", "Outlook"},
      {"teams.microsoft.com", "Microsoft Teams"},
      {"contoso.sharepoint.com", "SharePoint"},
      {"login.microsoftonline.com", "Microsoft 365"},
      {"au.download.windowsupdate.com", "Windows Update"},
      {"www.msftconnecttest.com", "Microsoft"},
      {"v10.events.data.microsoft.com", "Microsoft Telemetry"},
      {"title.auth.xboxlive.com", "Xbox"},
      {"contoso.blob.core.windows.net", "Azure"},
      {"www.bing.com", "Bing"},
      {"gateway.icloud.com", "iCloud"},
      {"mask.icloud.com", "iCloud Private Relay"},
      {"12-courier.push.apple.com", "Apple Push"},
      {"swcdn.apple.com", "Apple Software Update"},
      {"www.apple.com", "Apple"},
      {"api.music.apple.com", "Apple Music"},
      {"ocsp.apple.com", "Certificate Checks"},
      {"www.amazon.de", "Amazon"},
      {"ec2.eu-central-1.amazonaws.com", "AWS"},
      {"apiproxy-website-nlb-prod-3-5675d5ec.elb.us-east-1.amazonaws.com", "Netflix"},
      {"d111111abcdef8.cloudfront.net", "CloudFront"},
      {"atv-ps.amazon.com", "Amazon Prime Video"},
      {"avs-alexa-4-na.amazon.com", "Amazon Alexa"},
      {"video-edge-c2b5.fra02.abs.hls.ttvnw.net", "Twitch"},
      {"ipv4-c001-fra001-ix.1.oca.nflxvideo.net", "Netflix"},
      {"audio-fa.scdn.co", "Spotify"},
      {"zoom.us", "Zoom"},
      {"api.github.com", "GitHub"},
      {"registry.npmjs.org", "npm"},
      {"deb.debian.org", "Debian"},
      {"archive.ubuntu.com", "Ubuntu"},
      {"chatgpt.com", "OpenAI"},
      {"api.anthropic.com", "Anthropic"},
      {"cloudflare-dns.com", "Cloudflare DNS"},
      {"szextshort.weixin.qq.com", "WeChat"},
      {"www.qq.com", "QQ"},
      {"v.qq.com", "Tencent Video"},
      {"kankan.1kxun.com", "1kxun"},
      {"static.iqiyi.com", "iQIYI"},
      {"yandex.ru", "Yandex"},
      {"mc.yandex.ru", "Yandex Metrica"},
      {"sun9-1.userapi.com", "VK"},
      {"gd2.line.naver.jp", "LINE"},
      {"zalo.me", "Zalo"},
      {"2.debian.pool.ntp.org", "NTP"},
      {"time1.google.com", "NTP"},
      {"stun.l.google.com", "STUN and TURN"},
      {"www.stadtsparkasse-muenchen.example", "Unknown"},
      {"kreis-sparkasse.de", "Sparkasse"},
      {"igcdn-photos-a-a.akamaihd.net", "Instagram"},
      {"content-autofill.googleapis.com", "Chrome"},
      {"notgoogle.com", "Unknown"},
      {"google.com.attacker.example", "Unknown"},
      {"nas.local", "Unknown"},
  };
  for (const Known& known : kKnown) EXPECT_EQ(application_of(known.name), known.application) << known.name;
}

TEST(BundledCatalogue, KnowsPortsAndProtocols) {
  const auto by_port = [](std::uint8_t protocol, std::uint16_t port) {
    return bundled().applications()[bundled().by_port(protocol, port)].name;
  };
  EXPECT_EQ(by_port(17, 53), "DNS");
  EXPECT_EQ(by_port(6, 443), "HTTPS");
  EXPECT_EQ(by_port(17, 443), "QUIC");
  EXPECT_EQ(by_port(6, 22), "SSH");
  EXPECT_EQ(by_port(17, 22), "Unknown");
  EXPECT_EQ(by_port(6, 6885), "BitTorrent");
  EXPECT_EQ(by_port(132, 3868), "Diameter");
  EXPECT_EQ(by_port(1, 0), "ICMP");
  EXPECT_EQ(by_port(254, 0), "Unknown");
  EXPECT_EQ(by_port(6, 65535), "Unknown");
  EXPECT_EQ(bundled().applications()[bundled().by_protocol("ssh")].name, "SSH");
  EXPECT_EQ(bundled().applications()[bundled().by_protocol("quic")].name, "QUIC");
  EXPECT_EQ(bundled().by_protocol("no such protocol"), 0);
}

TEST(BundledCatalogue, KnowsAddressesAndProtocolsOnTheirPorts) {
  const auto by_address = [](const char* address) {
    return bundled().applications()[bundled().by_address(*IpAddress::parse(address))].name;
  };
  EXPECT_EQ(by_address("17.57.144.10"), "Apple");
  EXPECT_EQ(by_address("8.8.8.8"), "Google DNS");
  EXPECT_EQ(by_address("8.8.8.9"), "Unknown");
  EXPECT_EQ(by_address("2620:fe::fe"), "Quad9");
  EXPECT_EQ(by_address("149.154.167.51"), "Telegram");
  EXPECT_EQ(by_address("2a03:2880:f112:182:face:b00c:0:25de"), "Meta");
  EXPECT_EQ(by_address("192.168.1.1"), "Unknown");
  EXPECT_EQ(by_address("::1"), "Unknown");
  const auto by_protocol = [](const char* protocol, std::uint16_t port) {
    return bundled().applications()[bundled().by_protocol(protocol, port)].name;
  };
  EXPECT_EQ(by_protocol("tls", 993), "IMAP");
  EXPECT_EQ(by_protocol("dns", 5353), "mDNS");
  EXPECT_EQ(by_protocol("dns", 53), "Unknown");
}

TEST(BundledCatalogue, HasADefaultForEveryProtocol) {
  for (const AnalyzerEntry& analyzer : registered_analyzers())
    EXPECT_NE(bundled().by_protocol(analyzer.name), 0) << analyzer.name;
}

TEST(BundledCatalogue, IsLargeAndSortedIntoCategories) {
  std::set<std::string> categories, names;
  for (const Application& application : bundled().applications()) {
    categories.insert(application.category);
    EXPECT_TRUE(names.insert(application.name).second) << application.name;
  }
  EXPECT_GE(names.size(), 450);
  // Few enough for one colour each.
  EXPECT_GE(categories.size(), 30);
  EXPECT_LE(categories.size(), 36);
}

TEST(BundledCatalogue, HoldsEveryFileOfItsFolder) {
  std::set<std::string> embedded, present;
  for (const EmbeddedText& file : bundled_catalogue()) {
    embedded.emplace(file.name);
    std::ifstream stream(NETPULSE_SOURCE_ROOT "/configs/catalogue/" + std::string(file.name), std::ios::binary);
    const std::string contents{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
    EXPECT_EQ(contents, file.contents) << file.name;
  }
  for (const auto& entry : std::filesystem::directory_iterator(NETPULSE_SOURCE_ROOT "/configs/catalogue"))
    if (entry.path().extension() == ".toml") present.insert(entry.path().filename().string());
  EXPECT_EQ(embedded, present);
}

/// A name that only the rule itself should decide, unless another rule for it is longer.
std::vector<std::string> names_of(const NameRule& rule) {
  if (rule.kind == NameRuleKind::kHost) return {rule.text};
  if (rule.kind == NameRuleKind::kDomain) return {rule.text, "x." + rule.text, "a.b-1.c." + rule.text};
  if (rule.kind == NameRuleKind::kKeyword) return {"x" + rule.text + ".invalid"};
  std::string name;
  for (const char c : rule.text) name += c == '*' ? 'q' : c;
  return {name};
}

TEST(BundledCatalogue, TheMostSpecificRuleWinsForEveryRule) {
  const CatalogueRules& rules = bundled().rules();
  const Result<CatalogueExplanation> explanation = CatalogueExplanation::make(rules);
  ASSERT_TRUE(explanation.ok());
  CatalogueMatcher matcher(bundled());
  std::size_t elsewhere = 0;
  for (const NameRule& rule : rules.names) {
    for (const std::string& name : names_of(rule)) {
      const ApplicationId found = matcher.match(name);
      // Found by going through all rules, with none of the matcher's code for domains.
      const std::vector<RuleMatch> matches = explanation.value().of_name(name);
      ASSERT_FALSE(matches.empty()) << name;
      EXPECT_EQ(found, matches.front().application) << name << " decided by " << matches.front().rule;
      if (found == rule.application) continue;
      ++elsewhere;
      // Only a host, a longer domain, or a pattern in the same or a longer domain may take it.
      EXPECT_TRUE(matches.front().kind == RuleMatch::Kind::kHost || matches.front().kind == RuleMatch::Kind::kPattern ||
                  matches.front().rule.size() > rule.text.size())
          << name << " decided by " << matches.front().rule;
    }
  }
  EXPECT_LT(elsewhere, rules.names.size() / 50);
}

TEST(BundledCatalogue, HasNoRuleThatAddsNothing) {
  const CatalogueRules& rules = bundled().rules();
  for (const CatalogueNote& note : review_catalogue(rules, 0, {}))
    EXPECT_TRUE(note.kind == CatalogueNote::Kind::kRefines) << rules.place_text(note.place) << ": " << note.text;
}

TEST(BundledCatalogue, TakesTheUsersApplicationsAndRefusesTheirMistakes) {
  const auto path = (std::filesystem::temp_directory_path() / "netpulse_bundled_catalogue_test.toml").string();
  const std::vector<std::string> files{path};
  std::ofstream(path) << "[[application]]\nname = \"Intranet\"\ncategory = \"Work\"\ndomains = [\"intranet.example\"]\n"
                         "[[application]]\nname = \"Netflix\"\nhosts = [\"cache.intranet.example\"]\n";
  const Result<Catalogue> added = load_catalogue(files);
  ASSERT_TRUE(added.ok()) << added.error().message;
  CatalogueMatcher matcher(added.value());
  EXPECT_EQ(added.value().applications()[matcher.match("wiki.intranet.example")].name, "Intranet");
  EXPECT_EQ(added.value().applications()[matcher.match("cache.intranet.example")].name, "Netflix");
  EXPECT_EQ(added.value().applications()[matcher.match("www.netflix.com")].name, "Netflix");

  std::ofstream(path) << "[[application]]\nname = \"Mine\"\ncategory = \"Work\"\n\ndomains = [\"netflix.com\"]\n";
  const Result<Catalogue> overriding = load_catalogue(files);
  ASSERT_TRUE(overriding.ok()) << overriding.error().message;
  CatalogueMatcher own(overriding.value());
  EXPECT_EQ(overriding.value().applications()[own.match("www.netflix.com")].name, "Mine");
  EXPECT_EQ(overriding.value().applications()[own.match("nflxvideo.net")].name, "Netflix");

  std::ofstream(path) << "[[application]]\nname = \"Mine\"\ncategory = \"Work\"\n\ndomain = [\"netflix.com\"]\n";
  const Result<Catalogue> refused = load_catalogue(files);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().message, path + ":5: key 'domain' is unknown; did you mean 'domains'?");
  std::filesystem::remove(path);
  EXPECT_THAT(load_catalogue(files).error().message, HasSubstr("cannot be read"));
}

}  // namespace
}  // namespace netpulse
