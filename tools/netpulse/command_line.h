#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace netpulse {

enum class Command {
  kRun,
  kRead,
  kInterfaces,
  kCheck,
  kCatalogueCheck,
  kCatalogueExplain,
  kCatalogueList,
  kMetricsList
};
enum class OutputFormat { kText, kJson, kMarkdown };

/// What the user asked for, checked as far as that needs no configuration.
struct CommandLine {
  Command command = Command::kRun;
  std::vector<std::string> files;  ///< read: at least one; run: the one to replay, or none; catalogue check: any
  std::vector<std::string> names;  ///< catalogue explain: at least one
  std::string label;               ///< metrics list: whose values to list; empty: the families
  std::string config_path;         ///< empty: defaults
  OutputFormat format = OutputFormat::kText;
  double pace = 1;  ///< run -r: times as fast as the capture was
  bool loop = false;
  std::string flow_filter;  ///< read: only flow records that match; empty: all
  std::optional<double> duration_seconds;
  /// Configuration keys that the command line sets: dotted key and value.
  std::vector<std::pair<std::string, std::string>> overrides;
};

/// The command line, or the exit status where there is nothing more to do (--help: 0, wrong usage: 2); what is to be
/// said has then been said.
std::variant<CommandLine, int> parse_command_line(int argument_count, char** arguments);

}  // namespace netpulse
