#include "engine/analysis/catalogue_ports.h"

#include <cstddef>
#include <limits>
#include <map>

namespace netpulse {
namespace {

constexpr std::size_t kPorts = 65536;
constexpr std::size_t kNobody = std::numeric_limits<std::size_t>::max();

}  // namespace

std::vector<PortRule> ports_in_force(const std::vector<PortRule>& written, const OnPortClash& on_clash) {
  std::map<std::uint8_t, std::vector<std::size_t>> owners;  // by transport: the rule of each port
  for (std::size_t i = 0; i < written.size(); ++i) {
    const PortRule& rule = written[i];
    if (rule.replaced) continue;
    std::vector<std::size_t>& owner = owners.try_emplace(rule.protocol, kPorts, kNobody).first->second;
    std::size_t told = kNobody;
    for (std::size_t port = rule.first; port <= rule.last; ++port) {
      if (owner[port] != kNobody && owner[port] != told) {
        told = owner[port];
        on_clash(rule, written[told]);
      }
      owner[port] = i;
    }
  }
  std::vector<PortRule> result;
  for (const auto& [protocol, owner] : owners) {
    for (std::size_t port = 0; port < kPorts; ++port) {
      if (owner[port] == kNobody) continue;
      if (port != 0 && owner[port] == owner[port - 1]) {
        result.back().last = static_cast<std::uint16_t>(port);
        continue;
      }
      result.push_back(written[owner[port]]);
      result.back().first = result.back().last = static_cast<std::uint16_t>(port);
    }
  }
  return result;
}

}  // namespace netpulse
