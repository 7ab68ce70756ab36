#include "plugins/http2/connection_pool.h"

#include <algorithm>

namespace netpulse {

std::array<HpackTable, 2>& Http2ConnectionPool::tables(std::uint32_t& connection, std::uint32_t& generation) noexcept {
  if (generation == 0 || connection >= kConnectionsMax || generation_[connection] != generation) {
    const auto* const oldest = std::min_element(used_at_.begin(), used_at_.end());
    connection = static_cast<std::uint32_t>(oldest - used_at_.begin());
    if (++generations_ == 0) ++generations_;
    generation = generation_[connection] = generations_;
    for (HpackTable& table : tables_[connection]) table.reset();
  }
  used_at_[connection] = ++uses_;
  return tables_[connection];
}

}  // namespace netpulse
