#pragma once

#include <string>
#include <vector>

#include "engine/source/capture_options.h"
#include "engine/worker/engine.h"
#include "exporters/registry.h"
#include "exporters/web/http_server.h"
#include "tools/netpulse/command_line.h"

namespace netpulse {

/// The whole configuration: the file, then the environment, then the command line.
struct Settings {
  EngineOptions engine;
  CaptureOptions capture;
  HttpServerOptions http;
  ExporterOptions exporters;
  std::vector<std::string> catalogue_files;  ///< added to the built-in catalogue
  std::vector<std::string> geoip_databases;  ///< MMDB files
  std::string flow_filter;                   ///< of flow records; empty: all
};

/// Errors: all of them, a line each, with file, line and key.
Result<Settings> read_settings(const CommandLine& line);

}  // namespace netpulse
