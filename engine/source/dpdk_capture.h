#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/source/dpdk_module.h"

namespace netpulse {

/// open_live_capture() through DPDK, whose module is opened here.
Result<LiveCapture> open_dpdk_capture(const CaptureOptions& options, std::size_t worker_count);

/// The module, opened and checked; it stays open until the program ends. folders: where it is looked for, in order.
/// Starts nothing. An error says what is missing and how to get it.
Result<const DpdkModule*> open_dpdk_module(const std::vector<std::string>& folders);

/// Beside the executable, then where it is installed.
std::vector<std::string> dpdk_module_folders();

}  // namespace netpulse
