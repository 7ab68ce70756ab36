#pragma once

#include "plugins/dns/dns.h"
#include "plugins/dtls/dtls.h"
#include "plugins/tls/tls.h"

namespace netpulse {

template <class... A>
struct AnalyzerList {};

/// Every analyzer of this build, in the order in which they are asked. A new one is a folder and a name here; the
/// contract suite then asks for its samples.
using RegisteredAnalyzers = AnalyzerList<Tls, Dns, Dtls>;

}  // namespace netpulse
