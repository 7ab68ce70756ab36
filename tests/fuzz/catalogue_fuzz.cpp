#include "engine/analysis/catalogue.h"
#include "engine/analysis/catalogue_explanation.h"
#include "engine/analysis/catalogue_review.h"
#include "tests/fuzz/fuzz.h"

/// Any bytes as a catalogue, which then matches names, and any bytes as a name.
void fuzz_one(netpulse::Bytes input) {
  using netpulse::Catalogue;
  static const Catalogue fixed = [] {
    const Catalogue::Text text{"fixed.toml",
                               "[[application]]\nname = \"A\"\ncategory = \"C\"\ndomains = [\"example.com\", \"net\"]\n"
                               "hosts = [\"a.example.org\"]\npatterns = [\"x*.example.com\", \"**y\"]\n"
                               "keywords = [\"word\"]\n"};
    return std::move(Catalogue::parse({&text, 1})).value();
  }();
  static netpulse::CatalogueMatcher fixed_matcher(fixed);
  (void)fixed_matcher.match(netpulse::as_text(input));

  const Catalogue::Text text{"fuzz.toml", std::string(netpulse::as_text(input))};
  const netpulse::Result<Catalogue> parsed = Catalogue::parse({&text, 1});
  if (!parsed) return;
  netpulse::CatalogueMatcher matcher(parsed.value());
  for (const char* name : {"", "example.com", "www.example.com", "a.cdn-1.example.net"}) (void)matcher.match(name);
  (void)parsed.value().by_port(6, 443);
  (void)parsed.value().by_protocol("tls");
  (void)parsed.value().by_address(netpulse::IpAddress{});
  const auto explanation = netpulse::CatalogueExplanation::make(parsed.value().rules());
  if (explanation.ok()) (void)explanation.value().of_name("www.example.com");
  (void)netpulse::review_catalogue(parsed.value().rules(), 0, {});
}
