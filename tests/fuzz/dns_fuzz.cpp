#include "plugins/dns/dns.h"
#include "plugins/dns/dns_message.h"
#include "tests/fuzz/flow_fuzz.h"
#include "tests/fuzz/fuzz.h"

void fuzz_one(netpulse::Bytes input) {
  using namespace netpulse;
  static constexpr AnalyzerEntry kDns = make_analyzer_entry<Dns>();
  test::fuzz_flow(kDns, input);

  DnsNameText name;
  for (std::size_t offset = 0; offset < input.size() && offset < 64; ++offset) {
    const std::size_t end = read_dns_name(input, offset, name);
    NP_ASSERT(end <= input.size());
    NP_ASSERT(dns_name_end(input, offset) == end);
    if (end != 0) {
      NP_ASSERT(skip_dns_name(input, offset) == end);
      NP_ASSERT(same_dns_name(input, offset, offset));
    }
  }
}
