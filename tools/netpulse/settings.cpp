#include "tools/netpulse/settings.h"

#include <utility>

namespace netpulse {

Result<Settings> read_settings(const CommandLine& line) {
  Config config;
  if (!line.config_path.empty()) {
    auto loaded = Config::from_file(line.config_path);
    if (!loaded.ok()) return loaded.error();
    config = std::move(loaded).value();
  }
  for (const auto& [key, value] : line.overrides) config.set_override(key, value);
  Settings settings;
  settings.engine = read_engine_options(config);
  settings.capture = read_capture_options(config);
  settings.flow_filter = line.flow_filter;
  settings.http = read_http_server_options(config);
  settings.exporters = read_exporter_options(config);
  settings.catalogue_files = config.texts("catalogue", "files", {});
  settings.geoip_databases = config.texts("geoip", "databases", {});
  if (const auto finished = config.finish(); !finished.ok()) return finished.error();
  return settings;
}

}  // namespace netpulse
