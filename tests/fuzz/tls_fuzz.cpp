#include "plugins/common/client_hello.h"
#include "plugins/common/fingerprint.h"
#include "plugins/tls/tls.h"
#include "tests/fuzz/flow_fuzz.h"
#include "tests/fuzz/fuzz.h"

void fuzz_one(netpulse::Bytes input) {
  using namespace netpulse;
  static constexpr AnalyzerEntry kTls = make_analyzer_entry<Tls>();
  test::fuzz_flow(kTls, input);

  // The parsers on their own, without the framing that keeps most inputs from them.
  ClientHello client;
  Md5Digest digest;
  Ja4Text text;
  for (const HelloForm form : {HelloForm::kTls, HelloForm::kDtls})
    if (parse_client_hello(input, client, form)) {
      ja3(client, digest);
      ja4(client, Ja4Transport::kDtls, text);
      NP_ASSERT(client.server_name().size() <= 255);
    }
  ServerHello server;
  if (parse_server_hello(input, server)) ja3s(server, digest);
}
