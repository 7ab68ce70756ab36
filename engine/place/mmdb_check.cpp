#include "engine/place/mmdb_check.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <string_view>

#include "engine/place/mmdb_section.h"

namespace netpulse {
namespace {

constexpr std::string_view kMetadataMarker = "\xab\xcd\xefMaxMind.com";
constexpr std::size_t kMetadataBytesMax = 128 * 1024;  // the marker included
constexpr std::size_t kSeparatorBytes = 16;
constexpr std::uint64_t kFormatVersion = 2;
constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;

/// Where the search tree is and what it looks like.
struct Tree {
  Bytes bytes;
  std::uint64_t node_count;
  unsigned record_bits;  ///< 24, 28 or 32

  std::size_t node_bytes() const noexcept { return record_bits / 4; }
  struct Node {
    std::uint32_t left, right;
  };
  Node node(std::size_t index) const noexcept {
    ByteCursor cursor(bytes.subspan(index * node_bytes(), node_bytes()));
    if (record_bits == 24) {
      const std::uint32_t left = cursor.u24();
      return {left, cursor.u24()};
    }
    if (record_bits == 32) {
      const std::uint32_t left = cursor.u32();
      return {left, cursor.u32()};
    }
    // 28 bits: the byte in the middle has the highest four bits of each, left ones first.
    const std::uint32_t left = cursor.u24();
    const std::uint32_t middle = cursor.u8();
    return {(middle >> 4) << 24 | left, (middle & 15) << 24 | cursor.u24()};
  }
};

Error cut() { return {"it has no metadata at its end: the file is cut off, or no MMDB file"}; }
Error bad_metadata(std::string_view what) { return {"its metadata is wrong: " + std::string(what)}; }
Error bad_tree(std::size_t node) { return {"its search tree is corrupt at node " + std::to_string(node)}; }

std::optional<std::size_t> find_marker(Bytes file) {
  const std::size_t tail = std::min(file.size(), kMetadataBytesMax);
  const std::size_t found = as_text(file.last(tail)).rfind(kMetadataMarker);
  if (found == std::string_view::npos) return std::nullopt;
  return file.size() - tail + found;
}

/// A text of the metadata, kept short.
std::string short_text(const MmdbSection& metadata, const std::optional<MmdbField>& field) {
  return field ? std::string(metadata.text(*field).substr(0, MmdbSummary::kTextBytesMax)) : std::string();
}

std::string description(const MmdbSection& metadata) {
  const auto map = metadata.find_offset(0, "description");
  return map ? short_text(metadata, metadata.find(*map, "en")) : std::string();
}

/// Whether the metadata's map or array has texts only, or is not there. libmaxminddb 1.7.1 refuses anything else too,
/// but loses memory over it.
bool has_texts_only(const MmdbSection& metadata, std::string_view key, MmdbType container) {
  const auto field = metadata.find(0, key);
  if (!field) return true;
  if (field->type != container) return false;
  std::size_t at = field->payload;
  const std::size_t step = container == MmdbType::kMap ? 2 : 1;
  for (std::size_t i = 0; i < field->size * step; ++i) {
    const auto value = metadata.resolved(at);
    const auto next = metadata.end(at);
    if (!value || !next || value->type != MmdbType::kUtf8) return false;
    at = *next;
  }
  return true;
}

Timestamp built_at(std::uint64_t seconds) noexcept {
  constexpr auto kSecondsMax =
      static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max() / kNanosecondsPerSecond);
  if (seconds > kSecondsMax) return {};
  return {static_cast<std::int64_t>(seconds) * kNanosecondsPerSecond};
}

/// Reads what the metadata says; tree.bytes is still empty.
Result<Tree> read_metadata(MmdbSection& metadata, MmdbSummary& summary) {
  if (!metadata.check(0, true)) return bad_metadata("it is no well-formed map, or cut off");
  const auto number = [&](std::string_view key) -> std::optional<std::uint64_t> {
    const auto field = metadata.find(0, key);
    return field ? metadata.number(*field) : std::nullopt;
  };
  const auto version = number("binary_format_major_version"), ip_version = number("ip_version");
  const auto node_count = number("node_count"), record_bits = number("record_size"), epoch = number("build_epoch");
  if (version != kFormatVersion) return bad_metadata("not version 2 of the format");
  // clang-tidy 14 takes comparisons of an optional with different numbers for equal ones: plain numbers, 0 for none.
  const std::uint64_t family = ip_version.value_or(0), bits = record_bits.value_or(0);
  if (family != 4 && family != 6) return bad_metadata("ip_version is neither 4 nor 6");
  if (bits != 24 && bits != 28 && bits != 32) return bad_metadata("record_size is none of 24, 28 and 32");
  if (!node_count || *node_count == 0 || *node_count > std::numeric_limits<std::uint32_t>::max())
    return bad_metadata("no node_count");
  if (!has_texts_only(metadata, "description", MmdbType::kMap) ||
      !has_texts_only(metadata, "languages", MmdbType::kArray))
    return bad_metadata("description or languages are no texts");
  summary.database_type = short_text(metadata, metadata.find(0, "database_type"));
  summary.description = description(metadata);
  summary.built_at = built_at(epoch.value_or(0));
  summary.ip_version = static_cast<unsigned>(family);
  return Tree{{}, *node_count, static_cast<unsigned>(bits)};
}

/// No way down is longer than an address has bits: so there are no circles either. Trees share branches (IPv4 is in an
/// IPv6 tree several times), hence heights instead of depths.
bool is_shallow(const Tree& tree, std::size_t address_bits) {
  std::vector<std::uint8_t> heights(tree.node_count);  // 0: not known yet
  std::vector<std::uint32_t> way{0};
  while (!way.empty()) {
    const std::uint32_t at = way.back();
    const Tree::Node node = tree.node(at);
    std::size_t below = 0;
    bool descends = false;
    for (const std::uint32_t child : {node.left, node.right}) {
      if (child >= tree.node_count) continue;
      if (heights[child] == 0) {
        if (way.size() == address_bits) return false;
        way.push_back(child);
        descends = true;
        break;
      }
      below = std::max<std::size_t>(below, heights[child]);
    }
    if (descends) continue;
    if (way.size() + below > address_bits) return false;
    heights[at] = static_cast<std::uint8_t>(below + 1);
    way.pop_back();
  }
  return true;
}

/// Each record is another node, nothing, or a value of the data section.
std::optional<Error> check_tree(const Tree& tree, Bytes data_bytes, MmdbSummary& summary) {
  MmdbSection data(data_bytes);
  std::vector<bool> known(data_bytes.size());
  for (std::size_t i = 0; i < tree.node_count; ++i) {
    const Tree::Node node = tree.node(i);
    for (const std::uint32_t record : {node.left, node.right}) {
      if (record <= tree.node_count) continue;
      const std::uint64_t offset = record - tree.node_count;
      if (offset < kSeparatorBytes || offset - kSeparatorBytes >= data_bytes.size()) return bad_tree(i);
      const std::size_t at = offset - kSeparatorBytes;
      if (known[at]) continue;
      known[at] = true;
      if (!data.check(at)) return Error{"its data is corrupt at byte " + std::to_string(at) + " of the data section"};
      if (summary.records.size() < MmdbSummary::kRecordsMax) summary.records.push_back(static_cast<std::uint32_t>(at));
    }
  }
  return std::nullopt;
}

}  // namespace

Result<MmdbSummary> check_mmdb(Bytes file) {
  const std::optional<std::size_t> marker = find_marker(file);
  if (!marker) return cut();
  MmdbSection metadata(file.subspan(*marker + kMetadataMarker.size()));
  MmdbSummary summary;
  auto tree = read_metadata(metadata, summary);
  if (!tree.ok()) return tree.error();
  const std::uint64_t tree_bytes = tree.value().node_count * tree.value().node_bytes();
  if (tree_bytes + kSeparatorBytes > *marker)
    return Error{"its search tree does not fit: the file's beginning is missing, or its metadata is wrong"};
  tree.value().bytes = file.first(tree_bytes);
  const Bytes separator = file.subspan(tree_bytes, kSeparatorBytes);
  if (std::any_of(separator.begin(), separator.end(), [](std::uint8_t octet) { return octet != 0; }))
    return Error{"the search tree does not end where its metadata says"};
  if (!is_shallow(tree.value(), summary.ip_version == 4 ? 32 : 128))
    return Error{"its search tree is corrupt: it is deeper than an address is long"};
  const Bytes data = file.subspan(tree_bytes + kSeparatorBytes, *marker - tree_bytes - kSeparatorBytes);
  if (auto error = check_tree(tree.value(), data, summary)) return std::move(*error);
  return summary;
}

}  // namespace netpulse
