#include <string>

#include "engine/flow/traffic_direction.h"
#include "exporters/prometheus/families.h"

namespace netpulse {
namespace {

using prometheus::MetricType;

constexpr TrafficDirection kDirections[] = {TrafficDirection::kIn, TrafficDirection::kOut, TrafficDirection::kLocal,
                                            TrafficDirection::kTransit, TrafficDirection::kNone};

void add_counters(const WorkerMetrics& total, Families& families) {
  const auto counter = [&](std::string_view name, std::string_view help, auto value) {
    FamilyBuilder family(families, name, help, MetricType::Counter);
    for (const TrafficDirection direction : kDirections)
      family.add({{"direction", traffic_direction_name(direction)}}, value(direction));
  };
  counter("netpulse_traffic_packets_total",
          "Packets by direction: in from elsewhere to the home networks, out from them, local among them, transit "
          "between others, none of no flow (not IP, not readable).",
          [&](TrafficDirection direction) { return total.traffic(direction).packets; });
  counter("netpulse_traffic_bytes_total", "Bytes on the wire (whole frames as captured, without FCS) by direction.",
          [&](TrafficDirection direction) { return total.traffic(direction).bytes; });
  FamilyBuilder payload(families, "netpulse_payload_bytes_total",
                        "Transport payload by direction, retransmissions included.", MetricType::Counter);
  FamilyBuilder goodput(families, "netpulse_goodput_bytes_total",
                        "Unique transport payload by direction: of TCP each byte of a stream once, as seen at the "
                        "place of capture; of other transports all of it.",
                        MetricType::Counter);
  for (std::size_t way = 0; way < kFlowDirectionCount; ++way) {
    const auto direction = static_cast<TrafficDirection>(way);
    payload.add({{"direction", traffic_direction_name(direction)}}, total.payload_bytes[way]);
    goodput.add({{"direction", traffic_direction_name(direction)}}, total.unique_payload_bytes(direction));
  }
}

void add_gauges(const ThroughputFigures& throughput, Families& families) {
  const auto gauge = [&](std::string_view name, std::string_view help, auto value) {
    FamilyBuilder family(families, name, help, MetricType::Gauge);
    family.add({{"direction", "all"}}, value(throughput.of(RateKey::kTotal)));
    for (const TrafficDirection direction : kDirections)
      family.add({{"direction", traffic_direction_name(direction)}},
                 value(throughput.of(RateKey::kDirections + static_cast<std::size_t>(direction))));
  };
  gauge("netpulse_throughput_bytes_per_second",
        "Bytes on the wire in the last whole second of packet time by direction; all: their sum.",
        [](const RateFigures& figures) { return figures.current.bytes; });
  gauge("netpulse_throughput_packets_per_second",
        "Packets in the last whole second of packet time by direction; all: their sum.",
        [](const RateFigures& figures) { return figures.current.packets; });
  gauge("netpulse_throughput_peak_bytes_per_second",
        "Bytes on the wire in the busiest second of packet time so far by direction; all: of all packets, whose "
        "busiest second may be another.",
        [](const RateFigures& figures) { return figures.peak_bytes; });
  gauge("netpulse_throughput_peak_packets_per_second",
        "Packets in the second of packet time with the most of them by direction; all: of all packets.",
        [](const RateFigures& figures) { return figures.peak_packets; });
  const RateFigures goodput = throughput.of(RateKey::kGoodput);
  FamilyBuilder(families, "netpulse_goodput_bytes_per_second",
                "Unique transport payload in the last whole second of packet time.", MetricType::Gauge)
      .add({}, goodput.current.bytes);
  FamilyBuilder(families, "netpulse_goodput_peak_bytes_per_second",
                "Unique transport payload in the second of packet time with the most of it.", MetricType::Gauge)
      .add({}, goodput.peak_bytes);
}

}  // namespace

void add_throughput_families(const MetricsSnapshot& snapshot, Families& families) {
  add_counters(snapshot.total, families);
  add_gauges(snapshot.throughput, families);
}

}  // namespace netpulse
