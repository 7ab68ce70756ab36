#include "engine/source/af_xdp_capture.h"

#include <xdp/libxdp.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/source/af_xdp_interface.h"
#include "engine/source/af_xdp_program.h"
#include "engine/source/af_xdp_source.h"
#include "engine/source/bpf_filter.h"
#include "engine/source/capture_rights.h"
#include "engine/source/interface_list.h"
#include "engine/source/network_device.h"

namespace netpulse {
namespace {

std::string file_text(const char* path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// What the host uses the interface for; empty if nothing is known of. An address that IPv6 gives to each interface
/// (fe80::) says nothing.
std::string use_by_host(const std::string& name, const std::vector<InterfaceInfo>& interfaces) {
  constexpr std::string_view kLinkLocal = "fe80:";
  if (default_route_interface(file_text("/proc/net/route"), file_text("/proc/net/ipv6_route")) == name)
    return "the default route goes over it";
  for (const InterfaceInfo& interface : interfaces) {
    if (interface.name != name) continue;
    for (const std::string& address : interface.addresses)
      if (!address.starts_with(kLinkLocal)) return "the host has address " + address + " on it";
  }
  if (const auto above = interfaces_above(name); !above.empty()) return above.front() + " gets its frames from it";
  return {};
}

Result<void> not_used_by_host(const std::string& name) {
  const auto interfaces = list_interfaces();
  if (!interfaces) return interfaces.error();
  const std::string use = use_by_host(name, interfaces.value());
  if (use.empty()) return {};
  return Error{name + ": AF_XDP takes all frames away from the host, and " + use +
               "; if it is a capture port (a mirror, a tap) say so with dedicated = true in [capture.af_xdp], else use "
               "--backend pcap"};
}

/// Why workers cannot have queues of their own, and what would change that; empty if they can.
std::string no_queues_for_workers(const std::string& name, const AfXdpOptions& options, std::size_t workers,
                                  std::size_t queues) {
  if (options.receive_scaling == ReceiveScaling::kOff) return "receive_scaling is off";
  if (queues < workers)
    return "it has " + std::to_string(queues) + (queues == 1 ? " queue" : " queues") + " in use (ethtool -L " + name +
           " changes that, if it can)";
  if (options.receive_scaling == ReceiveScaling::kTrust || hashes_symmetrically(name)) return {};
  return "it may give the two directions of a flow to different queues (a symmetric key mends that: sudo ethtool -X " +
         name +
         " hkey 6d:5a:6d:5a:...; or receive_scaling = \"trust\" in [capture.af_xdp], if you know that it does not)";
}

/// How many sources there are: one for each worker, or one for all. Notes what was found.
std::size_t reader_count(const std::vector<std::unique_ptr<AfXdpInterface>>& interfaces, const AfXdpOptions& options,
                         std::size_t workers, std::vector<std::string>& notes) {
  if (workers == 1) return 1;
  for (const auto& interface : interfaces) {
    const std::string why_not = no_queues_for_workers(interface->name(), options, workers, interface->sockets().size());
    if (why_not.empty()) continue;
    notes.push_back(interface->name() + ": one thread reads its queues and deals flows out to " +
                    std::to_string(workers) + " workers: " + why_not +
                    "; with little to analyze one worker (--workers 1) is faster");
    return 1;
  }
  notes.push_back("each of " + std::to_string(workers) + " workers reads queues of its own");
  return workers;
}

Result<std::optional<BpfFilter>> make_filter(const CaptureOptions& options) {
  if (options.filter.empty()) return std::optional<BpfFilter>();
  auto created = BpfFilter::create(options.filter);
  if (!created) return created.error();
  return std::optional<BpfFilter>(std::move(created).value());
}

}  // namespace

Result<void> af_xdp_readiness(const std::string& interface, const CaptureOptions& options) {
  const auto device = af_xdp_device(interface);
  if (!device) return device.error();
  if (auto free = no_foreign_program(interface, device.value().id); !free) return free;
  for (const Capability needed : {Capability::kNetRaw, Capability::kNetAdmin, Capability::kBpf})
    if (!has_capability(needed)) return Error{no_af_xdp_permission(interface, {})};
  if (options.af_xdp.dedicated) return {};
  return not_used_by_host(interface);
}

Result<LiveCapture> open_af_xdp_capture(const CaptureOptions& options, std::size_t worker_count) {
  if (options.interfaces.empty())
    return Error{
        "AF_XDP takes a capture port from the host, so it has to be named: -i NAME, or interfaces in [capture]; "
        "netpulse interfaces lists what there is"};
  libxdp_set_print(nullptr);  // its failures come back as ours
  if (const auto filter = make_filter(options); !filter) return filter.error();
  LiveCapture capture;
  capture.backend = CaptureBackend::kAfXdp;
  capture.interfaces = options.interfaces;
  std::vector<std::unique_ptr<AfXdpInterface>> interfaces;
  for (const std::string& name : options.interfaces) {
    if (auto ready = af_xdp_readiness(name, options); !ready) return ready.error();
    auto opened = AfXdpInterface::open(name, options);
    if (!opened) return opened.error();
    capture.modes.emplace_back(opened.value()->mode());
    for (std::string& note : opened.value()->notes()) capture.notes.push_back(std::move(note));
    interfaces.push_back(std::move(opened).value());
  }
  const std::size_t readers = reader_count(interfaces, options.af_xdp, worker_count, capture.notes);
  const auto share = std::make_shared<AfXdpShare>(std::move(interfaces), readers);
  for (std::size_t reader = 0; reader < readers; ++reader) {
    auto filter = make_filter(options);
    if (!filter) return filter.error();
    capture.sources.push_back(std::make_unique<AfXdpSource>(share, reader, std::move(filter).value()));
  }
  return capture;
}

}  // namespace netpulse
