#pragma once

#include "plugins/xmpp/xmpp.h"
#include "tests/unit/plugins/common/hello_builder.h"
#include "tests/unit/plugins/samples.h"

namespace netpulse::test {

template <>
struct Samples<Xmpp> {
  static std::vector<Sample> conversations() {
    return {
        {"XMPP with STARTTLS",
         6,
         5222,
         {{true, bytes_of("<?xml version='1.0'?><stream:stream to='example.org' version='1.0' xmlns='jabber:client' "
                          "xmlns:stream='http://etherx.jabber.org/streams'>")},
          {false,
           bytes_of("<?xml version='1.0'?><stream:stream from='example.org' id='t7AMCin9' version='1.0' "
                    "xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'><stream:features><starttls "
                    "xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls></stream:features>")},
          {true, bytes_of("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")},
          {false, bytes_of("<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")}},
         true},
        {"XMPP in clear",
         6,
         15222,
         {{true, bytes_of("<stream:stream to='example.org' version='1.0' xmlns='jabber:client' "
                          "xmlns:stream='http://etherx.jabber.org/streams'>")},
          {false, bytes_of("<?xml version='1.0'?><stream:stream from='example.org' id='t7AMCin9' version='1.0' "
                           "xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>")},
          {true, bytes_of("<iq type='get' id='1'>")}},
         true}};
  }
};

}  // namespace netpulse::test
