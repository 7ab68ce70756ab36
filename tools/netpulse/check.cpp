#include <pcap/pcap.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "configs/catalogue/bundled.h"
#include "configs/places/bundled.h"
#include "engine/base/human.h"
#include "engine/base/time_text.h"
#include "engine/source/backend_choice.h"
#include "engine/source/interface_list.h"
#include "engine/source/live_capture.h"
#include "plugins/registry.h"
#include "tools/netpulse/commands.h"
#include "tools/netpulse/json_text.h"
#include "tools/netpulse/session.h"
#include "tools/netpulse/table.h"

namespace netpulse {
namespace {

constexpr std::size_t kFilesBesidesConnections = 64;
/// The most that a flow's place in the tables ever takes: of a bucket, for TCP, and once more when others were there.
constexpr std::size_t kFlowBytes = 16 + (256 + 8 + 216) + 128;
constexpr std::size_t kDetailBytes = 256, kAttributesBytes = 512;

enum class Outcome { kOk, kWarning, kFailure };

struct Finding {
  std::string name;
  Outcome outcome = Outcome::kOk;
  std::string detail;
  std::string remedy = {};  ///< what to do; empty if nothing
};

const char* outcome_name(Outcome outcome) {
  return outcome == Outcome::kOk ? "ok" : outcome == Outcome::kWarning ? "warn" : "fail";
}

/// Messages are "what is wrong; what to do": the two parts of a finding.
Finding failed(std::string name, const std::string& message) {
  const std::size_t split = message.find("; ");
  if (split == std::string::npos) return {std::move(name), Outcome::kFailure, message};
  return {std::move(name), Outcome::kFailure, message.substr(0, split), message.substr(split + 2)};
}

class Check {
 public:
  explicit Check(const CommandLine& line) : line_(line) {}

  std::vector<Finding> run() {
    check_configuration();
    findings_.push_back({"libpcap", Outcome::kOk, pcap_lib_version()});
    check_interfaces();
    check_capture();
    check_catalogue();
    check_geoip();
    check_port();
    check_file_limit();
    check_workers();
    check_memory();
    return std::move(findings_);
  }

 private:
  void check_configuration() {
    auto settings = read_settings(line_);
    const std::string source = line_.config_path.empty() ? "defaults and environment" : line_.config_path;
    if (!settings.ok()) {
      findings_.push_back({"configuration", Outcome::kFailure, settings.error().message,
                           "correct the lines named here; the checks below use the defaults"});
      return;
    }
    settings_ = std::move(settings).value();
    findings_.push_back({"configuration", Outcome::kOk, source});
  }

  void check_interfaces() {
    const auto interfaces = list_interfaces();
    if (!interfaces.ok()) {
      findings_.push_back(failed("interfaces", interfaces.error().message));
      return;
    }
    std::string up;
    for (const InterfaceInfo& interface : interfaces.value())
      if (interface.up && !interface.loopback && interface.name != "any")
        up += (up.empty() ? "" : ", ") + interface.name;
    if (up.empty())
      findings_.push_back({"interfaces", Outcome::kWarning, "none is up but loopback",
                           "bring one up: ip link set NAME up (netpulse interfaces lists them)"});
    else
      findings_.push_back({"interfaces", Outcome::kOk, "up: " + up});
  }

  /// Each backend, whether it can be used and what would change that; then the one that run would take.
  void check_capture() {
    const CaptureOptions& wanted = settings_.capture;
    const BackendChoice choice = choose_backend(wanted);
    const bool chosen = wanted.backend == CaptureBackend::kAuto;
    const CaptureBackend backend = chosen ? choice.backend : wanted.backend;
    for (const BackendVerdict& verdict : choice.verdicts) {
      if (verdict.backend == CaptureBackend::kPcap) continue;
      const std::string name = "backend " + std::string(capture_backend_name(verdict.backend));
      Finding finding = failed(name, verdict.reason);
      finding.outcome = Outcome::kOk;  // one that nobody asked for is not missed
      if (verdict.backend == wanted.backend && !verdict.usable) finding.outcome = Outcome::kFailure;
      if (!verdict.usable) finding.detail = "not usable: " + finding.detail;
      findings_.push_back(std::move(finding));
    }
    const std::string how =
        std::string(capture_backend_name(backend)) + (chosen ? " (chosen: backend = \"auto\")" : " (as configured)");
    if (backend == CaptureBackend::kPcap)
      check_pcap(how);
    else
      findings_.push_back({"capture", Outcome::kOk, "would be through " + how});
  }

  void check_pcap(const std::string& how) {
    CaptureOptions options = settings_.capture;
    options.backend = CaptureBackend::kPcap;
    // Opening is the only test that counts: rights come from the user, groups, file capabilities or a container.
    const auto capture = open_live_capture(options, settings_.engine.worker_count);
    if (!capture.ok()) {
      findings_.push_back(failed("capture", capture.error().message));
      return;
    }
    std::string names;
    for (const std::string& name : capture.value().interfaces) names += (names.empty() ? "" : ", ") + name;
    findings_.push_back({"capture", Outcome::kOk, "allowed on " + names + ", through " + how});
  }

  void check_catalogue() {
    const auto begin = std::chrono::steady_clock::now();
    const auto catalogue = load_catalogue(settings_.catalogue_files);
    if (!catalogue.ok()) {
      findings_.push_back({"catalogue", Outcome::kFailure, catalogue.error().message, "correct the lines named here"});
      return;
    }
    if (const auto plan = AnalysisPlan::build(registered_analyzers(), catalogue.value()); !plan.ok()) {
      findings_.push_back({"catalogue", Outcome::kFailure, plan.error().message});
      return;
    }
    const std::chrono::duration<double, std::nano> elapsed = std::chrono::steady_clock::now() - begin;
    findings_.push_back({"catalogue", Outcome::kOk,
                         std::to_string(catalogue.value().applications().size() - 1) + " applications, compiled in " +
                             human_duration({static_cast<std::int64_t>(elapsed.count())})});
  }

  void check_geoip() {
    const PlaceDatabase places(bundled_countries(), settings_.geoip_databases);
    for (const PlaceFileState& file : places.states()) {
      if (!file.in_use) {
        findings_.push_back({"GeoIP database", Outcome::kWarning, file.error,
                             "get the file again, or take it out of databases in [geoip]; the others are used"});
        continue;
      }
      std::string detail = file.path + ": " + file.database_type;
      if (file.built_at.known()) detail += ", built " + utc_text(file.built_at).substr(0, 10);
      if (!file.contents.empty())
        findings_.push_back({"GeoIP database", Outcome::kOk, detail + ", has " + file.contents});
      else
        findings_.push_back({"GeoIP database", Outcome::kWarning, detail + ", has neither countries nor AS numbers",
                             "take it out of databases in [geoip]"});
    }
    if (settings_.geoip_databases.empty())
      findings_.push_back({"GeoIP database", Outcome::kOk, "none configured: countries and networks stay unknown",
                           "tools/geoip-debian FILE makes one for databases in [geoip]"});
  }

  void check_port() {
    const auto server = HttpServer::listen(settings_.http);
    if (!server.ok()) {
      findings_.push_back(failed("page and /metrics", server.error().message));
      return;
    }
    findings_.push_back({"page and /metrics", Outcome::kOk, settings_.http.listen + " is free, " + protection()});
    for (const std::string& note : server.value()->notes()) {
      Finding finding = failed("page and /metrics", note);
      finding.outcome = Outcome::kWarning;
      findings_.push_back(std::move(finding));
    }
  }

  /// "with TLS, for those with the token or a password"
  std::string protection() const {
    const HttpServerOptions& http = settings_.http;
    const bool token = !http.token_file.empty(), users = !http.users_file.empty();
    return std::string(http.tls_certificate.empty() ? "without TLS, for " : "with TLS, for ") +
           (token && users ? "those with the token or a password"
            : token        ? "those with the token"
            : users        ? "those with a password"
                           : "everybody on this machine");
  }

  void check_file_limit() {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    const std::size_t wanted = settings_.http.connections_max + kFilesBesidesConnections;
    if (limit.rlim_cur >= wanted)
      findings_.push_back({"open files", Outcome::kOk, "limit " + std::to_string(limit.rlim_cur)});
    else
      findings_.push_back({"open files", Outcome::kWarning,
                           "limit " + std::to_string(limit.rlim_cur) + ", " + std::to_string(wanted) + " may be needed",
                           "ulimit -n " + std::to_string(wanted)});
  }

  void check_workers() {
    const std::size_t cores = std::max(1U, std::thread::hardware_concurrency());
    const std::size_t workers = settings_.engine.worker_count;
    if (workers <= cores)
      findings_.push_back(
          {"workers", Outcome::kOk, std::to_string(workers) + " on " + std::to_string(cores) + " cores"});
    else
      findings_.push_back({"workers", Outcome::kWarning,
                           std::to_string(workers) + " on " + std::to_string(cores) + " cores take turns",
                           "lower count in [workers] or --workers"});
  }

  void check_memory() {
    const FlowTableOptions& table = settings_.engine.flow_table;
    const double bytes = static_cast<double>(table.flows_max * kFlowBytes + table.details_max * kDetailBytes +
                                             table.attributes_max * kAttributesBytes);
    const double there = static_cast<double>(::sysconf(_SC_PHYS_PAGES)) * static_cast<double>(::sysconf(_SC_PAGESIZE));
    const std::string detail = "flow tables take up to " + human_bytes(bytes) + " of " + human_bytes(there);
    if (bytes < there / 2)
      findings_.push_back({"memory", Outcome::kOk, detail});
    else
      findings_.push_back({"memory", Outcome::kWarning, detail, "lower flows_max and details_max in [flow_table]"});
  }

  const CommandLine& line_;
  Settings settings_;
  std::vector<Finding> findings_;
};

std::string json_findings(const std::vector<Finding>& findings, bool good) {
  JsonText json;
  json.object([&] {
    json.flag("ready", good);
    json.array("checks", findings, [&](const Finding& finding) {
      json.object([&] {
        json.field("name", finding.name);
        json.field("status", outcome_name(finding.outcome));
        json.field("detail", finding.detail);
        if (finding.remedy.empty())
          json.null("remedy");
        else
          json.field("remedy", finding.remedy);
      });
    });
  });
  return json.result();
}

/// Each line was made by us; what it quotes was not.
std::string lines_of(std::string text, const std::string& indent) {
  std::string lines;
  for (std::size_t end; (end = text.find('\n')) != std::string::npos; text.erase(0, end + 1))
    lines += printable(text.substr(0, end)) + "\n" + indent;
  return lines + printable(text);
}

std::string text_findings(const std::vector<Finding>& findings, bool good, const TextStyle& style) {
  std::size_t width = 0;
  for (const Finding& finding : findings) width = std::max(width, finding.name.size());
  std::string text;
  for (const Finding& finding : findings) {
    const Ink ink = finding.outcome == Outcome::kOk ? Ink::kGood : Ink::kBad;
    std::string name = finding.name;
    name.resize(width, ' ');
    const std::string status = outcome_name(finding.outcome);
    text += inked(status, ink, style) + std::string(6 - status.size(), ' ') + name + "  ";
    const std::string indent(width + 8, ' ');
    text += lines_of(finding.detail, indent) + "\n";
    if (!finding.remedy.empty()) text += indent + "-> " + lines_of(finding.remedy, indent + "   ") + "\n";
  }
  return text + (good ? "netpulse run will work here\n" : "netpulse run will not work here yet\n");
}

}  // namespace

int check_command(const CommandLine& line) {
  const std::vector<Finding> findings = Check(line).run();
  const bool good = std::none_of(findings.begin(), findings.end(),
                                 [](const Finding& finding) { return finding.outcome == Outcome::kFailure; });
  const std::string text = line.format == OutputFormat::kJson
                               ? json_findings(findings, good)
                               : text_findings(findings, good, text_style(STDOUT_FILENO));
  return write_all(STDOUT_FILENO, text) && good ? kSuccess : kFailure;
}

}  // namespace netpulse
