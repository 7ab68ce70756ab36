#include "tools/netpulse/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <iostream>
#include <string_view>

#include "engine/base/text.h"
#include "tools/netpulse/commands.h"
#include "tools/netpulse/version.h"

namespace netpulse {
namespace {

constexpr const char* kExamples = R"(Examples:
  netpulse run                              capture on the default interface, page on http://127.0.0.1:8470
  netpulse run -i eth0 -i eth1 --workers 4  two interfaces, four workers
  netpulse run -r office.pcap --loop        replay a capture at its own pace, again and again
  netpulse read office.pcap                 what is in a capture
  netpulse read --format json *.pcapng      the same for programs
  zcat big.pcap.gz | netpulse read -        from standard input
  netpulse read office.pcap --flows -       every flow as a JSON line; the report goes to standard error
  netpulse check                            what works here, what is missing, and how to mend it
  netpulse catalogue explain i.ytimg.com    which application a name is, and why
  netpulse metrics list                     what /metrics offers, and what it means

Exit status: 0 all well, 1 something could not be done (it says what), 2 wrong usage or configuration.)";

constexpr const char* kRunExamples = R"(Examples:
  netpulse run                     the default interface
  netpulse run -i wlan0 -f 'not port 22' --duration 60
  netpulse run -r office.pcap --pace 10 --listen 127.0.0.1:9000
Ctrl-C ends the capture with a report, a second one at once.)";

constexpr const char* kReadExamples = R"(Examples:
  netpulse read office.pcap
  netpulse read monday.pcap.gz tuesday.pcapng -f 'tcp port 443'
  netpulse read office.pcap --format json --flows flows.jsonl
  netpulse read office.pcap --filter 'tls.sni contains "example" && bytes > 1M'
  netpulse read --filter help
What can be read of a broken file is reported; then the file, the byte offset and the reason, and exit status 1.)";

constexpr const char* kCatalogueExamples = R"(Examples:
  netpulse catalogue check mine.toml             is it right, and what does it change
  netpulse catalogue explain i.ytimg.com 853/tcp which rule decides, and which others know it
  netpulse catalogue list --format json          all applications)";

constexpr const char* kMetricsExamples = R"(Examples:
  netpulse metrics list                      every family: type, unit, what it means, labels and their values
  netpulse metrics list --values application the applications that netpulse_application_bytes_total tells apart
  netpulse metrics list --format json        the same for programs)";

/// Values as they are typed; they become CommandLine once all is known.
struct Typed {
  CommandLine line;
  std::vector<std::string> interfaces;
  std::string replay_file, filter, listen, tls_certificate, tls_key, token_file, users_file, backend, flows;
  std::string format = "text";
  int workers = 0;
  double duration_seconds = 0;
};

void add_common(CLI::App& command, Typed& typed) {
  command.add_option("-c,--config", typed.line.config_path, "Configuration file (TOML)")->type_name("FILE");
}
void add_format(CLI::App& command, Typed& typed) {
  command.add_option("--format", typed.format, "What to print: text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->type_name("text|json");
}
void add_engine(CLI::App& command, Typed& typed) {
  command.add_option("--workers", typed.workers, "Worker threads, 1 to 256")->check(CLI::Range(1, 256))->type_name("N");
  command.add_option("-f,--capture-filter", typed.filter, "Only packets that match this pcap-filter(7) expression")
      ->type_name("BPF");
}

void add_run(CLI::App& app, Typed& typed) {
  CLI::App* run = app.add_subcommand("run", "Capture live (or replay a file) and serve the page and /metrics");
  run->footer(kRunExamples);
  auto* interfaces = run->add_option("-i,--interface", typed.interfaces, "Interface to capture on; may be repeated")
                         ->type_name("IFACE")
                         ->expected(1)
                         ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  auto* replay = run->add_option("-r,--replay", typed.replay_file, "Replay a capture file instead")->type_name("FILE");
  replay->excludes(interfaces);
  run->add_option("--pace", typed.line.pace, "Replay so many times as fast as it was captured")
      ->check(CLI::Range(1e-3, 1e6))
      ->needs(replay)
      ->type_name("X");
  run->add_flag("--loop", typed.line.loop, "Replay again and again")->needs(replay);
  run->add_option("--backend", typed.backend, "How to capture: auto, pcap, af_xdp or dpdk")
      ->check(CLI::IsMember({"auto", "pcap", "af_xdp", "dpdk"}))
      ->type_name("NAME");
  run->add_option("--duration", typed.duration_seconds, "End after so many seconds")
      ->check(CLI::Range(1e-3, 1e9))
      ->type_name("SECONDS");
  run->add_option("--listen", typed.listen, "Address of the page and /metrics (127.0.0.1:8470)")
      ->type_name("ADDRESS:PORT");
  run->add_option("--tls-certificate", typed.tls_certificate, "Speak HTTPS: the certificate and its issuers (PEM)")
      ->type_name("FILE");
  run->add_option("--tls-key", typed.tls_key, "The certificate's key (PEM)")->type_name("FILE");
  run->add_option("--token-file", typed.token_file, "Answer those who know the token in it")->type_name("FILE");
  run->add_option("--users-file", typed.users_file, "Answer these users and passwords (htpasswd -B)")
      ->type_name("FILE");
  add_engine(*run, typed);
  add_format(*run, typed);
  add_common(*run, typed);
}

void add_read(CLI::App& app, Typed& typed) {
  CLI::App* read =
      app.add_subcommand("read", "Report what is in capture files (pcap, pcapng, gzip; - is standard input)");
  read->footer(kReadExamples);
  read->add_option("files", typed.line.files, "Capture files, read as one run")->type_name("FILE");
  read->add_option("--flows", typed.flows, "Write every flow record as a JSON line; - is standard output")
      ->type_name("FILE");
  read->add_option("--filter", typed.line.flow_filter,
                   "Only flow records that match, in the manner of Wireshark; \"help\" explains and lists the fields")
      ->type_name("EXPRESSION");
  add_engine(*read, typed);
  add_format(*read, typed);
  add_common(*read, typed);
}

void add_catalogue(CLI::App& app, Typed& typed) {
  CLI::App* catalogue = app.add_subcommand("catalogue", "The applications: check files of your own, explain, list");
  catalogue->footer(kCatalogueExamples);
  catalogue->require_subcommand(1);
  CLI::App* check = catalogue->add_subcommand("check", "Check files of your own beside the bundled ones");
  check->add_option("files", typed.line.files, "Catalogue files; those of the configuration come first")
      ->type_name("FILE");
  CLI::App* explain = catalogue->add_subcommand("explain", "Say which rule decides, and which others know it");
  explain->add_option("names", typed.line.names, "Host names, ports (443/tcp), addresses, protocols")
      ->required()
      ->type_name("NAME");
  CLI::App* list = catalogue->add_subcommand("list", "List all applications with their numbers of rules");
  for (CLI::App* command : {check, explain, list}) {
    add_format(*command, typed);
    add_common(*command, typed);
  }
}

void add_metrics(CLI::App& app, Typed& typed) {
  CLI::App* metrics = app.add_subcommand("metrics", "What /metrics offers");
  metrics->footer(kMetricsExamples);
  metrics->require_subcommand(1);
  CLI::App* list = metrics->add_subcommand("list", "List every family of metrics with its labels and their values");
  list->add_option("--format", typed.format, "What to print: text, json or markdown")
      ->check(CLI::IsMember({"text", "json", "markdown"}))
      ->type_name("text|json|markdown");
  list->add_option("--values", typed.line.label, "List all values of a label instead")->type_name("LABEL");
  add_common(*list, typed);
}

Command command_of(const CLI::App& app) {
  const CLI::App* command = app.get_subcommands().front();
  const std::string name = command->get_name();
  if (name == "run") return Command::kRun;
  if (name == "read") return Command::kRead;
  if (name == "interfaces") return Command::kInterfaces;
  if (name == "check") return Command::kCheck;
  if (name == "metrics") return Command::kMetricsList;
  const std::string part = command->get_subcommands().front()->get_name();
  return part == "check"     ? Command::kCatalogueCheck
         : part == "explain" ? Command::kCatalogueExplain
                             : Command::kCatalogueList;
}

void set(Typed& typed, const char* key, const std::string& value) {
  if (!value.empty()) typed.line.overrides.emplace_back(key, value);
}

CommandLine finish(const CLI::App& app, Typed& typed) {
  typed.line.command = command_of(app);
  typed.line.format = typed.format == "json"       ? OutputFormat::kJson
                      : typed.format == "markdown" ? OutputFormat::kMarkdown
                                                   : OutputFormat::kText;
  if (!typed.replay_file.empty()) typed.line.files = {typed.replay_file};
  if (typed.duration_seconds > 0) typed.line.duration_seconds = typed.duration_seconds;
  std::string interfaces;
  for (const std::string& interface : typed.interfaces) interfaces += (interfaces.empty() ? "" : ",") + interface;
  set(typed, "capture.interfaces", interfaces);
  set(typed, "capture.filter", typed.filter);
  set(typed, "capture.backend", typed.backend);
  set(typed, "workers.count", typed.workers == 0 ? "" : std::to_string(typed.workers));
  set(typed, "http.listen", typed.listen);
  set(typed, "http.tls_certificate", typed.tls_certificate);
  set(typed, "http.tls_key", typed.tls_key);
  set(typed, "http.token_file", typed.token_file);
  set(typed, "http.users_file", typed.users_file);
  set(typed, "exporters.jsonl.path", typed.flows);
  return std::move(typed.line);
}

/// False, having said so, if word is no command; CLI11 alone would only say that one is missing.
bool known_command(std::string_view word) {
  static constexpr std::array<std::string_view, 6> kCommands{"run",   "read",      "interfaces",
                                                             "check", "catalogue", "metrics"};
  if (std::find(kCommands.begin(), kCommands.end(), word) != kCommands.end()) return true;
  const std::string_view meant = nearest(word, kCommands.data(), kCommands.size());
  std::cerr << "netpulse: there is no command \"" << printable(word) << "\"";
  if (!meant.empty()) std::cerr << "; did you mean " << meant << "?";
  std::cerr << " Commands: run, read, interfaces, check, catalogue, metrics\n";
  return false;
}

}  // namespace

std::variant<CommandLine, int> parse_command_line(int argument_count, char** arguments) {
  CLI::App app("netpulse tells what is on the network: captures packets, follows flows, names applications.");
  app.name("netpulse");
  app.footer(kExamples);
  app.set_version_flag("--version", std::string("netpulse ") + kVersion);
  app.require_subcommand(1);
  app.get_formatter()->column_width(30);
  if (argument_count > 1 && arguments[1][0] != '-' && !known_command(arguments[1])) return kWrongUsage;
  Typed typed;
  add_run(app, typed);
  add_read(app, typed);
  CLI::App* interfaces = app.add_subcommand("interfaces", "List what can be captured on");
  add_format(*interfaces, typed);
  CLI::App* check = app.add_subcommand("check", "Pre-flight: what works here, what is missing, how to mend it");
  add_common(*check, typed);
  add_format(*check, typed);
  add_catalogue(app, typed);
  add_metrics(app, typed);
  try {
    app.parse(argument_count, arguments);
  } catch (const CLI::ParseError& error) {
    // Success is thrown for --help and --version.
    if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success)) return app.exit(error);
    std::string asked = "netpulse";
    for (const CLI::App* command : app.get_subcommands()) asked += " " + command->get_name();
    std::cerr << "netpulse: " << printable(error.what()) << "; \"" << asked << " --help\" shows how\n";
    return kWrongUsage;
  }
  return finish(app, typed);
}

}  // namespace netpulse
