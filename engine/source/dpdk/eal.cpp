#include "engine/source/dpdk/eal.h"

#include <pthread.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <initializer_list>
#include <string_view>

#include "engine/source/dpdk/eal_log.h"

namespace netpulse {
namespace {

/// True if one of the options is among the arguments, as "--name", "--name=value" or "-nVALUE".
bool names_any(const std::vector<std::string>& arguments, std::initializer_list<std::string_view> options) {
  return std::any_of(arguments.begin(), arguments.end(), [&](const std::string& argument) {
    return std::any_of(options.begin(), options.end(), [&](std::string_view option) {
      if (!option.starts_with("--")) return argument.starts_with(option) && !argument.starts_with("--");
      return argument == option || argument.starts_with(std::string(option) + "=");
    });
  });
}

std::vector<std::string> complete(const std::vector<std::string>& arguments, const cpu_set_t& cores) {
  std::vector<std::string> all{"netpulse"};
  all.insert(all.end(), arguments.begin(), arguments.end());
  if (!names_any(arguments, {"--in-memory", "--no-shconf", "--file-prefix", "--proc-type", "--huge-unlink"}))
    // Without huge pages EAL knows only the former kind of memory, which cannot be --in-memory; nor is it in files.
    all.emplace_back(names_any(arguments, {"--no-huge"}) ? "--no-shconf" : "--in-memory");
  if (!names_any(arguments, {"--no-telemetry", "--telemetry"})) all.emplace_back("--no-telemetry");
  if (!names_any(arguments, {"-l", "-c", "-s", "-S", "--lcores"})) {
    // EAL would otherwise start a thread on every core.
    int first = 0;
    while (first < CPU_SETSIZE - 1 && !CPU_ISSET(first, &cores)) ++first;
    all.emplace_back("-l");
    all.push_back(std::to_string(first));
  }
  return all;
}

std::string remedy(int error, const std::string& said, const std::vector<std::string>& arguments) {
  const auto mentions = [&](const char* word) { return said.find(word) != std::string::npos; };
  const bool no_huge = names_any(arguments, {"--no-huge"});
  if (mentions("hugepage") || mentions("Cannot init memory") || error == ENOMEM) {
    if (no_huge) return "give EAL another amount of memory: \"-m\", \"512\" (MiB) in eal_arguments of [capture.dpdk]";
    return more_memory();
  }
  if (mentions("ermission") || (error == EACCES && ::geteuid() != 0))
    return "start netpulse as root, or give its user access to /dev/hugepages and /dev/vfio";
  return "correct eal_arguments in [capture.dpdk]";
}

/// Without the usage that EAL prints after its complaint.
std::string first_line(const std::string& text) {
  const std::size_t begin = text.find_first_not_of('\n');
  if (begin == std::string::npos || text.compare(begin, 6, "Usage:") == 0) return {};
  return text.substr(begin, std::min(text.find('\n', begin), begin + 200) - begin);
}

}  // namespace

std::string more_memory() {
  return "reserve huge pages (echo 512 | sudo tee /sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages), or do "
         "without: \"--no-huge\", \"-m\", \"512\" (MiB) in eal_arguments of [capture.dpdk]";
}

Result<std::shared_ptr<Eal>> Eal::start(const std::vector<std::string>& arguments) {
  static std::atomic<bool> started{false};
  if (started.exchange(true)) return Error{"DPDK starts once in a process; start netpulse again"};
  eal_log::capture();

  cpu_set_t cores;
  CPU_ZERO(&cores);
  ::pthread_getaffinity_np(::pthread_self(), sizeof cores, &cores);
  // EAL keeps pointers into these.
  static std::vector<std::string> texts;
  static std::vector<char*> pointers;
  texts = complete(arguments, cores);
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);

  OutputHold hold;
  const int status = rte_eal_init(static_cast<int>(texts.size()), pointers.data());
  const int error = rte_errno;
  const std::string printed = hold.release();
  // EAL ties the thread that starts it to one core, which the workers would inherit.
  ::pthread_setaffinity_np(::pthread_self(), sizeof cores, &cores);
  if (status >= 0) return std::shared_ptr<Eal>(new Eal(eal_log::take_complaints()));
  std::string said = eal_log::take_complaints();
  const std::string line = first_line(printed);
  if (!line.empty()) said += (said.empty() ? "" : "; ") + line;
  if (said.empty()) said = std::strerror(error);
  return Error{"DPDK does not start: " + said + "; " + remedy(error, said, arguments)};
}

Eal::~Eal() {
  OutputHold hold;
  rte_eal_cleanup();
}

}  // namespace netpulse
