#pragma once

#include "plugins/dns/dns.h"
#include "tests/unit/plugins/dns/dns_builder.h"
#include "tests/unit/plugins/samples.h"

namespace netpulse::test {

template <>
struct Samples<Dns> {
  static std::vector<Sample> conversations() {
    const ByteVector query = dns_query("www.example.org")
                                 .record(3, {0}, 41, {}, 0, 1232)  // EDNS
                                 .message();
    DnsBuilder builder = dns_response("www.example.org");
    builder.record(1, dns_pointer(12), 5, dns_name("edge.example.net"));
    const std::size_t edge = builder.offset() - dns_name("edge.example.net").size();
    const ByteVector response = builder.record(1, dns_pointer(edge), 1, {203, 0, 113, 7}, 60)
                                    .record(1, dns_pointer(edge), 1, {203, 0, 113, 8}, 60)
                                    .record(3, {0}, 41, {}, 0, 1232)
                                    .message();
    ByteVector pipelined = with_length16(query);
    append(pipelined, with_length16(dns_query("mail.example.org", 28).message()));
    DnsBuilder announcement;
    announcement.id = 0;
    announcement.flags = 0x8400;
    announcement.record(1, dns_name("printer.local"), 1, {192, 0, 2, 9}, 120, 0x8001);
    return {
        {"query and answer", 17, 53, {{true, query}, {false, response}}, false},
        {"over TCP", 6, 53, {{true, pipelined}, {false, with_length16(response)}}, false},
        {"multicast", 17, 5353, {{true, dns_query("printer.local").message()}, {true, announcement.message()}}, false},
        {"link-local", 17, 5355, {{true, dns_query("fileserver").message()}}, false},
    };
  }
};

}  // namespace netpulse::test
