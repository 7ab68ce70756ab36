#include "exporters/web/authenticator.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>

namespace netpulse {
namespace {

using Clock = FailureLimiter::Clock;
const IpAddress kClient = *IpAddress::parse("192.0.2.1"), kOther = *IpAddress::parse("192.0.2.2");
const std::string kToken = "0123456789abcdef";
/// openssl passwd -6 secret
const std::string kHash =
    "$6$saltsalt$TVLlQcbpFVof5W3Yz4DTP6gRstiNuHwwTt6GLc1E5n0U0aDehy0S5knV8wiOQSpT0Y77vwPZN.Pq.H91p5hVO1";

/// The thread of the authenticator is the test's.
class Harness {
 public:
  explicit Harness(HttpCredentials credentials)
      : authenticator(std::move(credentials), [this](std::function<void()> task) {
          const std::lock_guard lock(mutex_);
          tasks_.push_back(std::move(task));
          wake_.notify_one();
        }) {}
  ~Harness() { authenticator.stop(); }

  /// The final verdict, and how it came.
  AuthVerdict ask(const std::string& header, const IpAddress& client = kClient) {
    std::optional<AuthVerdict> late;
    const AuthVerdict verdict = authenticator.check(header, client, now, [&](AuthVerdict v) { late = v; });
    waited = verdict.outcome == AuthOutcome::kPending;
    if (!waited) return verdict;
    while (!late) run_one();
    return *late;
  }
  void run_one() {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [this] { return !tasks_.empty(); });
    const auto task = std::move(tasks_.front());
    tasks_.pop_front();
    lock.unlock();
    task();
  }

 private:
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> tasks_;

 public:
  Clock::time_point now = Clock::now();
  bool waited = false;
  Authenticator authenticator;
};

const HttpCredentials kBoth{kToken, {{"alice", kHash}}};
const std::string kAlice = "Basic YWxpY2U6c2VjcmV0";        // alice:secret
const std::string kWrong = "Basic YWxpY2U6c2VjcmV1";        // alice:secreu
const std::string kMallory = "Basic bWFsbG9yeTpzZWNyZXQ=";  // mallory:secret

TEST(Authenticator, WithoutCredentialsEverybodyMay) {
  Harness harness({});
  EXPECT_FALSE(harness.authenticator.required());
  EXPECT_EQ(harness.ask("").outcome, AuthOutcome::kAllowed);
}

TEST(Authenticator, TakesTheTokenAndNothingLikeIt) {
  Harness harness({kToken, {}});
  EXPECT_EQ(harness.ask("").outcome, AuthOutcome::kMissing);
  EXPECT_EQ(harness.ask("Bearer " + kToken).outcome, AuthOutcome::kAllowed);
  EXPECT_EQ(harness.ask("bEARER   " + kToken).outcome, AuthOutcome::kAllowed);
  EXPECT_EQ(harness.ask("Basic dG9rZW46MDEyMzQ1Njc4OWFiY2RlZg==").outcome, AuthOutcome::kAllowed);
  for (const std::string& bad :
       {std::string("Bearer "), std::string("Bearer"), "Bearer" + kToken, kToken, "Bearer " + kToken + " ",
        "Bearer " + kToken + "0", "Bearer " + kToken.substr(1), "Digest " + kToken, std::string("Basic "),
        std::string("Basic !!!!"), std::string("Basic dG9r"), std::string("Basic Og==")}) {
    EXPECT_EQ(harness.ask(bad).outcome, AuthOutcome::kWrong) << bad;
    harness.now += std::chrono::minutes(1);
  }
}

TEST(Authenticator, HashesAPasswordOnceAndKnowsItThen) {
  Harness harness(kBoth);
  EXPECT_EQ(harness.ask(kAlice).outcome, AuthOutcome::kAllowed);
  EXPECT_TRUE(harness.waited);
  EXPECT_EQ(harness.ask(kAlice, kOther).outcome, AuthOutcome::kAllowed);
  EXPECT_FALSE(harness.waited);
  EXPECT_EQ(harness.ask(kWrong).outcome, AuthOutcome::kWrong);
  EXPECT_TRUE(harness.waited);
  EXPECT_EQ(harness.ask(kMallory).outcome, AuthOutcome::kWrong);
  EXPECT_TRUE(harness.waited) << "a name that nobody has must not be told by the time it takes";
}

TEST(Authenticator, AfterFiveWrongPasswordsOneHasToWaitEvenWithTheRightOne) {
  Harness harness(kBoth);
  EXPECT_EQ(harness.ask(kAlice).outcome, AuthOutcome::kAllowed);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(harness.ask(kWrong).outcome, AuthOutcome::kWrong) << i;
  const AuthVerdict limited = harness.ask(kAlice);
  EXPECT_EQ(limited.outcome, AuthOutcome::kLimited);
  EXPECT_EQ(limited.retry_after_seconds, 10U);
  EXPECT_EQ(harness.ask(kAlice, kOther).outcome, AuthOutcome::kAllowed) << "others need not wait";
  EXPECT_EQ(harness.ask("Bearer " + kToken).outcome, AuthOutcome::kAllowed) << "a token cannot be guessed";
  harness.now += std::chrono::seconds(10);
  EXPECT_EQ(harness.ask(kAlice).outcome, AuthOutcome::kAllowed);
}

TEST(Authenticator, ManyPasswordsAtOnceAreNotAllHashed) {
  Harness harness(kBoth);
  int pending = 0;
  int answered = 0;
  for (int i = 0; i < 50; ++i)
    pending += harness.authenticator.check(kWrong, kClient, harness.now, [&](AuthVerdict) { ++answered; }).outcome ==
               AuthOutcome::kPending;
  EXPECT_EQ(pending, 5);
  // From as many addresses as one likes.
  for (int i = 0; i < 100; ++i) {
    IpAddress address = kOther;
    address.octets[14] = static_cast<std::uint8_t>(i);
    pending += harness.authenticator.check(kWrong, address, harness.now, [&](AuthVerdict) { ++answered; }).outcome ==
               AuthOutcome::kPending;
  }
  EXPECT_LE(pending, 5 + static_cast<int>(PasswordChecker::kJobsMax) + 20);
  EXPECT_GE(pending, 5 + 11);
  while (answered < pending) harness.run_one();
}

TEST(Authenticator, OtherCredentialsEndWhatTheOldOnesOpened) {
  Harness harness(kBoth);
  EXPECT_EQ(harness.ask(kAlice).outcome, AuthOutcome::kAllowed);
  const auto before = harness.authenticator.digest(kAlice);
  harness.authenticator.replace({"fedcba9876543210", {{"bob", kHash}}});
  EXPECT_NE(harness.authenticator.digest(kAlice), before);
  EXPECT_EQ(harness.ask(kAlice).outcome, AuthOutcome::kWrong);
  EXPECT_EQ(harness.ask("Bearer " + kToken).outcome, AuthOutcome::kWrong);
  EXPECT_EQ(harness.ask("Bearer fedcba9876543210").outcome, AuthOutcome::kAllowed);
}

TEST(Authenticator, APasswordThatWasBeingHashedWhenUsersChangedDoesNotCount) {
  Harness harness(kBoth);
  std::optional<AuthVerdict> late;
  ASSERT_EQ(harness.authenticator.check(kAlice, kClient, harness.now, [&](AuthVerdict v) { late = v; }).outcome,
            AuthOutcome::kPending);
  harness.authenticator.replace(kBoth);
  harness.run_one();
  ASSERT_TRUE(late.has_value());
  EXPECT_EQ(late->outcome, AuthOutcome::kWrong);
}

TEST(FailureLimiter, CountsAnIpv6NetworkOfSixtyFourBitsAsOne) {
  const auto network = [](const char* text) { return client_network(*IpAddress::parse(text)); };
  EXPECT_EQ(network("2001:db8::1"), network("2001:db8::ffff:0:0:2"));
  EXPECT_FALSE(network("2001:db8::1") == network("2001:db8:0:1::1"));
  EXPECT_FALSE(network("192.0.2.1") == network("192.0.2.2"));
}

TEST(FailureLimiter, IsBoundedAndForgetsWhoIsNearestToBeingForgiven) {
  FailureLimiter limiter;
  const Clock::time_point now = Clock::now();
  const IpAddress guesser = *IpAddress::parse("203.0.113.1");
  for (int i = 0; i < 5; ++i) EXPECT_EQ(limiter.charge(guesser, now), 0U);
  EXPECT_GT(limiter.charge(guesser, now), 0U);
  for (std::uint32_t i = 0; i < 3 * FailureLimiter::kClientsMax; ++i) {
    const std::uint8_t octets[4] = {10, static_cast<std::uint8_t>(i >> 16), static_cast<std::uint8_t>(i >> 8),
                                    static_cast<std::uint8_t>(i)};
    EXPECT_EQ(limiter.charge(IpAddress::from_v4(octets), now), 0U);
  }
  EXPECT_EQ(limiter.clients(), FailureLimiter::kClientsMax);
  EXPECT_GT(limiter.charge(guesser, now), 0U) << "a flood of others does not clear a guesser";
}

}  // namespace
}  // namespace netpulse
