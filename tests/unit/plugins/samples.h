#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace netpulse::test {

using ByteVector = std::vector<std::uint8_t>;

/// One payload of a conversation.
struct Step {
  bool from_initiator;
  ByteVector payload;
};

/// A valid conversation of one protocol.
struct Sample {
  std::string what;
  std::uint8_t protocol;  ///< 6 or 17
  std::uint16_t server_port;
  std::vector<Step> steps;
  bool completes;  ///< the last step's last byte makes consume() return kDone
};

/// What an analyzer gives to the contract suite: specialise in PLUGIN/PLUGIN_samples.h with
/// static std::vector<Sample> conversations().
template <class A>
struct Samples;

}  // namespace netpulse::test
