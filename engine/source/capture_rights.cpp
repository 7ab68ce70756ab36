#include "engine/source/capture_rights.h"

#include <unistd.h>

#include <array>
#include <cctype>
#include <cstdlib>
#include <fstream>

namespace netpulse {
namespace {

std::string own_path() {
  std::array<char, 4096> path{};
  const ssize_t length = readlink("/proc/self/exe", path.data(), path.size() - 1);
  return length > 0 ? std::string(path.data(), static_cast<std::size_t>(length)) : "$(command -v netpulse)";
}

std::string setcap_name(Capability capability) {
  switch (capability) {
    case Capability::kNetAdmin:
      return "cap_net_admin";
    case Capability::kNetRaw:
      return "cap_net_raw";
    case Capability::kIpcLock:
      return "cap_ipc_lock";
    case Capability::kBpf:
      return "cap_bpf";
  }
  return {};
}

std::string upper_case(std::string text) {
  for (char& letter : text) letter = static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
  return text;
}

}  // namespace

bool has_capability(Capability capability) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("CapEff:"))
      return (std::strtoull(line.c_str() + 7, nullptr, 16) >> static_cast<unsigned>(capability) & 1) != 0;
  return false;
}

std::string no_permission(const std::string& interface, std::initializer_list<Capability> needed,
                          const std::string& detail) {
  std::string missing, all;
  for (const Capability capability : needed) {
    const std::string name = setcap_name(capability);
    all += (all.empty() ? "" : ",") + name;
    if (!has_capability(capability)) missing += (missing.empty() ? "" : " and ") + upper_case(name);
  }
  std::string text = interface + ": no permission to capture";
  if (!missing.empty()) text += "; missing: " + missing;
  if (missing.empty() && !detail.empty()) text += ": " + detail;
  return text + "; run once: sudo setcap " + all + "=eip " + own_path() + ", or start netpulse with sudo";
}

}  // namespace netpulse
