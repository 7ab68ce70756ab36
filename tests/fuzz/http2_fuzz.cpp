#include "plugins/http2/http2.h"

#include "plugins/http2/huffman.h"
#include "tests/fuzz/flow_fuzz.h"
#include "tests/fuzz/fuzz.h"

void fuzz_one(netpulse::Bytes input) {
  using namespace netpulse;
  static constexpr AnalyzerEntry kHttp2 = make_analyzer_entry<Http2>();
  test::fuzz_flow(kHttp2, input);

  // The decoders on their own, without the framing that keeps most inputs from them.
  static HpackTable table;
  table.reset();
  for (const Bytes block : {input, input.subspan(input.size() / 2)}) {
    HpackReader reader(block, table);
    while (reader.next() == HpackReader::Event::kField) NP_ASSERT(reader.field().value.size() <= kHpackValueBytesMax);
    NP_ASSERT(table.used_bytes() <= table.bytes_max());
  }
  std::array<char, 64> text;
  std::size_t text_bytes = 0;
  if (decode_hpack_huffman(input, text, text_bytes)) NP_ASSERT(text_bytes <= input.size() * 8 / 5);
}
