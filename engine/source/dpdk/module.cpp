#include <rte_eal.h>
#include <rte_version.h>

#include <exception>
#include <utility>

#include "engine/source/dpdk/dpdk_source.h"
#include "engine/source/dpdk_module.h"

namespace netpulse {
namespace {

/// Why workers cannot have queues of their own, or empty.
std::string why_not_scaled(const DpdkCapture& capture, std::size_t workers) {
  for (const auto& port : capture.ports)
    if (std::string reason = port->why_not_scaled(workers); !reason.empty()) return reason;
  return {};
}

Result<void> start_ports(DpdkCapture& capture, std::size_t workers, bool scaled) {
  for (const auto& port : capture.ports) {
    const std::uint16_t queues = scaled ? static_cast<std::uint16_t>(workers) : port->queues_unscaled();
    if (auto started = port->start(queues, scaled); !started) return started;
  }
  return {};
}

/// Starts the ports for workers with queues of their own if that keeps flows whole; what keeps it from that, or empty.
Result<std::string> start_ports(DpdkCapture& capture, std::size_t workers) {
  if (workers == 1) {
    if (auto started = start_ports(capture, workers, false); !started) return started.error();
    return std::string();
  }
  std::string reason = why_not_scaled(capture, workers);
  if (auto started = start_ports(capture, workers, reason.empty()); !started) return started.error();
  if (!reason.empty() || capture.options.dpdk.receive_scaling == ReceiveScaling::kTrust) return reason;
  for (const auto& port : capture.ports)
    if (!port->confirm_hash()) reason = port->name() + " (" + port->driver() + ") did not take the symmetric hash key";
  if (reason.empty()) return reason;
  if (auto started = start_ports(capture, workers, false); !started) return started.error();
  return reason;
}

Result<std::vector<std::unique_ptr<PacketSource>>> make_sources(const std::shared_ptr<DpdkCapture>& capture,
                                                                std::size_t workers, bool scaled) {
  std::vector<std::unique_ptr<PacketSource>> sources;
  for (std::size_t worker = 0; worker < (scaled ? workers : 1); ++worker) {
    std::vector<DpdkQueues> queues;
    for (std::size_t i = 0; i < capture->ports.size(); ++i)
      queues.push_back(scaled ? DpdkQueues{i, static_cast<std::uint16_t>(worker), 1}
                              : DpdkQueues{i, 0, capture->ports[i]->queues_unscaled()});
    auto source = make_dpdk_source(capture, queues, worker == 0);
    if (!source) return source.error();
    sources.push_back(std::move(source).value());
  }
  return sources;
}

Result<LiveCapture> open(const CaptureOptions& options, std::size_t workers) {
  auto eal = Eal::start(options.dpdk.eal_arguments);
  if (!eal) return eal.error();
  const auto capture = std::make_shared<DpdkCapture>();
  capture->eal = std::move(eal).value();
  capture->options = options;
  auto ports = find_ports(capture->options, *capture->eal);
  if (!ports) return ports.error();
  capture->ports = std::move(ports).value();
  const auto started = start_ports(*capture, workers);
  if (!started) return started.error();
  const std::string& obstacle = started.value();
  const bool scaled = workers > 1 && obstacle.empty();

  std::vector<std::uint16_t> ids;
  LiveCapture live;
  live.backend = CaptureBackend::kDpdk;
  for (const auto& port : capture->ports) {
    ids.push_back(port->id());
    live.interfaces.push_back(port->name());
    for (std::string& note : port->notes()) live.notes.push_back(std::move(note));
  }
  capture->monitor = std::make_unique<PortMonitor>(ids);
  auto sources = make_sources(capture, workers, scaled);
  if (!sources) return sources.error();
  live.sources = std::move(sources).value();
  if (scaled) live.notes.emplace_back("each worker has a receive queue of its own");
  if (!obstacle.empty())
    live.notes.push_back("one reader deals packets out to the workers, since " + obstacle +
                         "; a card that spreads flows over its queues would be faster");
  if (!capture->eal->complaints().empty()) live.notes.push_back("DPDK said: " + capture->eal->complaints());
  if (rte_eal_has_hugepages() == 0) live.notes.emplace_back("DPDK runs without huge pages, which would be faster");
  return live;
}

/// Nothing may be thrown from here into the program.
Result<LiveCapture> open_safely(const CaptureOptions& options, std::size_t workers) {
  try {
    return open(options, workers);
  } catch (const std::exception& fault) {
    return Error{std::string("DPDK: ") + fault.what() + "; use --backend pcap"};
  }
}

}  // namespace
}  // namespace netpulse

extern "C" __attribute__((visibility("default"))) const netpulse::DpdkModule* netpulse_dpdk_module() {
  static const netpulse::DpdkModule module{netpulse::kDpdkModuleAbi, &rte_version, &netpulse::open_safely};
  return &module;
}
