#pragma once

#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/ip_address.h"

namespace netpulse::mmdb {

// Fields of an MMDB data section, encoded (https://maxmind.github.io/MaxMind-DB/ version 2.0).

inline std::string big_endian(std::uint64_t value, int bytes) {
  std::string octets;
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) octets += static_cast<char>(value >> shift & 0xff);
  return octets;
}
inline std::string control(int type, std::size_t size) {
  std::string octets;
  const int low = size < 29 ? static_cast<int>(size) : size < 285 ? 29 : 30;
  if (type > 7) {
    octets += static_cast<char>(low);
    octets += static_cast<char>(type - 7);
  } else {
    octets += static_cast<char>(type << 5 | low);
  }
  if (low == 29) octets += big_endian(size - 29, 1);
  if (low == 30) octets += big_endian(size - 285, 2);
  return octets;
}
inline std::string text(std::string_view value) { return control(2, value.size()) + std::string(value); }
inline std::string u16(std::uint64_t value) { return control(5, 2) + big_endian(value, 2); }
inline std::string u32(std::uint64_t value) { return control(6, 4) + big_endian(value, 4); }
inline std::string u64(std::uint64_t value) { return control(9, 8) + big_endian(value, 8); }
inline std::string real(double value) {
  std::uint64_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return control(3, 8) + big_endian(bits, 8);
}
inline std::string short_real(float value) {
  std::uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return control(15, 4) + big_endian(bits, 4);
}
inline std::string boolean(bool value) { return control(14, value ? 1 : 0); }
/// Offsets below 2048.
inline std::string pointer(std::size_t offset) {
  return {static_cast<char>(1 << 5 | static_cast<int>(offset >> 8)), static_cast<char>(offset & 0xff)};
}
inline std::string map(std::initializer_list<std::pair<std::string, std::string>> entries) {
  std::string octets = control(7, entries.size());
  for (const auto& [key, value] : entries) octets += text(key) + value;
  return octets;
}
inline std::string array(std::initializer_list<std::string> values) {
  std::string octets = control(11, values.size());
  for (const std::string& value : values) octets += value;
  return octets;
}

inline std::string metadata(std::size_t node_count, int record_bits, int ip_version,
                            std::string_view type = "Test-Country", const std::string& languages = array({text("en")}),
                            const std::string& english = text("Countries by nobody")) {
  return map({{"binary_format_major_version", u16(2)},
              {"binary_format_minor_version", u16(0)},
              {"build_epoch", u64(1'700'000'000)},
              {"database_type", text(type)},
              {"description", map({{"de", text("Länder")}, {"en", english}})},
              {"ip_version", u16(static_cast<std::uint64_t>(ip_version))},
              {"languages", languages},
              {"node_count", u32(node_count)},
              {"record_size", u16(static_cast<std::uint64_t>(record_bits))}});
}
inline std::string file(const std::string& tree, const std::string& data, const std::string& metadata) {
  return tree + std::string(16, '\0') + data + "\xab\xcd\xefMaxMind.com" + metadata;
}

/// A small database: networks and their records.
class Builder {
 public:
  explicit Builder(int record_bits = 24, int ip_version = 6) : record_bits_(record_bits), ip_version_(ip_version) {}

  /// network: "192.0.2.0/24" or "2001:db8::/32"; record: an encoded field.
  Builder& add(std::string_view network, const std::string& record) {
    const std::size_t slash = network.find('/');
    const IpAddress address = *IpAddress::parse(network.substr(0, slash));
    int bits = std::stoi(std::string(network.substr(slash + 1)));
    std::array<std::uint8_t, 16> octets = address.octets;
    int begin = 0;
    if (address.is_v4_mapped()) {
      octets[10] = octets[11] = 0;  // ::/96 is where an IPv6 tree has IPv4
      bits += 96;
      begin = ip_version_ == 4 ? 96 : 0;
    }
    std::size_t node = 0;
    for (int i = begin; i < bits - 1; ++i) {
      const bool right = (octets[static_cast<std::size_t>(i / 8)] >> (7 - i % 8) & 1) != 0;
      long next = right ? nodes_[node].second : nodes_[node].first;
      if (next <= 0) {
        next = static_cast<long>(nodes_.size());
        nodes_.emplace_back(0, 0);
        (right ? nodes_[node].second : nodes_[node].first) = next;
      }
      node = static_cast<std::size_t>(next);
    }
    const bool right = (octets[static_cast<std::size_t>((bits - 1) / 8)] >> (7 - (bits - 1) % 8) & 1) != 0;
    (right ? nodes_[node].second : nodes_[node].first) = -static_cast<long>(offsets_.size()) - 1;
    offsets_.push_back(data_.size());
    data_ += record;
    return *this;
  }

  std::string build(std::string_view type = "Test-Country") const {
    std::string tree;
    for (const auto& [left, right] : nodes_) {
      const std::uint64_t l = record(left), r = record(right);
      if (record_bits_ == 28) {
        tree += big_endian(l & 0xffffff, 3) + big_endian((l >> 24) << 4 | r >> 24, 1) + big_endian(r & 0xffffff, 3);
      } else {
        tree += big_endian(l, record_bits_ / 8) + big_endian(r, record_bits_ / 8);
      }
    }
    return file(tree, data_, metadata(nodes_.size(), record_bits_, ip_version_, type));
  }

 private:
  std::uint64_t record(long child) const {
    if (child > 0) return static_cast<std::uint64_t>(child);
    if (child == 0) return nodes_.size();
    return nodes_.size() + 16 + offsets_[static_cast<std::size_t>(-child - 1)];
  }

  int record_bits_, ip_version_;
  std::vector<std::pair<long, long>> nodes_{{0, 0}};
  std::vector<std::size_t> offsets_;
  std::string data_;
};

/// MaxMind's nested layout.
inline std::string nested_country(std::string_view code) { return map({{"country", map({{"iso_code", text(code)}})}}); }
inline std::string nested_city(std::string_view code, std::string_view city, double latitude, double longitude) {
  return map({{"city", map({{"names", map({{"de", text("?")}, {"en", text(city)}})}})},
              {"country", map({{"iso_code", text(code)}, {"names", map({{"en", text("Somewhere")}})}})},
              {"location",
               map({{"accuracy_radius", u16(20)}, {"latitude", real(latitude)}, {"longitude", real(longitude)}})}});
}
inline std::string nested_network(std::uint32_t number, std::string_view organization) {
  return map({{"autonomous_system_number", u32(number)}, {"autonomous_system_organization", text(organization)}});
}

}  // namespace netpulse::mmdb
