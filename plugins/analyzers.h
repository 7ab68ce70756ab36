#pragma once

#include "plugins/dns/dns.h"
#include "plugins/http/http.h"
#include "plugins/http2/http2.h"
#include "plugins/quic/quic.h"
#include "plugins/ssdp/ssdp.h"
#include "plugins/tls/tls.h"
#include "plugins/websocket/websocket.h"

namespace netpulse {

template <class... A>
struct AnalyzerList {};

/// Every analyzer of this build, in the order in which they are asked. A new one is a folder and a name here; the
/// contract suite then asks for its samples.
using RegisteredAnalyzers = AnalyzerList<Tls, Dns, Quic, Http, Http2, WebSocket, Ssdp>;

}  // namespace netpulse
