#pragma once

#include "plugins/dns/dns.h"
#include "plugins/dtls/dtls.h"
#include "plugins/ftp/ftp.h"
#include "plugins/http/http.h"
#include "plugins/imap/imap.h"
#include "plugins/ldap/ldap.h"
#include "plugins/mysql/mysql.h"
#include "plugins/nbns/nbdgm.h"
#include "plugins/nbns/nbns.h"
#include "plugins/pop3/pop3.h"
#include "plugins/postgresql/postgresql.h"
#include "plugins/quic/quic.h"
#include "plugins/smtp/smtp.h"
#include "plugins/ssdp/ssdp.h"
#include "plugins/tls/tls.h"
#include "plugins/websocket/websocket.h"
#include "plugins/xmpp/xmpp.h"

namespace netpulse {

template <class... A>
struct AnalyzerList {};

/// Every analyzer of this build, in the order in which they are asked. A new one is a folder and a name here; the
/// contract suite then asks for its samples.
using RegisteredAnalyzers = AnalyzerList<Tls, Dns, Quic, Http, WebSocket, Ssdp, Nbns, Nbdgm, Dtls, Smtp, Imap, Pop3,
                                         Ftp, Xmpp, Ldap, Postgresql, Mysql>;

}  // namespace netpulse
