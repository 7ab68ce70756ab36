#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace netpulse {

/// Why a packet that arrived at the machine never came out of its source.
enum class SourceDrop : std::uint8_t {
  kMissed,             ///< the card had no free descriptor: nobody took packets in time (DPDK imissed)
  kNoBuffer,           ///< the packet pool was empty (DPDK rx_nombuf)
  kReceiveError,       ///< the card refused the frame: checksum, length (DPDK ierrors)
  kDriver,             ///< the interface or its driver dropped (libpcap ps_ifdrop)
  kBufferFull,         ///< the kernel's capture buffer was full (libpcap ps_drop)
  kRingFull,           ///< the socket's receive ring was full (AF_XDP rx_ring_full)
  kFillRingEmpty,      ///< the socket had no free frame (AF_XDP rx_fill_ring_empty_descs)
  kInvalidDescriptor,  ///< a frame's descriptor made no sense (AF_XDP rx_invalid_descs)
  kSocketRefused,      ///< the socket refused the frame, as one too long for it (AF_XDP rx_dropped)
  kCount
};
inline constexpr std::size_t kSourceDropCount = static_cast<std::size_t>(SourceDrop::kCount);

/// Where: "nic", "interface", "kernel".
const char* source_drop_stage(SourceDrop drop) noexcept;
/// Why: "missed", "buffer_full", ...
const char* source_drop_reason(SourceDrop drop) noexcept;

/// Monotonic counters of what happened before netpulse saw a packet: what arrived = received + dropped + filtered.
struct SourceStats {
  std::uint64_t received_packets = 0;                     ///< given out by poll()
  std::uint64_t received_bytes = 0;                       ///< captured bytes of these
  std::array<std::uint64_t, kSourceDropCount> dropped{};  ///< packets, by SourceDrop
  std::uint64_t filtered_packets = 0;   ///< refused by a filter that netpulse runs itself (not libpcap live)
  std::uint64_t interface_losses = 0;   ///< times an interface went away or down during live capture
  std::uint64_t input_bytes_done = 0;   ///< of a file, for progress; compressed bytes of a compressed file
  std::uint64_t input_bytes_total = 0;  ///< 0: unknown

  std::uint64_t& dropped_by(SourceDrop drop) noexcept { return dropped[static_cast<std::size_t>(drop)]; }
  std::uint64_t dropped_by(SourceDrop drop) const noexcept { return dropped[static_cast<std::size_t>(drop)]; }
  std::uint64_t dropped_packets() const noexcept {
    std::uint64_t sum = 0;
    for (const std::uint64_t packets : dropped) sum += packets;
    return sum;
  }

  SourceStats& operator+=(const SourceStats& other) noexcept {
    received_packets += other.received_packets;
    received_bytes += other.received_bytes;
    for (std::size_t i = 0; i < kSourceDropCount; ++i) dropped[i] += other.dropped[i];
    filtered_packets += other.filtered_packets;
    interface_losses += other.interface_losses;
    input_bytes_done += other.input_bytes_done;
    input_bytes_total += other.input_bytes_total;
    return *this;
  }
};

}  // namespace netpulse
