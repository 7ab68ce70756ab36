#include "engine/base/cycles.h"

#include <thread>

namespace netpulse {

double cycles_per_second() {
  static const double kRate = [] {
    const auto started = std::chrono::steady_clock::now();
    const std::uint64_t before = cycles_now();
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    const std::uint64_t after = cycles_now();
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - started;
    return static_cast<double>(after - before) / elapsed.count();
  }();
  return kRate;
}

}  // namespace netpulse
