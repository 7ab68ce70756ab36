#include "engine/analysis/catalogue.h"
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
}
