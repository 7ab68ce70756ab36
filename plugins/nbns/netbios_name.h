#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "engine/base/bytes.h"

namespace netpulse {

/// A NetBIOS name: fifteen characters, padded with spaces, and a byte that says what kind of service it names.
struct NetbiosName {
  static constexpr std::size_t kBytes = 16;
  static constexpr std::uint8_t kWorkstation = 0x00, kServer = 0x20;

  std::array<std::uint8_t, kBytes> bytes{};

  std::uint8_t service() const noexcept { return bytes.back(); }
};

/// A name as text: "FILESERVER<20>". Trailing spaces are left out; what cannot be printed becomes <xx>.
class NetbiosNameText {
 public:
  explicit NetbiosNameText(const NetbiosName& name) noexcept;
  std::string_view view() const noexcept { return {text_.data(), size_}; }
  /// Without the service; empty if the name has characters that cannot be printed, as those of browsers' groups.
  std::string_view host() const noexcept { return {text_.data(), host_size_}; }

 private:
  std::array<char, NetbiosName::kBytes * 4> text_;
  std::size_t size_ = 0, host_size_ = 0;
};

/// Reads a name in first-level encoding, half a byte in a letter each, and passes over its scope, at most 255 bytes in
/// all. False, and cursor failed: it is not one; a compressed name is not one either.
/// Source: RFC 1001 section 14.1; RFC 1002 section 4.1.
bool read_netbios_name(ByteCursor& cursor, NetbiosName& name) noexcept;

}  // namespace netpulse
