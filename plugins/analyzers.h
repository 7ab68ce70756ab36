#pragma once

#include "plugins/bittorrent/bittorrent.h"
#include "plugins/carrier/carrier.h"
#include "plugins/databases/databases.h"
#include "plugins/dhcp/dhcp.h"
#include "plugins/discovery/discovery.h"
#include "plugins/dns/dns.h"
#include "plugins/dtls/dtls.h"
#include "plugins/ftp/ftp.h"
#include "plugins/gnutella/gnutella.h"
#include "plugins/http/http.h"
#include "plugins/http2/http2.h"
#include "plugins/ike/ike.h"
#include "plugins/imap/imap.h"
#include "plugins/industrial/industrial.h"
#include "plugins/ldap/ldap.h"
#include "plugins/management/management.h"
#include "plugins/messaging/messaging.h"
#include "plugins/mysql/mysql.h"
#include "plugins/nbns/nbdgm.h"
#include "plugins/nbns/nbns.h"
#include "plugins/ntp/ntp.h"
#include "plugins/openvpn/openvpn.h"
#include "plugins/pop3/pop3.h"
#include "plugins/postgresql/postgresql.h"
#include "plugins/quic/quic.h"
#include "plugins/remote/remote.h"
#include "plugins/rtp/rtcp.h"
#include "plugins/rtp/rtp.h"
#include "plugins/services/services.h"
#include "plugins/sip/sip.h"
#include "plugins/smtp/smtp.h"
#include "plugins/socks/socks.h"
#include "plugins/ssdp/ssdp.h"
#include "plugins/ssh/ssh.h"
#include "plugins/stun/stun.h"
#include "plugins/telemetry/telemetry.h"
#include "plugins/tls/tls.h"
#include "plugins/websocket/websocket.h"
#include "plugins/windows/windows.h"
#include "plugins/wireguard/wireguard.h"
#include "plugins/xmpp/xmpp.h"

namespace netpulse {

template <class... A>
struct AnalyzerList {};

/// Every analyzer of this build, in the order in which they are asked. A new one is a folder and a name here; the
/// contract suite then asks for its samples.
using RegisteredAnalyzers =
    AnalyzerList<Tls, Dns, Quic, Http, WebSocket, Ssdp, Ssh, Dhcp, Dhcpv6, Ntp, Stun, Sip, Rtcp, Rtp, Wireguard,
                 Openvpn, Ike, EspInUdp, Bittorrent, Gnutella, Socks, Smb, Dcerpc, Kerberos, Rdp, Vnc, Telnet, X11,
                 Mqtt, Amqp, Irc, Coap, Rtmp, Snmp, Syslog, Tftp, Radius, Tacacs, Netflow, Ipfix, Sflow, Redis, Mongodb,
                 Memcached, Tds, Oracle, Modbus, Dnp3, Iec104, S7comm, Bacnet, Enip, Bgp, Gtp, Pfcp, Diameter, Rip, Ptp,
                 Nfs, Rpc, Git, Rsync, DropboxLan, NatPmp, Bitcoin, WsDiscovery, SpotifyLan, Speedtest, Nbns, Nbdgm,
                 Http2, Dtls, Smtp, Imap, Pop3, Ftp, Xmpp, Ldap, Postgresql, Mysql>;

}  // namespace netpulse
