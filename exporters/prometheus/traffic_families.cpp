#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "engine/flow/traffic_direction.h"
#include "engine/packet/layer_names.h"
#include "exporters/prometheus/families.h"

namespace netpulse {
namespace {

using prometheus::MetricType;

/// Those that the packets of a flow may have.
constexpr TrafficDirection kFlowDirections[] = {TrafficDirection::kIn, TrafficDirection::kOut, TrafficDirection::kLocal,
                                                TrafficDirection::kTransit};

void add_layers(const WorkerMetrics& total, Families& families) {
  const auto layers = [&](std::string_view name, std::string_view help, const char* label, const auto& values,
                          auto name_of) {
    FamilyBuilder family(families, name, help, MetricType::Counter);
    for (std::size_t i = 0; i < values.size(); ++i) family.add({{label, name_of(i)}}, values[i]);
  };
  const auto network = [](std::size_t i) { return network_layer_name(static_cast<NetworkLayer>(i)); };
  const auto transport = [](std::size_t i) { return transport_layer_name(static_cast<TransportLayer>(i)); };
  const auto tunnel = [](std::size_t i) { return tunnel_name(static_cast<Tunnel>(i)); };
  layers("netpulse_network_packets_total", "Packets by innermost network layer.", "network", total.network_packets,
         network);
  layers("netpulse_network_bytes_total", "Bytes on the wire by innermost network layer.", "network",
         total.network_bytes, network);
  layers("netpulse_transport_packets_total", "Packets by innermost transport layer.", "transport",
         total.transport_packets, transport);
  layers("netpulse_transport_bytes_total", "Bytes on the wire by innermost transport layer.", "transport",
         total.transport_bytes, transport);
  layers("netpulse_tunnel_packets_total",
         "Packets by what carried the innermost IP packet: none, or the innermost tunnel.", "tunnel",
         total.tunnel_packets, tunnel);
}

void add_protocols(const MetricsSnapshot& snapshot, Families& families) {
  const auto& protocols = snapshot.names->protocols;
  const std::size_t count = std::min(protocols.size(), kProtocolsMax);
  const auto family_of = [&](std::string_view name, std::string_view help, auto value) {
    FamilyBuilder family(families, name, help, MetricType::Counter);
    for (std::size_t i = 0; i < count; ++i)
      for (const TrafficDirection direction : kFlowDirections)
        family.add({{"protocol", protocols[i]}, {"direction", traffic_direction_name(direction)}},
                   value(snapshot.total.protocols[i].of(direction)));
  };
  family_of("netpulse_protocol_packets_total", "Packets by application-layer protocol and direction.",
            [](const TrafficAmount& t) { return t.packets; });
  family_of("netpulse_protocol_bytes_total", "Bytes on the wire by application-layer protocol and direction.",
            [](const TrafficAmount& t) { return t.bytes; });
  FamilyBuilder flows(families, "netpulse_protocol_flows_total", "Flows by application-layer protocol.",
                      MetricType::Counter);
  for (std::size_t i = 0; i < count; ++i) flows.add({{"protocol", protocols[i]}}, snapshot.total.protocol_flows[i]);
}

void add_applications(const MetricsSnapshot& snapshot, Families& families) {
  const RunNames& names = *snapshot.names;
  const std::size_t count = std::min({names.applications.size(), names.categories.size(), kApplicationsMax});
  const auto family_of = [&](std::string_view name, std::string_view help, auto value) {
    FamilyBuilder family(families, name, help, MetricType::Counter);
    for (std::size_t i = 0; i < count; ++i)
      family.add({{"application", names.applications[i]}, {"category", names.categories[i]}},
                 value(snapshot.total.application_traffic(i)));
  };
  family_of("netpulse_application_packets_total",
            "Packets by application of the catalogue (netpulse catalogue list). Unknown: no rule knows the flow's "
            "name, address or port.",
            [](const TrafficCounters& t) { return t.packets; });
  family_of("netpulse_application_bytes_total", "Bytes on the wire by application of the catalogue.",
            [](const TrafficCounters& t) { return t.bytes; });
  family_of("netpulse_application_flows_total", "Flows by application of the catalogue.",
            [](const TrafficCounters& t) { return t.flows; });
}

/// Sums over the applications of each category, in the order in which the catalogue names them first.
void add_categories(const MetricsSnapshot& snapshot, Families& families) {
  const RunNames& names = *snapshot.names;
  std::vector<std::pair<std::string_view, TrafficCounters>> sums;
  std::map<std::string_view, std::size_t> index_of;
  for (std::size_t i = 0; i < std::min(names.categories.size(), kApplicationsMax); ++i) {
    const auto [at, first] = index_of.try_emplace(names.categories[i], sums.size());
    if (first) sums.emplace_back(names.categories[i], TrafficCounters{});
    sums[at->second].second += snapshot.total.application_traffic(i);
  }
  const auto family_of = [&](std::string_view name, std::string_view help, auto value) {
    FamilyBuilder family(families, name, help, MetricType::Counter);
    for (const auto& [category, traffic] : sums) family.add({{"category", std::string(category)}}, value(traffic));
  };
  family_of("netpulse_category_packets_total", "Packets by the category of their application.",
            [](const TrafficCounters& t) { return t.packets; });
  family_of("netpulse_category_bytes_total", "Bytes on the wire by the category of their application.",
            [](const TrafficCounters& t) { return t.bytes; });
  family_of("netpulse_category_flows_total", "Flows by the category of their application.",
            [](const TrafficCounters& t) { return t.flows; });
}

void add_places(const MetricsSnapshot& snapshot, Families& families) {
  const auto& regions = snapshot.names->regions;
  if (regions.empty()) return;
  FamilyBuilder bytes(families, "netpulse_country_bytes_total",
                      "Bytes on the wire of flows with an end in the country (ISO 3166 alpha-2 code), counted when the "
                      "flow record ends; a flow between two countries counts for both. private, multicast and reserved "
                      "are addresses in no country, unknown are those that no database has.",
                      MetricType::Counter);
  for (std::size_t i = 0; i < std::min(regions.size(), snapshot.regions.size()); ++i)
    bytes.add({{"country", regions[i]}}, snapshot.regions[i].bytes);
  FamilyBuilder(families, "netpulse_geoip_databases", "GeoIP databases in use.", MetricType::Gauge)
      .add({}, snapshot.places.files_in_use);
  FamilyBuilder reloads(families, "netpulse_geoip_reloads_total",
                        "GeoIP databases that changed while in use: the new one was taken, or refused as bad.",
                        MetricType::Counter);
  reloads.add({{"result", "taken"}}, snapshot.places.reloads);
  reloads.add({{"result", "refused"}}, snapshot.places.refused_reloads);
}

}  // namespace

void add_traffic_families(const MetricsSnapshot& snapshot, Families& families) {
  add_layers(snapshot.total, families);
  FamilyBuilder encryption(families, "netpulse_encryption_bytes_total",
                           "Bytes on the wire of flows whose protocol is known, by whether it encrypts its payload.",
                           MetricType::Counter);
  encryption.add({{"state", "encrypted"}}, snapshot.total.encrypted_bytes);
  encryption.add({{"state", "cleartext"}}, snapshot.total.cleartext_bytes);
  add_protocols(snapshot, families);
  add_applications(snapshot, families);
  add_categories(snapshot, families);
  add_places(snapshot, families);
}

}  // namespace netpulse
