#include <algorithm>

#include "engine/flow/flow_record.h"

namespace netpulse {

void FlowAttributes::append(char key, std::string_view value) noexcept {
  bytes_[used_] = key;
  bytes_[used_ + 1U] = static_cast<char>(value.size());
  std::memcpy(&bytes_[used_ + kHeaderBytes], value.data(), value.size());
  used_ = (used_ + kHeaderBytes + value.size()) & 0xfff;
}

void FlowAttributes::set(FlowAttribute kind, std::string_view text) noexcept {
  if (text.empty() || room() <= kHeaderBytes || !get(kind).empty()) return;
  append(key_of(kind), text.substr(0, std::min(kTextBytesMax, room() - kHeaderBytes)));
}

void FlowAttributes::set(FlowNumber kind, Direction sender, std::int64_t value) noexcept {
  const char key = key_of(kind, sender);
  if (room() < kHeaderBytes + sizeof value || !find(key).empty()) return;
  char bytes[sizeof value];
  std::memcpy(bytes, &value, sizeof value);
  append(key, {bytes, sizeof bytes});
}

void FlowAttributes::replace(FlowAttribute kind, std::string_view text) noexcept {
  if (const std::string_view old = get(kind); !old.empty()) {
    const auto at = static_cast<std::size_t>(old.data() - bytes_.data()) - kHeaderBytes;
    const std::size_t behind = at + kHeaderBytes + old.size();
    std::memmove(&bytes_[at], bytes_.data() + behind, used_ - behind);
    used_ = (used_ - (behind - at)) & 0xfff;
  }
  set(kind, text);
}

std::string_view FlowAttributes::get(FlowAttribute kind) const noexcept { return find(key_of(kind)); }

std::optional<std::int64_t> FlowAttributes::get(FlowNumber kind, Direction sender) const noexcept {
  const std::string_view bytes = find(key_of(kind, sender));
  std::int64_t value = 0;
  if (bytes.size() != sizeof value) return {};
  std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

std::string_view FlowAttributes::find(char key) const noexcept {
  for (std::size_t at = 0; at < used_;) {
    const auto size = static_cast<std::uint8_t>(bytes_[at + 1]);
    if (bytes_[at] == key) return {&bytes_[at + kHeaderBytes], size};
    at += kHeaderBytes + size;
  }
  return {};
}

}  // namespace netpulse
