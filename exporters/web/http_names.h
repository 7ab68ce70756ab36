#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "exporters/web/listen_address.h"

namespace netpulse {

/// The Host names that are answered, exactly: the loopback literals, the address that is listened on, and those of the
/// configuration, each with the port (and without it where it is the scheme's own). Anything else may be a foreign name
/// that was rebound to this machine.
class HttpNames {
 public:
  HttpNames() = default;
  /// extra: entries that passed check_host_name(). One without a port is answered with this server's port and without
  /// any; one with a port, as behind a port mapping, exactly so.
  HttpNames(const ListenAddress& address, bool tls, const std::vector<std::string>& extra);

  /// local: this end of the connection. Where all addresses are listened on, the one that was asked is a name, too: a
  /// literal cannot be rebound.
  bool allowed(std::string_view host, const ListenAddress& local) const;

 private:
  std::vector<std::string> names_;
  bool any_address_ = false;
  std::string default_port_;  // ":80" or ":443"
};

/// An entry of hosts: a DNS name, an IPv4 address or an IPv6 address in brackets, and perhaps a port.
Result<void> check_host_name(std::string_view entry);

/// Whether a page of this origin may ask for changes: only one that this server gave out itself, under the Host name of
/// the request. Browsers send Origin with every such request; programs send none, and are let in (RFC 6454
/// section 7.3).
bool origin_allowed(std::string_view origin, std::string_view host, bool tls);

}  // namespace netpulse
