#include "engine/filter/flow_filter.h"

#include <algorithm>
#include <array>
#include <utility>

#include "engine/base/assert.h"

namespace netpulse {
namespace {

constexpr std::uint8_t kAnyProtocol = 255, kTcp = 6, kUdp = 17;

/// A name that is no column's own.
struct Alias {
  std::string_view name;
  std::string_view columns;  // one or two, "a b"
  std::uint8_t protocol = kAnyProtocol;
  std::string_view name_sources = {};  // not empty: only where the name's source is one of these
  std::string_view description;
};
constexpr Alias kAliases[] = {
    {"ip.addr", "src_addr dst_addr", kAnyProtocol, {}, "Either address, IPv4 or IPv6"},
    {"ip.src", "src_addr", kAnyProtocol, {}, "Address of the initiator"},
    {"ip.dst", "dst_addr", kAnyProtocol, {}, "Address of the responder"},
    {"ip.proto", "protocol", kAnyProtocol, {}, "IANA number of the transport"},
    {"ip.version", "ip_version", kAnyProtocol, {}, "4 or 6"},
    {"port", "src_port dst_port", kAnyProtocol, {}, "Either port"},
    {"tcp.port", "src_port dst_port", kTcp, {}, "Either port of a TCP flow"},
    {"tcp.srcport", "src_port", kTcp, {}, "Port of the initiator"},
    {"tcp.dstport", "dst_port", kTcp, {}, "Port of the responder"},
    {"udp.port", "src_port dst_port", kUdp, {}, "Either port of a UDP flow"},
    {"udp.srcport", "src_port", kUdp, {}, "Port of the initiator"},
    {"udp.dstport", "dst_port", kUdp, {}, "Port of the responder"},
    {"tls.sni", "server_name", kAnyProtocol, "tls_sni quic_sni dtls_sni", "Server name that a ClientHello asks for"},
    {"tls.version", "tls_version", kAnyProtocol, {}, "\"1.3\", ..."},
    {"tls.ja3", "ja3", kAnyProtocol, {}, "Fingerprint of the ClientHello"},
    {"tls.ja4", "ja4", kAnyProtocol, {}, "Fingerprint of the ClientHello"},
    {"http.host", "server_name", kAnyProtocol, "http_host", "Host that an HTTP request asks for"},
    {"http.user_agent", "user_agent", kAnyProtocol, {}, "User-Agent of the first request"},
    {"http.request.method", "http_method", kAnyProtocol, {}, "Method of the first request"},
    {"http.response.code", "http_status", kAnyProtocol, {}, "Status of the first response"},
    {"vlan.id", "vlan_id", kAnyProtocol, {}, "Outermost VLAN"},
    {"name", "server_name", kAnyProtocol, {}, "Server name, wherever it comes from"},
    {"app", "application", kAnyProtocol, {}, "Application of the catalogue"},
    {"country", "src_country dst_country", kAnyProtocol, {}, "Country of either address: \"SE\""},
    {"asn", "src_asn dst_asn", kAnyProtocol, {}, "AS number of either address"},
    {"retransmissions", "src_retransmissions dst_retransmissions", kTcp, {}, "Of either direction"},
    {"rtt", "src_rtt_seconds dst_rtt_seconds", kTcp, {}, "Smoothed round-trip time towards either end"},
};

struct Sum {
  std::string_view name;
  FilterType type;
  std::string_view unit, description;
  FilterValue (*of)(const FlowRecord& record);
};
constexpr Sum kSums[] = {
    {"packets", FilterType::kNumber, "packets", "Of both directions",
     [](const FlowRecord& record) -> FilterValue { return record.packets_total(); }},
    {"bytes", FilterType::kNumber, "bytes", "Of both directions, on the wire",
     [](const FlowRecord& record) -> FilterValue { return record.bytes_total(); }},
    {"duration_seconds", FilterType::kNumber, "seconds", "From the first packet to the last",
     [](const FlowRecord& record) -> FilterValue { return (record.end_time - record.start_time).seconds(); }},
};

/// Layers that stand alone in an expression, in front of the application protocols.
struct Layer {
  std::string_view name;
  std::uint8_t ip_version, protocol;  // 0: any
};
constexpr Layer kLayers[] = {{"ip", 0, 0},   {"ipv4", 4, 0},   {"ipv6", 6, 0}, {"tcp", 0, 6},
                             {"udp", 0, 17}, {"sctp", 0, 132}, {"icmp", 0, 1}, {"icmpv6", 0, 58}};

FilterType filter_type(ColumnType type) noexcept {
  switch (type) {
    case ColumnType::kUnsigned:
    case ColumnType::kNumber:
      return FilterType::kNumber;
    case ColumnType::kText:
      return FilterType::kText;
    case ColumnType::kTime:
      return FilterType::kTime;
    case ColumnType::kBoolean:
      return FilterType::kBoolean;
    case ColumnType::kAddress:
      return FilterType::kAddress;
  }
  return FilterType::kText;
}

std::size_t column_index(std::string_view name) {
  const auto columns = flow_columns();
  const auto found =
      std::find_if(columns.begin(), columns.end(), [&](const Column& column) { return column.name == name; });
  NP_ASSERT(found != columns.end());
  return static_cast<std::size_t>(found - columns.begin());
}

/// Whether words, separated by spaces, has word.
bool has_word(std::string_view words, std::string_view word) noexcept {
  for (std::size_t begin = 0; begin < words.size();) {
    const std::size_t end = std::min(words.find(' ', begin), words.size());
    if (words.substr(begin, end - begin) == word) return true;
    begin = end + 1;
  }
  return false;
}

}  // namespace

/// Where a field's values come from: a sum, or one or two columns.
struct FlowVocabulary::Source {
  const Sum* sum = nullptr;
  std::array<std::size_t, 2> columns{};
  std::size_t column_count = 0;
  std::uint8_t protocol = kAnyProtocol;
  std::string_view name_sources;
};

FlowVocabulary::FlowVocabulary(std::span<const std::string> protocols) : layers_(std::size(kLayers)) {
  for (const Layer& layer : kLayers) protocols_.emplace_back(layer.name);
  protocols_.insert(protocols_.end(), protocols.begin(), protocols.end());
  const auto columns = flow_columns();
  for (const Alias& alias : kAliases) {
    Source source{.sum = nullptr, .protocol = alias.protocol, .name_sources = alias.name_sources};
    for (std::size_t begin = 0; begin < alias.columns.size();) {
      const std::size_t end = std::min(alias.columns.find(' ', begin), alias.columns.size());
      source.columns[source.column_count++] = column_index(alias.columns.substr(begin, end - begin));
      begin = end + 1;
    }
    const Column& first = columns[source.columns[0]];
    fields_.push_back(
        {std::string(alias.name), filter_type(first.type), std::string(first.unit), std::string(alias.description)});
    sources_.push_back(source);
  }
  for (const Sum& sum : kSums) {
    fields_.push_back({std::string(sum.name), sum.type, std::string(sum.unit), std::string(sum.description)});
    sources_.push_back({.sum = &sum});
  }
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const Column& column = columns[i];
    fields_.push_back({std::string(column.name), filter_type(column.type), std::string(column.unit),
                       std::string(column.description)});
    sources_.push_back({.sum = nullptr, .columns = {i, 0}, .column_count = 1});
  }
}

FlowVocabulary::~FlowVocabulary() = default;

/// A flow record, asked by a filter.
class FlowFilterSubject final : public FilterSubject {
 public:
  FlowFilterSubject(const FinishedFlow& flow, const FlowVocabulary& vocabulary, const SchemaNames& names)
      : flow_(flow), vocabulary_(vocabulary), names_(names) {}

  void values(std::size_t field, std::vector<FilterValue>& out) const override {
    const FlowVocabulary::Source& source = vocabulary_.sources_[field];
    if (source.sum != nullptr) {
      out.push_back(source.sum->of(flow_.record));
      return;
    }
    if (source.protocol != kAnyProtocol && source.protocol != flow_.record.key.protocol) return;
    if (!source.name_sources.empty() && !name_is_from(source.name_sources)) return;
    for (std::size_t i = 0; i < source.column_count; ++i) append(flow_columns()[source.columns[i]], scratch_[i], out);
  }

  bool is(std::size_t protocol) const override {
    if (protocol >= vocabulary_.layers_) return flow_.record.protocol_id == protocol - vocabulary_.layers_;
    const Layer& layer = kLayers[protocol];
    return (layer.ip_version == 0 || layer.ip_version == flow_.record.key.ip_version) &&
           (layer.protocol == 0 || layer.protocol == flow_.record.key.protocol);
  }

 private:
  bool name_is_from(std::string_view name_sources) const {
    static const std::size_t kNameSource = column_index("name_source");
    std::string scratch;
    const ColumnValue value = flow_columns()[kNameSource].get(flow_, names_, scratch);
    const auto* text = std::get_if<TextValue>(&value);
    return text != nullptr && has_word(name_sources, text->raw);
  }

  void append(const Column& column, std::string& scratch, std::vector<FilterValue>& out) const {
    const ColumnValue value = column.get(flow_, names_, scratch);
    if (const auto* number = std::get_if<std::uint64_t>(&value)) out.emplace_back(*number);
    if (const auto* real = std::get_if<double>(&value)) out.emplace_back(*real);
    if (const auto* flag = std::get_if<bool>(&value)) out.emplace_back(*flag);
    if (const auto* time = std::get_if<Timestamp>(&value)) out.emplace_back(*time);
    if (const auto* address = std::get_if<IpAddress>(&value)) out.emplace_back(*address);
    if (const auto* text = std::get_if<TextValue>(&value)) {
      if (column.type != ColumnType::kAddress)
        out.emplace_back(text->raw);
      else if (const auto address = IpAddress::parse(text->raw))
        out.emplace_back(*address);
    }
  }

  const FinishedFlow& flow_;
  const FlowVocabulary& vocabulary_;
  const SchemaNames& names_;
  mutable std::array<std::string, 2> scratch_;
};

std::variant<FlowFilter, FilterFault> FlowFilter::parse(std::string_view text, const SchemaNames& names) {
  auto vocabulary = std::make_unique<const FlowVocabulary>(names.protocols);
  auto expression = FilterExpression::parse(text, vocabulary->view());
  if (auto* fault = std::get_if<FilterFault>(&expression)) return std::move(*fault);
  return FlowFilter(std::get<FilterExpression>(std::move(expression)), std::move(vocabulary), names);
}

bool FlowFilter::matches(const FinishedFlow& flow) const {
  return expression_.matches(FlowFilterSubject(flow, *vocabulary_, names_));
}

}  // namespace netpulse
