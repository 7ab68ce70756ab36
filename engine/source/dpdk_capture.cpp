#include "engine/source/dpdk_capture.h"

#include <dlfcn.h>
#include <unistd.h>

#include <array>
#include <cstring>

namespace netpulse {
namespace {

constexpr char kRemedy[] =
    "build netpulse where libdpdk-dev is installed (tools/install-packages dpdk, then tools/run), or use --backend "
    "pcap";

Result<const DpdkModule*> open_file(const std::string& path) {
  // Its drivers leave threads and handlers behind: it is never closed.
  void* const library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (library == nullptr) {
    const char* const reason = ::dlerror();
    return Error{path + " does not load: " + (reason != nullptr ? reason : "no reason given") +
                 "; install the DPDK that it was built with (sudo apt install dpdk), or use --backend pcap"};
  }
  using Entry = const DpdkModule* (*)();
  const auto entry = reinterpret_cast<Entry>(::dlsym(library, kDpdkModuleEntry));
  if (entry == nullptr) return Error{path + " is not a module of netpulse; " + kRemedy};
  const DpdkModule* const module = entry();
  if (std::strcmp(module->abi, kDpdkModuleAbi) != 0)
    return Error{path + " belongs to another build of netpulse; install the program and this file from the same build"};
  return module;
}

}  // namespace

std::vector<std::string> dpdk_module_folders() {
  std::vector<std::string> folders;
  std::array<char, 4096> path{};
  const ssize_t length = ::readlink("/proc/self/exe", path.data(), path.size());
  if (length > 0 && static_cast<std::size_t>(length) < path.size()) {
    const std::string program(path.data(), static_cast<std::size_t>(length));
    folders.push_back(program.substr(0, program.rfind('/')));
  }
  folders.emplace_back(NETPULSE_MODULE_FOLDER);
  return folders;
}

Result<const DpdkModule*> open_dpdk_module(const std::vector<std::string>& folders) {
  std::string text;
  for (const std::string& folder : folders) {
    const std::string path = folder + "/" + kDpdkModuleFile;
    if (::access(path.c_str(), F_OK) == 0) return open_file(path);
    text += (text.empty() ? "" : " nor in ") + folder;
  }
  return Error{"no DPDK here: " + std::string(kDpdkModuleFile) + " is not in " + text + "; " + kRemedy};
}

Result<LiveCapture> open_dpdk_capture(const CaptureOptions& options, std::size_t worker_count) {
  const auto module = open_dpdk_module(dpdk_module_folders());
  if (!module) return module.error();
  return module.value()->open(options, worker_count);
}

}  // namespace netpulse
