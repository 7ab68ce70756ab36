#include "engine/source/af_xdp_capture.h"

namespace netpulse {
namespace {

Error absent() {
  return {"this build has no AF_XDP; use --backend pcap, or build where libxdp-dev and libbpf-dev are installed"};
}

}  // namespace

Result<LiveCapture> open_af_xdp_capture(const CaptureOptions&, std::size_t) { return absent(); }
Result<void> af_xdp_readiness(const std::string&, const CaptureOptions&) { return absent(); }

}  // namespace netpulse
