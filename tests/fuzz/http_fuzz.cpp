#include "plugins/common/http_text.h"
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

  // A field line's short way is as good as the long one.
  LineReader reader(as_text(input));
  for (std::string_view line; reader.next(line);)
    for (const std::string_view name : {"host", "content-length"}) {
      FieldLine field;
      std::string_view value;
      const bool is_field = split_field_line(line, field) && equals_ignoring_case(field.name, name);
      NP_ASSERT(has_field_name(line, name, value) == is_field && (!is_field || value == field.value));
    }
}
