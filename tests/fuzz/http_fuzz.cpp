#include "plugins/http/http.h"
#include "plugins/ssdp/ssdp.h"
#include "plugins/websocket/websocket.h"
#include "tests/fuzz/flow_fuzz.h"
#include "tests/fuzz/fuzz.h"

void fuzz_one(netpulse::Bytes input) {
  using namespace netpulse;
  static constexpr AnalyzerEntry kHttp = make_analyzer_entry<Http>();
  static constexpr AnalyzerEntry kWebSocket = make_analyzer_entry<WebSocket>();
  static constexpr AnalyzerEntry kSsdp = make_analyzer_entry<Ssdp>();
  test::fuzz_flow(kHttp, input);
  test::fuzz_flow(kWebSocket, input);
  test::fuzz_flow(kSsdp, input);
}
