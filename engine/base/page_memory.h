#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

namespace netpulse {

/// Zeroed memory straight from the system: pages become resident when first touched, so a table costs what it holds and
/// not what it could hold. Ends the program when the address space is exhausted.
class PageMemory {
 public:
  enum class Pages : std::uint8_t {
    kHuge,    ///< huge pages where the system has them: for tables with random access
    kNormal,  ///< for pools whose elements are large and mostly untouched
  };
  PageMemory() = default;
  PageMemory(std::size_t bytes, Pages pages);
  ~PageMemory();
  PageMemory(PageMemory&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}
  PageMemory& operator=(PageMemory&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  void* data() const noexcept { return data_; }

 private:
  void* data_ = nullptr;
  std::size_t bytes_ = 0;
};

/// A fixed array of T in page memory; elements start as zero bytes.
template <class T>
requires std::is_trivially_copyable_v<T>
class PageArray {
 public:
  PageArray() = default;
  PageArray(std::size_t count, PageMemory::Pages pages) : memory_(count * sizeof(T), pages), count_(count) {}

  T& operator[](std::size_t i) noexcept { return static_cast<T*>(memory_.data())[i]; }
  const T& operator[](std::size_t i) const noexcept { return static_cast<const T*>(memory_.data())[i]; }
  T* data() noexcept { return static_cast<T*>(memory_.data()); }
  std::size_t size() const noexcept { return count_; }

 private:
  PageMemory memory_;
  std::size_t count_ = 0;
};

}  // namespace netpulse
