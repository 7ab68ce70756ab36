#include <memory>

#include "plugins/common/client_hello.h"
#include "plugins/common/fingerprint_memo.h"
#include "plugins/tls/tls.h"
#include "tests/fuzz/flow_fuzz.h"
#include "tests/fuzz/fuzz.h"

namespace netpulse {
namespace {

/// The memo says what the plain functions say, also the second time.
void compare(FingerprintMemo& memo, const ClientHello& hello) {
  Md5Digest digest;
  Ja4Text text;
  const bool has_ja3 = ja3(hello, digest), has_ja4 = ja4(hello, Ja4Transport::kDtls, text);
  for (int time = 0; time < 2; ++time) {
    FingerprintMemo::OfClient found;
    memo.of_client(hello, Ja4Transport::kDtls, found);
    NP_ASSERT(found.has_ja3 == has_ja3 && (!has_ja3 || found.ja3 == digest));
    NP_ASSERT(found.has_ja4 == has_ja4 && (!has_ja4 || found.ja4.view() == text.view()));
  }
}
void compare(FingerprintMemo& memo, const ServerHello& hello) {
  Md5Digest digest, found;
  const bool has = ja3s(hello, digest);
  for (int time = 0; time < 2; ++time) {
    NP_ASSERT(memo.ja3s(hello, found) == has);
    NP_ASSERT(!has || found == digest);
  }
}

}  // namespace
}  // namespace netpulse

void fuzz_one(netpulse::Bytes input) {
  using namespace netpulse;
  static constexpr AnalyzerEntry kTls = make_analyzer_entry<Tls>();
  test::fuzz_flow(kTls, input);

  // The parsers on their own, without the framing that keeps most inputs from them.
  const auto memo = std::make_unique<FingerprintMemo>();
  ClientHello client;
  for (const HelloForm form : {HelloForm::kTls, HelloForm::kDtls})
    if (parse_client_hello(input, client, form)) {
      compare(*memo, client);
      NP_ASSERT(client.server_name().size() <= 255);
    }
  ServerHello server;
  if (parse_server_hello(input, server)) compare(*memo, server);
}
