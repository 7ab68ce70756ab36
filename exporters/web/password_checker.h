#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace netpulse {

/// Compares passwords with their hashes on a thread of its own: that takes a tenth of a second by design, and nobody
/// else should wait for it.
class PasswordChecker {
 public:
  /// Called on the checker's thread.
  using Done = std::function<void(bool right)>;
  /// Waiting at one time.
  static constexpr std::size_t kJobsMax = 16;

  PasswordChecker() = default;
  ~PasswordChecker() { stop(); }
  PasswordChecker(const PasswordChecker&) = delete;
  PasswordChecker& operator=(const PasswordChecker&) = delete;

  /// False, and done is never called, if kJobsMax are waiting.
  bool submit(std::string hash, std::string password, Done done);
  /// Drops those that wait, and ends the thread.
  void stop();

 private:
  struct Job {
    std::string hash, password;
    Done done;
  };
  void work();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job> jobs_;
  bool stop_ = false;
  std::thread thread_;  // started by the first job
};

/// True if hash is crypt(3)'s of password. Compares in constant time.
bool password_matches(const std::string& hash, const std::string& password);

}  // namespace netpulse
