#pragma once

namespace netpulse {

/// Fetches the cache line at an address that will be read, or written, soon; the address may be anything.
/// gcc takes a function that only prefetches for one without effect, and drops calls of it: the empty asm is an effect.
[[gnu::always_inline]] inline void prefetch_to_read(const void* address) noexcept {
  __builtin_prefetch(address);
  asm volatile("");
}
[[gnu::always_inline]] inline void prefetch_to_write(const void* address) noexcept {
  __builtin_prefetch(address, 1);
  asm volatile("");
}

}  // namespace netpulse
