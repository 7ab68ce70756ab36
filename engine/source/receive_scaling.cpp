#include "engine/source/receive_scaling.h"

#include <algorithm>
#include <array>
#include <string>

namespace netpulse {

ReceiveScaling read_receive_scaling(Config& config, std::string_view section) {
  static constexpr std::array<std::string_view, 3> kNames{"auto", "trust", "off"};
  const std::string name = config.choice(section, "receive_scaling", kNames.front(), {kNames.begin(), kNames.end()});
  return static_cast<ReceiveScaling>(std::find(kNames.begin(), kNames.end(), name) - kNames.begin());
}

}  // namespace netpulse
