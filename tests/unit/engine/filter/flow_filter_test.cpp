#include "engine/filter/flow_filter.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace netpulse {
namespace {

const std::vector<std::string> kApplications{"Unknown", "Example"}, kCategories{"Unknown", "Web"};
const std::vector<std::string> kProtocols{"unknown", "tls", "dns"}, kNameSources{"", "tls_sni", ""};
const std::vector<bool> kEncrypted{false, true, false};
const SchemaNames kNames{kApplications, kCategories, kProtocols, kNameSources, &kEncrypted};

FinishedFlow https_flow() {
  FinishedFlow flow{};
  FlowRecord& record = flow.record;
  record.key.lo_addr = *IpAddress::parse("192.0.2.1");
  record.key.hi_addr = *IpAddress::parse("198.51.100.9");
  record.key.lo_port = 50000;
  record.key.hi_port = 443;
  record.key.ip_version = 4;
  record.key.protocol = 6;
  record.packets[0] = 10;
  record.packets[1] = 20;
  record.bytes[0] = 1000;
  record.bytes[1] = 30000;
  record.start_time = Timestamp{1'714'564'800'000'000'000};
  record.end_time = record.start_time + Duration::from_milliseconds(2500);
  record.protocol_id = 1;
  record.application = 1;
  record.detail_index = 0;
  flow.has_detail = true;
  flow.detail.name_source = 1;
  flow.detail.short_server_name.assign("www.example.org");
  return flow;
}

bool matches(std::string_view text, const FinishedFlow& flow) {
  const auto filter = FlowFilter::parse(text, kNames);
  if (const auto* fault = std::get_if<FilterFault>(&filter)) {
    ADD_FAILURE() << fault->message;
    return false;
  }
  return std::get<FlowFilter>(filter).matches(flow);
}

TEST(FlowFilter, KnowsWiresharksNames) {
  const FinishedFlow flow = https_flow();
  EXPECT_TRUE(matches("ip.addr == 198.51.100.9 && ip.src == 192.0.2.0/24", flow));
  EXPECT_TRUE(matches("tcp.port == 443 && tcp.dstport == 443 && !udp.port", flow));
  EXPECT_FALSE(matches("tcp.srcport == 443", flow));
  EXPECT_TRUE(matches("tls.sni == WWW.example.org && name ~ \"\\.org$\"", flow));
  EXPECT_FALSE(matches("http.host", flow)) << "the name comes from a ClientHello";
  EXPECT_TRUE(matches("app == example && category == web", flow));
}

TEST(FlowFilter, KnowsEveryColumn) {
  for (const Column& column : flow_columns()) {
    SCOPED_TRACE(column.name);
    const auto filter = FlowFilter::parse(column.name, kNames);
    ASSERT_TRUE(std::holds_alternative<FlowFilter>(filter));
    std::get<FlowFilter>(filter).matches(https_flow());
  }
  EXPECT_TRUE(matches("src_packets == 10 && dst_bytes == 30k", https_flow()));
}

TEST(FlowFilter, AddsUpBothDirections) {
  const FinishedFlow flow = https_flow();
  EXPECT_TRUE(matches("bytes == 31000 && packets == 30 && duration_seconds == 2500ms", flow));
  EXPECT_FALSE(matches("bytes > 31k", flow));
}

TEST(FlowFilter, ProtocolsAreOfAnyLayer) {
  const FinishedFlow flow = https_flow();
  EXPECT_TRUE(matches("ip && ipv4 && tcp && tls", flow));
  EXPECT_FALSE(matches("ipv6 || udp || dns", flow));
}

TEST(FlowFilter, WhatAFlowHasNotIsNotCompared) {
  FinishedFlow flow = https_flow();
  flow.has_detail = false;
  EXPECT_FALSE(matches("tls.sni == www.example.org", flow));
  EXPECT_FALSE(matches("tls.sni != www.example.org", flow));
  EXPECT_TRUE(matches("!(tls.sni == www.example.org)", flow));
}

}  // namespace
}  // namespace netpulse
