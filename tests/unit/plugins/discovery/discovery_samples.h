#pragma once

#include "plugins/discovery/discovery.h"
#include "tests/unit/plugins/common/hello_builder.h"
#include "tests/unit/plugins/samples.h"

namespace netpulse::test {

inline ByteVector soap_probe(std::string_view name_space) {
  return bytes_of(R"(<?xml version="1.0"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:d=")" +
                  std::string(name_space) + R"("><s:Body><d:Probe/></s:Body></s:Envelope>)");
}

template <>
struct Samples<WsDiscovery> {
  static std::vector<Sample> conversations() {
    return {{"probe", 17, 3702, {{true, soap_probe("http://schemas.xmlsoap.org/ws/2005/04/discovery")}}, true},
            {"probe of version 1.1",
             17,
             3702,
             {{true, soap_probe("http://docs.oasis-open.org/ws-dd/ns/discovery/2009/01")}},
             true}};
  }
};
template <>
struct Samples<SpotifyLan> {
  static std::vector<Sample> conversations() {
    ByteVector announcement = bytes_of("SpotUdp0\x01\x02\x03\x04\x05\x06\x07\x08");
    append(announcement, {0, 1, 0, 4});
    append(announcement, ByteVector(24, 0x5a));
    return {{"announcement", 17, 57621, {{true, announcement}}, true}};
  }
};
template <>
struct Samples<Speedtest> {
  static std::vector<Sample> conversations() {
    return {{"long greeting", 6, 8080, {{false, bytes_of("HELLO 2.9 (2.9.2) 2021-11-30.2159.fafe1e0\n")}}, true},
            {"short greeting", 6, 5060, {{false, bytes_of("HELLO 2.4 2016-10-06.1324.996fab9\n")}}, true}};
  }
};

}  // namespace netpulse::test
