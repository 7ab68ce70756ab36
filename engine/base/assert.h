#pragma once

#include <cstdio>
#include <cstdlib>

/// Ends the program on a bug of our own, in release builds too; never used on what comes from the wire.
#define NP_ASSERT(condition)                                                                 \
  do {                                                                                       \
    if (!(condition)) [[unlikely]] {                                                         \
      std::fprintf(stderr, "%s:%d: assertion failed: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                                          \
    }                                                                                        \
  } while (false)
