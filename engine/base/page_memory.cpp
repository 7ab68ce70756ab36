#include "engine/base/page_memory.h"

#include <sys/mman.h>

#include "engine/base/assert.h"

namespace netpulse {

PageMemory::PageMemory(std::size_t bytes, Pages pages) {
  constexpr std::size_t kHugePageBytes = std::size_t{2} << 20;
  bytes_ = (bytes + kHugePageBytes - 1) / kHugePageBytes * kHugePageBytes;
  data_ = mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  NP_ASSERT(data_ != MAP_FAILED);
#if defined(MADV_HUGEPAGE)
  // Advice only: without it the table works, slower.
  madvise(data_, bytes_, pages == Pages::kHuge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
#else
  static_cast<void>(pages);
#endif
}

PageMemory::~PageMemory() {
  if (data_ != nullptr) munmap(data_, bytes_);
}

}  // namespace netpulse
