#include "tools/netpulse/stop_signals.h"

#include <unistd.h>

#include <atomic>
#include <csignal>

namespace netpulse {
namespace {

constexpr int kInterruptedStatus = 128 + SIGINT;

std::atomic<Engine*> running_engine{nullptr};
std::atomic<int> signals_received{0};
static_assert(std::atomic<Engine*>::is_always_lock_free && std::atomic<int>::is_always_lock_free);

void on_stop_signal(int) {
  if (signals_received.fetch_add(1) > 0) ::_exit(kInterruptedStatus);
  if (Engine* engine = running_engine.load()) engine->request_stop();
}

void handle_with(void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  ::sigemptyset(&action.sa_mask);
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
}

}  // namespace

StopSignals::StopSignals(Engine& engine) {
  running_engine.store(&engine);
  handle_with(on_stop_signal);
}

StopSignals::~StopSignals() {
  running_engine.store(nullptr);
  handle_with(SIG_DFL);
}

bool StopSignals::received() noexcept { return signals_received.load() > 0; }

}  // namespace netpulse
