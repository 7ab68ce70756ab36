#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "tests/fuzz/fuzz.h"

namespace {

/// Each cut of the input lands in a buffer of exactly its size, so that a sanitizer sees the first byte read too far.
void replay(const std::vector<std::uint8_t>& input) {
  constexpr std::size_t kCutsMax = 2048;
  const std::size_t cuts = std::min(input.size(), kCutsMax);
  for (std::size_t size = 0; size < cuts; ++size) {
    const std::vector<std::uint8_t> cut(input.begin(), input.begin() + static_cast<std::ptrdiff_t>(size));
    fuzz_one(cut);
  }
  fuzz_one(input);
}

}  // namespace

/// replay DIR...: runs the target over every file of its corpus, whole and cut at each byte.
int main(int argc, char** argv) {
  int files = 0;
  replay({});
  for (int i = 1; i < argc; ++i)
    for (const auto& entry : std::filesystem::directory_iterator(argv[i])) {
      std::ifstream file(entry.path(), std::ios::binary);
      replay({std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()});
      ++files;
    }
  std::printf("%d corpus files\n", files);
  return files == 0 ? 1 : 0;
}
