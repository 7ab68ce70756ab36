#include "plugins/nbns/nbdgm.h"
#include "plugins/nbns/nbns.h"
#include "plugins/nbns/netbios_name.h"
#include "tests/fuzz/flow_fuzz.h"
#include "tests/fuzz/fuzz.h"

void fuzz_one(netpulse::Bytes input) {
  using namespace netpulse;
  static constexpr AnalyzerEntry kNbns = make_analyzer_entry<Nbns>(), kNbdgm = make_analyzer_entry<Nbdgm>();
  test::fuzz_flow(kNbns, input);
  test::fuzz_flow(kNbdgm, input);

  ByteCursor cursor(input);
  NetbiosName name;
  if (!read_netbios_name(cursor, name)) return;
  const NetbiosNameText text(name);
  NP_ASSERT(cursor.position() <= 256);
  NP_ASSERT(text.view().starts_with(text.host()));
}
