#include "engine/worker/pinning.h"

#include <pthread.h>
#include <sched.h>

namespace netpulse {

bool pin_this_thread(int core) noexcept {
#if defined(__linux__)
  if (core < 0 || core >= CPU_SETSIZE) return false;
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(static_cast<std::size_t>(core), &set);
  return pthread_setaffinity_np(pthread_self(), sizeof set, &set) == 0;
#else
  static_cast<void>(core);
  return false;
#endif
}

void name_this_thread(const std::string& name) noexcept {
#if defined(__linux__)
  constexpr std::size_t kNameCharactersMax = 15;
  pthread_setname_np(pthread_self(), name.substr(0, kNameCharactersMax).c_str());
#else
  static_cast<void>(name);
#endif
}

}  // namespace netpulse
