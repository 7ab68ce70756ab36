#include <algorithm>

#include "engine/flow/flow_record.h"

namespace netpulse {

void FlowAttributes::set(FlowAttribute kind, std::string_view text) noexcept {
  const std::size_t room = bytes_.size() - used_;
  if (text.empty() || room <= kHeaderBytes || !get(kind).empty()) return;
  const std::size_t size = std::min({text.size(), kTextBytesMax, room - kHeaderBytes});
  bytes_[used_] = static_cast<char>(kind);
  bytes_[used_ + 1U] = static_cast<char>(size);
  std::memcpy(&bytes_[used_ + kHeaderBytes], text.data(), size);
  used_ = static_cast<std::uint16_t>(used_ + kHeaderBytes + size);
}

void FlowAttributes::replace(FlowAttribute kind, std::string_view text) noexcept {
  if (const std::string_view old = get(kind); !old.empty()) {
    const auto at = static_cast<std::size_t>(old.data() - bytes_.data()) - kHeaderBytes;
    const std::size_t behind = at + kHeaderBytes + old.size();
    std::memmove(&bytes_[at], bytes_.data() + behind, used_ - behind);
    used_ = static_cast<std::uint16_t>(used_ - (behind - at));
  }
  set(kind, text);
}

std::string_view FlowAttributes::get(FlowAttribute kind) const noexcept {
  for (std::size_t at = 0; at < used_;) {
    const auto size = static_cast<std::uint8_t>(bytes_[at + 1]);
    if (bytes_[at] == static_cast<char>(kind)) return {&bytes_[at + kHeaderBytes], size};
    at += kHeaderBytes + size;
  }
  return {};
}

}  // namespace netpulse
