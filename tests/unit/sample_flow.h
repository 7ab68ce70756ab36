#pragma once

#include <string_view>

#include "engine/metrics/sinks.h"

namespace netpulse {

/// Names of a run with two applications and three protocols.
inline RunNames sample_names() {
  RunNames names;
  names.applications = {"Unknown", "Netflix", "Office \"365\"\n"};
  names.categories = {"Unknown", "Streaming", "Work"};
  names.protocols = {"unknown", "tls", "dns"};
  names.name_sources = {"", "tls_sni", "dns_query"};
  names.protocol_encrypted = {false, true, false};
  return names;
}

/// A TLS flow whose initiator sorts second: 10.0.0.9:443 is lo, 10.0.0.20:50000 is the client.
inline FinishedFlow sample_flow(std::string_view server_name = "www.example.org") {
  FinishedFlow flow{};
  flow.record.key.lo_addr = *IpAddress::parse("10.0.0.9");
  flow.record.key.hi_addr = *IpAddress::parse("10.0.0.20");
  flow.record.key.lo_port = 443;
  flow.record.key.hi_port = 50000;
  flow.record.key.protocol = 6;
  flow.record.key.ip_version = 4;
  flow.record.flags = FlowRecord::kFlagInitiatorIsHi;
  flow.record.start_time = {1'714'564'800'000'000'001};
  flow.record.end_time = {1'714'564'801'500'000'000};
  flow.record.flow_id = 7;
  flow.record.packets[0] = 20;
  flow.record.packets[1] = 10;
  flow.record.bytes[0] = 2000;
  flow.record.bytes[1] = 1000;
  flow.record.payload_bytes[0] = 1200;
  flow.record.payload_bytes[1] = 600;
  flow.record.tcp_flags[0] = 0x12;
  flow.record.tcp_flags[1] = 0x1b;
  flow.record.application = 1;
  flow.record.protocol_id = 1;
  flow.reason = EndReason::kEndOfFlow;
  flow.has_detail = true;
  flow.set_server_name(server_name);
  flow.detail.name_source = 1;
  flow.detail.tls_version = 0x0304;
  flow.detail.tls_cipher = 0x1301;
  flow.record.application_source = ApplicationSource::kServerName;
  flow.detail.ech = Ech::kAbsent;
  flow.detail.has_ja3 = true;
  flow.detail.ja3 = {0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0, 0, 0, 0, 0, 0, 0, 0xff};
  flow.detail.alpn.assign("h2");
  return flow;
}

}  // namespace netpulse
