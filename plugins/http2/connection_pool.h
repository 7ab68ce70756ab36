#pragma once

#include <array>
#include <cstdint>

#include "plugins/http2/hpack.h"

namespace netpulse {

/// A header block longer than this, or in more frames, is not read.
inline constexpr std::size_t kHttp2BlockBytesMax = 16384;

/// The header compression state of a worker's HTTP/2 connections: the ones used last. A connection that finds its state
/// gone begins with empty tables, and misses what its peer refers to from before.
class Http2ConnectionPool {
 public:
  static constexpr std::uint32_t kConnectionsMax = 64;

  // NOLINTNEXTLINE(modernize-use-equals-default): = default would touch all of the memory
  Http2ConnectionPool() noexcept {}

  /// The tables of both directions. connection, generation: what an earlier call for this connection left there,
  /// generation 0 at first.
  std::array<HpackTable, 2>& tables(std::uint32_t& connection, std::uint32_t& generation) noexcept;
  /// For joining a header block from its frames.
  std::array<std::uint8_t, kHttp2BlockBytesMax>& block() noexcept { return block_; }

 private:
  std::uint64_t uses_ = 0;
  std::uint32_t generations_ = 0;
  std::array<std::uint64_t, kConnectionsMax> used_at_{};  // by uses_
  std::array<std::uint32_t, kConnectionsMax> generation_{};
  std::array<std::array<HpackTable, 2>, kConnectionsMax> tables_;
  std::array<std::uint8_t, kHttp2BlockBytesMax> block_;
};

}  // namespace netpulse
