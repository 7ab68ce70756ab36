#include "engine/source/bpf_filter.h"

#include <pcap/pcap.h>

#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/source/record_reader.h"

namespace netpulse {
namespace {

/// libpcap's own number for a LINKTYPE_*; they differ only where systems disagreed about the old ones.
int dlt_of(std::uint16_t link_type) noexcept {
  switch (link_type) {
    case 100:
      return DLT_ATM_RFC1483;
    case 101:
      return DLT_RAW;
    case 102:
      return DLT_SLIP_BSDOS;
    case 103:
      return DLT_PPP_BSDOS;
    case 106:
      return DLT_ATM_CLIP;
    default:
      return link_type;
  }
}

struct Program {
  std::uint16_t link_type = 0;
  bool usable = false;
  bpf_program code{};

  Program() = default;
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  ~Program() {
    if (usable) pcap_freecode(&code);
  }
};

/// Empty, or why the expression cannot be compiled for the link type.
std::string compile(Program& program, const std::string& expression, std::uint16_t link_type) {
  program.link_type = link_type;
  const std::unique_ptr<pcap_t, decltype(&pcap_close)> handle(
      pcap_open_dead(dlt_of(link_type), static_cast<int>(kCapturedBytesMax)), &pcap_close);
  if (!handle) return "libpcap does not start";
  constexpr int kOptimize = 1;
  program.usable = pcap_compile(handle.get(), &program.code, expression.c_str(), kOptimize, PCAP_NETMASK_UNKNOWN) == 0;
  return program.usable ? std::string() : pcap_geterr(handle.get());
}

}  // namespace

struct BpfFilter::State {
  std::string expression;
  std::string faults;
  std::vector<std::unique_ptr<Program>> programs;
  const Program* last = nullptr;

  const Program* program_for(std::uint16_t link_type) {
    if (last != nullptr && last->link_type == link_type) return last;
    for (const auto& program : programs)
      if (program->link_type == link_type) return last = program.get();
    if (programs.size() == kLinkTypesMax) return nullptr;
    programs.push_back(std::make_unique<Program>());
    const std::string fault = compile(*programs.back(), expression, link_type);
    // An expression that cannot match there ("arp" on raw IP) is an answer, not a fault.
    if (!fault.empty() && fault.find("expression rejects all packets") == std::string::npos) {
      if (!faults.empty()) faults += '\n';
      faults += "filter \"" + expression + "\" does not fit link type " + std::to_string(link_type) + ": " + fault;
    }
    return last = programs.back().get();
  }
};

BpfFilter::BpfFilter(std::unique_ptr<State> state) : state_(std::move(state)) {}
BpfFilter::BpfFilter(BpfFilter&&) noexcept = default;
BpfFilter& BpfFilter::operator=(BpfFilter&&) noexcept = default;
BpfFilter::~BpfFilter() = default;

Result<BpfFilter> BpfFilter::create(const std::string& expression) {
  constexpr std::array<std::uint16_t, 5> kCommon{1, 127, 105, 276, 101};  // Ethernet, radiotap, 802.11, SLL2, raw IP
  std::string first_fault;
  for (const std::uint16_t link_type : kCommon) {
    Program program;
    const std::string fault = compile(program, expression, link_type);
    if (fault.empty()) {
      auto state = std::make_unique<State>();
      state->expression = expression;
      return BpfFilter(std::move(state));
    }
    if (first_fault.empty()) first_fault = fault;
  }
  return Error{"filter \"" + expression + "\": " + first_fault};
}

bool BpfFilter::accepts(const RawPacket& packet) noexcept {
  const Program* program = state_->program_for(packet.link_type);
  if (program == nullptr || !program->usable) return false;
  pcap_pkthdr header{};
  header.caplen = packet.captured_bytes;
  header.len = packet.wire_bytes;
  return pcap_offline_filter(&program->code, &header, packet.data) != 0;
}

const std::string& BpfFilter::faults() const noexcept { return state_->faults; }

}  // namespace netpulse
