#pragma once

#include "plugins/bittorrent/bittorrent.h"
#include "plugins/dhcp/dhcp.h"
#include "plugins/dns/dns.h"
#include "plugins/gnutella/gnutella.h"
#include "plugins/ike/ike.h"
#include "plugins/ntp/ntp.h"
#include "plugins/openvpn/openvpn.h"
#include "plugins/rtp/rtp.h"
#include "plugins/sip/sip.h"
#include "plugins/socks/socks.h"
#include "plugins/ssh/ssh.h"
#include "plugins/stun/stun.h"
#include "plugins/tls/tls.h"
#include "plugins/wireguard/wireguard.h"

namespace netpulse {

template <class... A>
struct AnalyzerList {};

/// Every analyzer of this build, in the order in which they are asked. A new one is a folder and a name here; the
/// contract suite then asks for its samples.
using RegisteredAnalyzers = AnalyzerList<Tls, Dns, Ssh, Dhcp, Dhcpv6, Ntp, Stun, Sip, Rtcp, Rtp, Wireguard, Openvpn,
                                         Ike, EspInUdp, Bittorrent, Gnutella, Socks>;

}  // namespace netpulse
