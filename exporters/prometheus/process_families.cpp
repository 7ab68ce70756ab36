#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <sstream>
#include <string>

#include "exporters/prometheus/families.h"

namespace netpulse {
namespace {

using prometheus::MetricType;

void add_gauge(Families& families, std::string_view name, std::string_view help, double value) {
  FamilyBuilder(families, name, help, MetricType::Gauge).add({}, value);
}

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

double open_file_descriptors() {
  DIR* directory = ::opendir("/proc/self/fd");
  if (directory == nullptr) return 0;
  double count = -3;  // ".", "..", and the directory itself
  while (::readdir(directory) != nullptr) ++count;
  ::closedir(directory);
  return count;
}

/// Field 22 of /proc/self/stat is the start in clock ticks since boot, btime in /proc/stat the boot (proc(5)).
double start_time_seconds() {
  std::string line;
  std::getline(std::ifstream("/proc/self/stat"), line);
  std::istringstream fields(line.substr(line.rfind(')') + 1));
  double ticks = 0;
  std::string skipped;
  for (int field = 3; field < 22; ++field) fields >> skipped;
  fields >> ticks;
  std::ifstream stat("/proc/stat");
  double boot = 0;
  while (stat >> skipped) {
    if (skipped == "btime") {
      stat >> boot;
      break;
    }
    stat.ignore(1 << 16, '\n');
  }
  return boot + ticks / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

}  // namespace

void add_http_family(const HttpCounters& counters, Families& families) {
  FamilyBuilder connections(families, "netpulse_http_connections_total",
                            "Connections to the HTTP port: accepted, and of those displaced by newer ones or timed "
                            "out; refused because all were busy.",
                            MetricType::Counter);
  connections.add({{"result", "accepted"}}, counters.accepted);
  connections.add({{"result", "accept_failed"}}, counters.accept_failed);
  connections.add({{"result", "displaced"}}, counters.displaced);
  connections.add({{"result", "refused"}}, counters.refused);
  connections.add({{"result", "timed_out"}}, counters.timed_out);
  FamilyBuilder refused(
      families, "netpulse_http_requests_refused_total",
      "HTTP requests refused: by a foreign Host name or origin, for want of credentials or wrong ones, "
      "after too many of these, malformed, or without TLS where it is spoken.",
      MetricType::Counter);
  for (std::size_t i = 0; i < counters.refused_requests.size(); ++i)
    refused.add({{"reason", std::string(http_refusal_name(static_cast<HttpRefusal>(i)))}},
                counters.refused_requests[i]);
  FamilyBuilder handshakes(families, "netpulse_http_tls_handshakes_total", "TLS handshakes on the HTTP port.",
                           MetricType::Counter);
  handshakes.add({{"result", "completed"}}, counters.handshakes);
  handshakes.add({{"result", "failed"}}, counters.handshakes_failed);
  FamilyBuilder reloads(families, "netpulse_http_reloads_total",
                        "Certificate and key, or token and users, that changed while in use: the new ones were taken, "
                        "or refused as bad.",
                        MetricType::Counter);
  reloads.add({{"files", "certificate"}, {"result", "taken"}}, counters.certificates_taken);
  reloads.add({{"files", "certificate"}, {"result", "refused"}}, counters.certificates_refused);
  reloads.add({{"files", "credentials"}, {"result", "taken"}}, counters.credentials_taken);
  reloads.add({{"files", "credentials"}, {"result", "refused"}}, counters.credentials_refused);
  // Without TLS, 0 would look like a certificate that ended long ago.
  if (counters.certificate_not_after_seconds != 0)
    add_gauge(families, "netpulse_http_certificate_not_after_timestamp_seconds",
              "When the certificate of the HTTP port ends, Unix time.",
              static_cast<double>(counters.certificate_not_after_seconds));
}

void add_scrape_families(const ScrapeFigures& scrapes, Families& families) {
  FamilyBuilder(families, "netpulse_scrapes_total", "Scrapes answered before this one.", MetricType::Counter)
      .add({}, scrapes.scrapes);
  add_gauge(families, "netpulse_scrape_duration_seconds",
            "Time that the last scrape before this one took to write, without its compression; 0: there was none.",
            scrapes.last_seconds);
  add_gauge(families, "netpulse_scrape_size_bytes", "Size of that scrape before compression.",
            static_cast<double>(scrapes.last_bytes));
}

void add_process_families(Families& families) {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  FamilyBuilder(families, "process_cpu_seconds_total", "User and system CPU time.", MetricType::Counter)
      .add({}, seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime));
  double virtual_pages = 0, resident_pages = 0;
  std::ifstream("/proc/self/statm") >> virtual_pages >> resident_pages;
  const auto page_bytes = static_cast<double>(::sysconf(_SC_PAGESIZE));
  add_gauge(families, "process_resident_memory_bytes", "Resident memory.", resident_pages * page_bytes);
  add_gauge(families, "process_virtual_memory_bytes", "Virtual memory.", virtual_pages * page_bytes);
  add_gauge(families, "process_open_fds", "Open file descriptors.", open_file_descriptors());
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  add_gauge(families, "process_max_fds", "Most file descriptors that may be open.",
            static_cast<double>(limit.rlim_cur));
  static const double kStartTime = start_time_seconds();
  add_gauge(families, "process_start_time_seconds", "Start of the process, Unix time.", kStartTime);
}

}  // namespace netpulse
