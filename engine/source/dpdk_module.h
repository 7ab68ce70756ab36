#pragma once

#include <cstddef>

#include "engine/source/live_capture.h"

namespace netpulse {

/// A digest of every header that the program and its DPDK module share, and of the compiler; the same in both or they
/// do not fit together. Made by tools/source_digest.py.
extern const char* const kDpdkModuleAbi;

/// What netpulse_dpdk.so offers. The program does not link DPDK: it opens the module when DPDK is asked for.
struct DpdkModule {
  const char* abi;           ///< kDpdkModuleAbi of the module; first, so that it can be read in a foreign one
  const char* (*version)();  ///< of the DPDK that it runs with: "DPDK 22.11.11"
  /// open_live_capture() for CaptureBackend::kDpdk. EAL starts once in a process: so does this.
  Result<LiveCapture> (*open)(const CaptureOptions& options, std::size_t worker_count);
};

/// The name of the one function that the module exports: const DpdkModule* ().
inline constexpr char kDpdkModuleEntry[] = "netpulse_dpdk_module";
inline constexpr char kDpdkModuleFile[] = "netpulse_dpdk.so";

}  // namespace netpulse
