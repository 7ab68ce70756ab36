#include "engine/flow/flow_schema.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/unit/engine/flow/tcp_conversation.h"
#include "tests/unit/sample_flow.h"

namespace netpulse {
namespace {

class FlowSchema : public testing::Test {
 protected:
  ColumnValue get(std::string_view name, const FinishedFlow& flow) {
    const SchemaNames names{names_.applications, names_.categories, names_.protocols, names_.name_sources,
                            &names_.protocol_encrypted};
    for (const Column& column : flow_columns())
      if (column.name == name) return column.get(flow, names, scratch_);
    ADD_FAILURE() << "no column " << name;
    return {};
  }
  std::uint64_t number(std::string_view name, const FinishedFlow& flow) {
    return std::get<std::uint64_t>(get(name, flow));
  }
  double seconds(std::string_view name, const FinishedFlow& flow) { return std::get<double>(get(name, flow)); }
  std::string text(std::string_view name, const FinishedFlow& flow) {
    return std::string(std::get<TextValue>(get(name, flow)).raw);
  }
  bool null(std::string_view name, const FinishedFlow& flow) {
    return std::holds_alternative<std::monostate>(get(name, flow));
  }

  RunNames names_ = sample_names();
  std::string scratch_;
};

TEST_F(FlowSchema, BeginsWithThePublishedColumnsInTheirOrder) {
  const std::vector<std::string_view> published{"flow_id",
                                                "start_time",
                                                "end_time",
                                                "end_reason",
                                                "ip_version",
                                                "protocol",
                                                "src_addr",
                                                "src_port",
                                                "dst_addr",
                                                "dst_port",
                                                "vlan_id",
                                                "tunnel",
                                                "tunnel_id",
                                                "src_packets",
                                                "dst_packets",
                                                "src_bytes",
                                                "dst_bytes",
                                                "src_payload_bytes",
                                                "dst_payload_bytes",
                                                "src_tcp_flags",
                                                "dst_tcp_flags",
                                                "app_protocol",
                                                "application",
                                                "category",
                                                "server_name",
                                                "name_source",
                                                "alpn",
                                                "tls_version",
                                                "ja3",
                                                "ja4",
                                                "ech",
                                                "encrypted",
                                                "handshake_rtt_seconds",
                                                "src_rtt_seconds",
                                                "dst_rtt_seconds",
                                                "src_retransmissions",
                                                "dst_retransmissions",
                                                "src_out_of_order",
                                                "dst_out_of_order",
                                                "src_lost_segments",
                                                "dst_lost_segments",
                                                "src_country",
                                                "dst_country",
                                                "src_asn",
                                                "dst_asn"};
  const auto columns = flow_columns();
  ASSERT_GE(columns.size(), published.size());
  for (std::size_t i = 0; i < published.size(); ++i) EXPECT_EQ(columns[i].name, published[i]);
}

TEST_F(FlowSchema, NamesAreUniqueAndEveryColumnIsDescribed) {
  std::set<std::string_view> names;
  for (const Column& column : flow_columns()) {
    EXPECT_TRUE(names.insert(column.name).second) << column.name;
    EXPECT_FALSE(column.description.empty()) << column.name;
    ASSERT_NE(column.get, nullptr);
  }
}

TEST_F(FlowSchema, SourceIsTheInitiatorWhicheverEndpointSortsFirst) {
  FinishedFlow flow = sample_flow();
  EXPECT_EQ(std::get<IpAddress>(get("src_addr", flow)).to_string(), "10.0.0.20");
  EXPECT_EQ(number("src_port", flow), 50000);
  EXPECT_EQ(number("src_packets", flow), 10);
  EXPECT_EQ(number("dst_bytes", flow), 2000);
  EXPECT_EQ(number("src_payload_bytes", flow), 600);
  EXPECT_EQ(number("src_tcp_flags", flow), 0x1b);
  flow.record.flags = 0;
  EXPECT_EQ(std::get<IpAddress>(get("src_addr", flow)).to_string(), "10.0.0.9");
  EXPECT_EQ(number("dst_port", flow), 50000);
  EXPECT_EQ(number("src_packets", flow), 20);
  EXPECT_EQ(number("dst_tcp_flags", flow), 0x1b);
}

TEST_F(FlowSchema, ShowsWhatTheAnalyzersFound) {
  const FinishedFlow flow = sample_flow();
  EXPECT_EQ(text("end_reason", flow), "end_of_flow");
  EXPECT_EQ(text("app_protocol", flow), "tls");
  EXPECT_EQ(text("application", flow), "Netflix");
  EXPECT_EQ(text("category", flow), "Streaming");
  EXPECT_EQ(text("server_name", flow), "www.example.org");
  EXPECT_EQ(text("name_source", flow), "tls_sni");
  EXPECT_EQ(text("tls_version", flow), "TLS 1.3");
  EXPECT_EQ(text("tls_cipher", flow), "0x1301");
  EXPECT_EQ(text("ja3", flow), "0123456789abcdef00000000000000ff");
  EXPECT_EQ(text("ech", flow), "absent");
  EXPECT_EQ(text("application_source", flow), "server_name");
  EXPECT_TRUE(std::get<bool>(get("encrypted", flow)));
}

TEST_F(FlowSchema, AHandshakeThatWasNotSeenWholeHasNoTime) {
  FinishedFlow flow = sample_flow();
  EXPECT_TRUE(null("tls_handshake_seconds", flow));
  flow.detail.set_handshake(Duration{1'234'567'890});
  EXPECT_DOUBLE_EQ(std::get<double>(get("tls_handshake_seconds", flow)), 1.234567);
  flow.detail.set_handshake(Duration{1});
  EXPECT_DOUBLE_EQ(std::get<double>(get("tls_handshake_seconds", flow)), 1e-6) << "it was seen";
  flow.detail.set_handshake(Duration::from_seconds(1000000));
  EXPECT_DOUBLE_EQ(std::get<double>(get("tls_handshake_seconds", flow)), 4294.967295);
  flow.has_detail = false;
  EXPECT_TRUE(null("tls_handshake_seconds", flow));
}

TEST_F(FlowSchema, WhatFollowsAHandshakeIsEncryptedWhateverItIs) {
  FinishedFlow flow = sample_flow();
  names_.protocol_encrypted[flow.record.protocol_id] = false;  // as RTP behind DTLS
  EXPECT_TRUE(std::get<bool>(get("encrypted", flow)));
  flow.detail.tls_version = 0;
  EXPECT_FALSE(std::get<bool>(get("encrypted", flow)));
}

TEST_F(FlowSchema, PlacesAreThoseOfTheInitiatorAndTheResponder) {
  FinishedFlow flow = sample_flow();  // its initiator sorts second
  flow.places[0] = {{'S', 'E'}, 64500};
  EXPECT_EQ(text("dst_country", flow), "SE");
  EXPECT_EQ(number("dst_asn", flow), 64500);
  EXPECT_TRUE(null("src_country", flow));
  EXPECT_TRUE(null("src_asn", flow));
  flow.record.flags = 0;
  EXPECT_EQ(text("src_country", flow), "SE");
  EXPECT_EQ(number("src_asn", flow), 64500);
  EXPECT_TRUE(null("dst_country", flow));
}

TEST_F(FlowSchema, TcpQualityIsOfTheSenderAndRttTowardsTheOtherEnd) {
  TestConversation tcp;  // its client is the endpoint that sorts first
  tcp.see({true, 0, TcpFlags::kSyn, 1000});
  tcp.see({false, 30, TcpFlags::kSyn | TcpFlags::kAck, 5000, 1001});
  tcp.see({true, 40, TcpFlags::kAck, 1001, 5001});
  tcp.see({true, 50, TcpFlags::kAck, 1001, 5001, 100});
  tcp.see({false, 81, TcpFlags::kAck, 5001, 1101});
  tcp.see({true, 500, TcpFlags::kAck, 1001, 5001, 100});
  FinishedFlow flow = sample_flow();
  flow.record.flags = 0;
  flow.tcp_quality = tcp.quality;
  flow.tcp_counters = tcp.counters;
  EXPECT_DOUBLE_EQ(seconds("handshake_rtt_seconds", flow), 0.04);
  EXPECT_DOUBLE_EQ(seconds("handshake_server_rtt_seconds", flow), 0.03);
  EXPECT_DOUBLE_EQ(seconds("handshake_client_rtt_seconds", flow), 0.01);
  EXPECT_DOUBLE_EQ(seconds("dst_rtt_seconds", flow), 0.031);
  EXPECT_DOUBLE_EQ(seconds("dst_rtt_min_seconds", flow), 0.031);
  EXPECT_TRUE(null("src_rtt_seconds", flow));
  EXPECT_EQ(number("src_retransmissions", flow), 1);
  EXPECT_EQ(number("dst_retransmissions", flow), 0);
  flow.record.flags = FlowRecord::kFlagInitiatorIsHi;
  EXPECT_DOUBLE_EQ(seconds("src_rtt_seconds", flow), 0.031);
  EXPECT_EQ(number("dst_retransmissions", flow), 1);
  flow.record.key.protocol = 17;
  for (const auto* name : {"handshake_rtt_seconds", "src_rtt_seconds", "src_retransmissions", "dst_keep_alives"})
    EXPECT_TRUE(null(name, flow)) << name;
}

TEST_F(FlowSchema, SuperFramesCountAsTheSegmentsThatTheyHold) {
  FinishedFlow flow = sample_flow();  // its initiator sorts second, and sent 10 packets
  flow.tcp_counters.counts[1][static_cast<std::size_t>(TcpFinding::kSuperFrame)] = 2;
  flow.tcp_counters.super_frame_segments[1] = 9;
  EXPECT_EQ(number("src_super_frames", flow), 2);
  EXPECT_EQ(number("dst_super_frames", flow), 0);
  EXPECT_EQ(number("src_segments_estimated", flow), 17);
  EXPECT_EQ(number("dst_segments_estimated", flow), 20);
  flow.record.key.protocol = 17;
  EXPECT_TRUE(null("src_segments_estimated", flow));
}

TEST_F(FlowSchema, AConnectionWithoutItsSynIsMidstreamAndOtherFlowsAreNeither) {
  FinishedFlow flow = sample_flow();
  EXPECT_FALSE(std::get<bool>(get("tcp_midstream", flow)));
  flow.record.flags |= FlowRecord::kFlagMidstream;
  EXPECT_TRUE(std::get<bool>(get("tcp_midstream", flow)));
  flow.record.key.protocol = 17;
  EXPECT_TRUE(null("tcp_midstream", flow));
}

TEST_F(FlowSchema, AFlowIsOneWayUntilItWasAnsweredAndNullWhereNobodyCouldAnswer) {
  FinishedFlow flow = sample_flow();
  EXPECT_FALSE(std::get<bool>(get("one_way", flow)));
  flow.record.packets[0] = 0;
  EXPECT_TRUE(std::get<bool>(get("one_way", flow)));
  flow.record.flags |= FlowRecord::kFlagAnswered;
  EXPECT_FALSE(std::get<bool>(get("one_way", flow)));
  flow.record.flags = FlowRecord::kFlagInitiatorIsHi;
  flow.record.key.lo_addr = *IpAddress::parse("239.255.255.250");
  EXPECT_TRUE(null("one_way", flow));
}

TEST_F(FlowSchema, AbsentIsNull) {
  FinishedFlow flow = sample_flow();
  EXPECT_TRUE(null("vlan_id", flow));
  EXPECT_TRUE(null("tunnel_id", flow));
  EXPECT_TRUE(null("ja4", flow));
  EXPECT_TRUE(null("ja3s", flow));
  EXPECT_TRUE(null("handshake_rtt_seconds", flow));
  flow.has_detail = false;
  flow.record.application = 0;
  flow.record.protocol_id = 0;
  flow.record.key.protocol = 17;
  flow.record.start_time = {};
  for (const auto* name : {"server_name", "name_source", "alpn", "tls_version", "ja3", "ech", "application", "category",
                           "app_protocol", "encrypted", "src_tcp_flags", "start_time", "application_source"})
    EXPECT_TRUE(null(name, flow)) << name;
}

TEST_F(FlowSchema, NumbersBeyondTheNamesAreNullNotACrash) {
  FinishedFlow flow = sample_flow();
  flow.record.application = 999;
  flow.record.protocol_id = 200;
  flow.detail.name_source = 200;
  for (const auto* name : {"application", "category", "app_protocol", "encrypted", "name_source"})
    EXPECT_TRUE(null(name, flow)) << name;
  flow.detail.name_source = kNameSourceDnsAnswer;
  EXPECT_EQ(text("name_source", flow), "dns_answer");
}

TEST_F(FlowSchema, TunnelIdentifierComesFromTheKeyOrTheColdRecord) {
  FinishedFlow flow = sample_flow();
  flow.record.key.tunnel = Tunnel::kVxlan;
  flow.record.key.tunnel_id = 42;
  EXPECT_EQ(text("tunnel", flow), "vxlan");
  EXPECT_EQ(number("tunnel_id", flow), 42);
  flow.record.key.tunnel = Tunnel::kGtpU;
  flow.record.key.tunnel_id = 0;
  flow.detail.tunnel_id = 77;
  EXPECT_EQ(number("tunnel_id", flow), 77);
}

TEST_F(FlowSchema, AMappedAddressInAnIpv6HeaderStaysIpv6) {
  FinishedFlow flow = sample_flow();
  flow.record.key.ip_version = 6;
  EXPECT_EQ(text("src_addr", flow), "::ffff:10.0.0.20");
}

TEST_F(FlowSchema, NamesTlsVersionsAndShowsUnknownOnesAsNumbers) {
  FinishedFlow flow = sample_flow();
  flow.detail.tls_version = 0xfefd;
  EXPECT_EQ(text("tls_version", flow), "DTLS 1.2");
  flow.detail.tls_version = 0x7f1c;
  EXPECT_EQ(text("tls_version", flow), "0x7f1c");
}

}  // namespace
}  // namespace netpulse
