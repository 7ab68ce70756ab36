#include "engine/config/config.h"
#include "tests/fuzz/fuzz.h"

/// Any bytes as a configuration file: read as every type, with every complaint.
void fuzz_one(netpulse::Bytes input) {
  using netpulse::Config;
  netpulse::Result<Config> parsed = Config::from_text(netpulse::as_text(input), "fuzz.toml");
  if (!parsed) return;
  Config& config = parsed.value();
  for (const char* section : {"", "a", "workers", "a.b"}) {
    config.has_section(section);
    config.integer(section, "count", 1, 1, 64);
    config.number(section, "ratio", 0.5, 0, 1);
    config.boolean(section, "flag", true);
    config.text(section, "text", "");
    config.choice(section, "backend", "auto", {"auto", "pcap"});
    config.texts(section, "interfaces", {});
    config.integers(section, "cores", {}, 0, 64);
    config.complain(section, "text", "makes no sense");
  }
  (void)config.finish();
}
