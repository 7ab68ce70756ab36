#pragma once

#include <cstdint>
#include <string_view>

#include "engine/config/config.h"

namespace netpulse {

/// Whether an interface's own hash (receive-side scaling) may deal packets out to workers. Both directions of a flow
/// must meet on one worker.
enum class ReceiveScaling : std::uint8_t {
  kAuto,   ///< where both directions of a flow are known to get the same queue
  kTrust,  ///< wherever there are queues: the user knows that they do
  kOff,    ///< never: one reader deals them out
};

/// Key receive_scaling of a section; errors are recorded in config.
ReceiveScaling read_receive_scaling(Config& config, std::string_view section);

}  // namespace netpulse
