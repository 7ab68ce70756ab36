#include "plugins/dns/dns_transactions.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace netpulse {
namespace {

using Answer = DnsTransactions::Answer;

constexpr Timestamp at_ms(std::int64_t milliseconds) {
  return Timestamp{} + Duration::from_seconds(1'700'000'000) + Duration::from_milliseconds(milliseconds);
}

class DnsTransactionsTest : public ::testing::Test {
 protected:
  static DnsTransactionKey key(std::uint16_t id, std::string_view name = "a.example", std::uint16_t type = 1,
                               std::uint64_t flow = 0x1111) {
    DnsTransactionKey key = DnsTransactions::key_of(flow, id, true);
    if (!name.empty()) key.question = DnsTransactions::question_of(name, type);
    return key;
  }
  /// Time passes, seen from the worker.
  std::size_t wait_until(std::int64_t from_ms, std::int64_t to_ms) {
    std::size_t unanswered = 0;
    for (std::int64_t ms = from_ms; ms <= to_ms; ms += 1000) unanswered += transactions_.expire(at_ms(ms));
    return unanswered;
  }

  DnsTransactions transactions_;
};

TEST_F(DnsTransactionsTest, MeasuresFromTheQueryToItsAnswer) {
  transactions_.query(key(1), at_ms(0));
  const auto result = transactions_.answer(key(1), at_ms(30));
  EXPECT_EQ(result.answer, Answer::kFirst);
  EXPECT_EQ(result.latency, Duration::from_milliseconds(30));
  EXPECT_EQ(transactions_.open(), 0U);
  EXPECT_EQ(transactions_.answer(key(1), at_ms(31)).answer, Answer::kUnsolicited) << "answered before";
}

TEST_F(DnsTransactionsTest, MatchesByFlowIdSideNameAndType) {
  transactions_.query(key(1), at_ms(0));
  EXPECT_EQ(transactions_.answer(key(2), at_ms(1)).answer, Answer::kUnsolicited);
  EXPECT_EQ(transactions_.answer(key(1, "b.example"), at_ms(1)).answer, Answer::kUnsolicited);
  EXPECT_EQ(transactions_.answer(key(1, "a.example", 28), at_ms(1)).answer, Answer::kUnsolicited);
  EXPECT_EQ(transactions_.answer(key(1, "a.example", 1, 0x2222), at_ms(1)).answer, Answer::kUnsolicited);
  DnsTransactionKey other_side = key(1);
  other_side.flow_and_id = DnsTransactions::key_of(0x1111, 1, false).flow_and_id;
  EXPECT_EQ(transactions_.answer(other_side, at_ms(1)).answer, Answer::kUnsolicited);
  EXPECT_EQ(transactions_.answer(key(1), at_ms(1)).answer, Answer::kFirst);
}

TEST(DnsQuestionHash, DependsOnEveryByteOfTheName) {
  for (const std::size_t size : {1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 255}) {
    const std::string name(size, 'a');
    std::set<std::uint32_t> hashes{DnsTransactions::question_of(name, 1), DnsTransactions::question_of(name, 28),
                                   DnsTransactions::question_of(name + 'a', 1)};
    for (std::size_t at = 0; at < size; ++at) {
      std::string changed = name;
      changed[at] = 'b';
      hashes.insert(DnsTransactions::question_of(changed, 1));
    }
    EXPECT_EQ(hashes.size(), size + 3) << size;
    EXPECT_EQ(hashes.count(0), 0U);
  }
}

TEST_F(DnsTransactionsTest, CountsFromTheFirstOfSeveralQueries) {
  EXPECT_FALSE(transactions_.query(key(1), at_ms(0)).retransmitted);
  EXPECT_TRUE(transactions_.query(key(1), at_ms(5000)).retransmitted);
  const auto first = transactions_.answer(key(1), at_ms(5020));
  EXPECT_EQ(first.answer, Answer::kFirst);
  EXPECT_EQ(first.latency, Duration::from_milliseconds(5020));
  EXPECT_EQ(transactions_.answer(key(1), at_ms(5030)).answer, Answer::kRepeated);
  EXPECT_EQ(transactions_.answer(key(1), at_ms(5040)).answer, Answer::kUnsolicited) << "one more than were asked";
}

TEST_F(DnsTransactionsTest, AskingAgainAfterTheAnswerIsANewTransaction) {
  transactions_.query(key(1), at_ms(0));
  transactions_.query(key(1), at_ms(100));
  transactions_.answer(key(1), at_ms(200));
  EXPECT_FALSE(transactions_.query(key(1), at_ms(300)).retransmitted);
  EXPECT_EQ(transactions_.answer(key(1), at_ms(310)).latency, Duration::from_milliseconds(10));
  EXPECT_EQ(transactions_.open(), 0U);
}

TEST_F(DnsTransactionsTest, AnAnswerAfterTheTimeoutIsNone) {
  transactions_.query(key(1), at_ms(0));
  const auto late = transactions_.answer(key(1), at_ms(10'001));
  EXPECT_EQ(late.answer, Answer::kUnsolicited);
  EXPECT_TRUE(late.unanswered);
  transactions_.query(key(1), at_ms(20'000));
  EXPECT_EQ(transactions_.answer(key(1), at_ms(30'000)).answer, Answer::kFirst) << "just in time";
}

TEST_F(DnsTransactionsTest, AQueryAfterTheTimeoutStartsAnew) {
  transactions_.query(key(1), at_ms(0));
  const auto again = transactions_.query(key(1), at_ms(10'001));
  EXPECT_TRUE(again.unanswered);
  EXPECT_FALSE(again.retransmitted);
  EXPECT_EQ(transactions_.answer(key(1), at_ms(10'005)).latency, Duration::from_milliseconds(4));
}

TEST_F(DnsTransactionsTest, GivesUpWhatNobodyAnswers) {
  transactions_.query(key(1), at_ms(0));
  transactions_.query(key(2), at_ms(10'000));
  EXPECT_EQ(wait_until(1000, 14'000), 0U);
  EXPECT_EQ(wait_until(15'000, 20'000), 1U);
  EXPECT_EQ(transactions_.open(), 1U);
  EXPECT_EQ(transactions_.clear(), 1U);
  EXPECT_EQ(transactions_.open(), 0U);
}

TEST_F(DnsTransactionsTest, AnAnsweredTransactionIsNeverUnanswered) {
  transactions_.query(key(1), at_ms(0));
  transactions_.query(key(1), at_ms(100));
  transactions_.answer(key(1), at_ms(200));
  EXPECT_EQ(transactions_.open(), 1U);
  EXPECT_EQ(wait_until(1000, 40'000), 0U);
  EXPECT_EQ(transactions_.open(), 0U);
}

TEST_F(DnsTransactionsTest, AJumpOfTheClockGivesUpNothing) {
  transactions_.query(key(1), at_ms(0));
  EXPECT_EQ(transactions_.expire(at_ms(3'600'000)), 0U);
  EXPECT_EQ(transactions_.answer(key(1), at_ms(20)).answer, Answer::kFirst);
  // And packets older than the clock have their full time as well.
  transactions_.query(key(2), at_ms(1000));
  EXPECT_EQ(transactions_.expire(at_ms(3'601'000)), 0U);
  EXPECT_EQ(transactions_.answer(key(2), at_ms(1020)).answer, Answer::kFirst);
}

TEST_F(DnsTransactionsTest, PacketsOutOfOrderHaveNoNegativeLatency) {
  transactions_.query(key(1), at_ms(10));
  EXPECT_EQ(transactions_.answer(key(1), at_ms(5)).latency, Duration{});
}

TEST_F(DnsTransactionsTest, AResponseWithoutAQuestionBelongsToItsId) {
  transactions_.query(key(1), at_ms(0));
  EXPECT_EQ(transactions_.answer(key(2, ""), at_ms(1)).answer, Answer::kUnsolicited);
  EXPECT_EQ(transactions_.answer(key(1, ""), at_ms(1)).answer, Answer::kFirst);
}

TEST_F(DnsTransactionsTest, SomeQuestionsMayShareAnId) {
  for (int i = 0; i < 20; ++i) {
    const auto result = transactions_.query(key(7, "n" + std::to_string(i)), at_ms(i));
    EXPECT_EQ(result.forgotten, i >= 16) << i;
  }
  EXPECT_EQ(transactions_.open(), DnsTransactions::kQuestionsPerIdMax);
  EXPECT_EQ(transactions_.answer(key(7, "n3"), at_ms(30)).answer, Answer::kUnsolicited);
  for (int i = 4; i < 20; ++i)
    EXPECT_EQ(transactions_.answer(key(7, "n" + std::to_string(i)), at_ms(30)).answer, Answer::kFirst) << i;
}

TEST_F(DnsTransactionsTest, ForgetsTheOldestWhenFull) {
  constexpr std::size_t kAsked = DnsTransactions::kTransactionsMax + 1000;
  std::size_t forgotten = 0, unanswered = 0;
  for (std::size_t i = 0; i < kAsked; ++i) {
    // The first hundred have waited too long by the time when they must go.
    const auto result = transactions_.query(key(static_cast<std::uint16_t>(i), "a.example", 1, i * 0x9e3779b97f4a7c15),
                                            at_ms(i < 100 ? 0 : 11'000));
    forgotten += result.forgotten ? 1 : 0;
    unanswered += result.unanswered ? 1 : 0;
  }
  EXPECT_EQ(unanswered, 100U);
  EXPECT_EQ(forgotten, 900U);
  EXPECT_EQ(transactions_.open(), DnsTransactions::kTransactionsMax);
  std::size_t answered = 0;
  for (std::size_t i = 0; i < kAsked; ++i) {
    const auto result =
        transactions_.answer(key(static_cast<std::uint16_t>(i), "a.example", 1, i * 0x9e3779b97f4a7c15), at_ms(11'001));
    ASSERT_EQ(result.answer == Answer::kFirst, i >= 1000) << i;
    answered += result.answer == Answer::kFirst ? 1 : 0;
  }
  EXPECT_EQ(answered, DnsTransactions::kTransactionsMax);
  EXPECT_EQ(transactions_.open(), 0U);
}

}  // namespace
}  // namespace netpulse
