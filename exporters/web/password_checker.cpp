#include "exporters/web/password_checker.h"

#include <crypt.h>
#include <openssl/crypto.h>

#include <cstring>
#include <memory>
#include <utility>

namespace netpulse {

bool password_matches(const std::string& hash, const std::string& password) {
  const auto memory = std::make_unique<crypt_data>();
  const char* made = ::crypt_r(password.c_str(), hash.c_str(), memory.get());
  const bool right = made != nullptr && std::strlen(made) == hash.size() && *made != '*' &&
                     CRYPTO_memcmp(made, hash.data(), hash.size()) == 0;
  OPENSSL_cleanse(memory.get(), sizeof(crypt_data));
  return right;
}

void PasswordChecker::stop() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
  jobs_.clear();
}

bool PasswordChecker::submit(std::string hash, std::string password, Done done) {
  {
    const std::lock_guard lock(mutex_);
    if (stop_ || jobs_.size() >= kJobsMax) return false;
    jobs_.push_back({std::move(hash), std::move(password), std::move(done)});
    if (!thread_.joinable()) thread_ = std::thread([this] { work(); });
  }
  wake_.notify_one();
  return true;
}

void PasswordChecker::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return stop_ || !jobs_.empty(); });
    if (stop_) return;
    Job job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    const bool right = password_matches(job.hash, job.password);
    OPENSSL_cleanse(job.password.data(), job.password.size());
    job.done(right);
    job = {};
    lock.lock();
  }
}

}  // namespace netpulse
