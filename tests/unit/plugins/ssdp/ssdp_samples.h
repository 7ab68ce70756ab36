#pragma once

#include "plugins/ssdp/ssdp.h"
#include "tests/unit/plugins/samples.h"
#include "tests/unit/plugins/text_bytes.h"

namespace netpulse::test {

template <>
struct Samples<Ssdp> {
  static std::vector<Sample> conversations() {
    const ByteVector search = text_bytes(
        "M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: \"ssdp:discover\"\r\nMX: 1\r\n"
        "ST: urn:dial-multiscreen-org:service:dial:1\r\nUSER-AGENT: Chromium/120.0 Linux\r\n\r\n");
    const ByteVector notify = text_bytes(
        "NOTIFY * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nNT: upnp:rootdevice\r\nNTS: ssdp:alive\r\n"
        "SERVER: Linux/5.10 UPnP/1.1 MiniUPnPd/2.2\r\nUSN: uuid:1::upnp:rootdevice\r\n\r\n");
    const ByteVector response = text_bytes(
        "HTTP/1.1 200 OK\r\nCACHE-CONTROL: max-age=1800\r\nST: upnp:rootdevice\r\nUSN: uuid:1::upnp:rootdevice\r\n"
        "SERVER: Linux/5.10 UPnP/1.1 MiniUPnPd/2.2\r\nLOCATION: http://192.0.2.1:5000/root.xml\r\n\r\n");
    return {
        {"search", 17, 1900, {{true, search}, {true, search}}, false},
        {"announcement", 17, 1900, {{true, notify}}, false},
        {"answer", 17, 1900, {{true, search}, {false, response}}, false},
        {"answer from any port", 17, 49152, {{true, response}}, false},
    };
  }
};

}  // namespace netpulse::test
