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

/// Both directions of a flow must meet on one worker, and cards hash each direction on its own unless told otherwise.
std::string deal_note(const std::string& name, std::size_t workers) {
  return name + ": its queues are read by one thread, which deals flows out to " + std::to_string(workers) +
         " workers: the card may give the two directions of a flow to different queues; with little to analyze one "
         "worker (--workers 1) is faster";
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
  std::optional<BpfFilter> filter;
  if (!options.filter.empty()) {
    auto created = BpfFilter::create(options.filter);
    if (!created) return created.error();
    filter = std::move(created).value();
  }
  LiveCapture capture;
  capture.backend = CaptureBackend::kAfXdp;
  capture.interfaces = options.interfaces;
  std::vector<std::unique_ptr<AfXdpInterface>> interfaces;
  for (const std::string& name : options.interfaces) {
    if (auto ready = af_xdp_readiness(name, options); !ready) return ready.error();
    auto opened = AfXdpInterface::open(name, options);
    if (!opened) return opened.error();
    for (std::string& note : opened.value()->notes()) capture.notes.push_back(std::move(note));
    if (worker_count > 1) capture.notes.push_back(deal_note(name, worker_count));
    interfaces.push_back(std::move(opened).value());
  }
  capture.sources.push_back(std::make_unique<AfXdpSource>(std::move(interfaces), std::move(filter)));
  return capture;
}

}  // namespace netpulse
