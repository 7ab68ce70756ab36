#include <string>
#include <vector>

#include "engine/filter/flow_filter.h"
#include "tests/fuzz/fuzz.h"

namespace {

using namespace netpulse;

FinishedFlow example_flow() {
  FinishedFlow flow{};
  flow.record.key.lo_addr = *IpAddress::parse("192.0.2.1");
  flow.record.key.hi_addr = *IpAddress::parse("2001:db8::1");
  flow.record.key.ip_version = 6;
  flow.record.key.protocol = 6;
  flow.record.key.hi_port = 443;
  flow.record.detail_index = 0;
  flow.has_detail = true;
  flow.detail.name_source = 1;
  flow.detail.short_server_name.assign("www.example.org");
  return flow;
}

}  // namespace

/// A filter from anybody: marked where it is wrong, and asked of a flow where it is not.
void fuzz_one(netpulse::Bytes input) {
  static const std::vector<std::string> kNames{"unknown", "tls"}, kSources{"", "tls_sni"};
  static const std::vector<bool> kEncrypted{false, true};
  static const FinishedFlow kFlow = example_flow();
  const std::string_view text = as_text(input);
  const auto filter = FlowFilter::parse(text, {kNames, kNames, kNames, kSources, &kEncrypted});
  if (const auto* fault = std::get_if<FilterFault>(&filter)) {
    if (fault->message.empty() || fault->offset > text.size() || fault->length > text.size() - fault->offset)
      __builtin_trap();
    (void)marked(text, *fault);
  } else {
    (void)std::get<FlowFilter>(filter).matches(kFlow);
  }
}
