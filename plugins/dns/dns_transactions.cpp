#include "plugins/dns/dns_transactions.h"

#include <algorithm>
#include <limits>

#include "engine/base/keyed_hash.h"

namespace netpulse {
namespace {

/// How much longer than kTimeout a transaction stays, by packet time and in calls of expire(), for packets that come
/// late: what the answer means is decided when it comes.
constexpr Duration kLateness = Duration::from_seconds(5);
constexpr std::uint32_t kCallsMin = 16;

}  // namespace

DnsTransactions::DnsTransactions()
    : bucket_factor_(HashSeed::from_system().words[0] | 1),
      slots_(kTransactionsMax + 1, PageMemory::Pages::kNormal),
      buckets_(std::size_t{1} << kBucketBits, PageMemory::Pages::kNormal) {}

DnsTransactions::Index* DnsTransactions::find(const DnsTransactionKey& key) noexcept {
  Index* link = &bucket_of(key.flow_and_id);
  while (*link != 0) {
    Slot& slot = slots_[*link];
    if (slot.flow_and_id == key.flow_and_id && (key.question == 0 || slot.question == key.question)) break;
    link = &slot.next;
  }
  return link;
}

bool DnsTransactions::in_time(const Slot& slot, Timestamp at) noexcept {
  const std::int64_t waited = at.nanoseconds - slot.first_query_nanoseconds;
  return waited <= kTimeout.nanoseconds && waited >= -kTimeout.nanoseconds;
}

void DnsTransactions::start(Slot& slot, Timestamp at) noexcept {
  slot.first_query_nanoseconds = at.nanoseconds;
  slot.started_at_call = expire_calls_;
  slot.queries_open = 1;
  slot.answered = false;
}

void DnsTransactions::append(Index index) noexcept {
  slots_[index].older = newest_;
  slots_[index].newer = 0;
  (newest_ != 0 ? slots_[newest_].newer : oldest_) = index;
  newest_ = index;
}

void DnsTransactions::detach(Index index) noexcept {
  const Slot& slot = slots_[index];
  (slot.older != 0 ? slots_[slot.older].newer : oldest_) = slot.newer;
  (slot.newer != 0 ? slots_[slot.newer].older : newest_) = slot.older;
}

void DnsTransactions::remove(Index index) noexcept {
  Index* link = &bucket_of(slots_[index].flow_and_id);
  while (*link != index) link = &slots_[*link].next;
  remove_at(link);
}

void DnsTransactions::remove_at(Index* link) noexcept {
  const Index index = *link;
  Slot& slot = slots_[index];
  *link = slot.next;
  detach(index);
  slot.next = free_;
  free_ = index;
  --open_;
}

DnsTransactions::QueryResult DnsTransactions::query(const DnsTransactionKey& key, Timestamp at) noexcept {
  QueryResult result;
  const auto give_up = [&](Index index) {
    const Slot& slot = slots_[index];
    if (!slot.answered) (in_time(slot, at) ? result.forgotten : result.unanswered) = true;
  };
  Index& bucket = bucket_of(key.flow_and_id);
  std::size_t same_id = 0;
  Index oldest_of_id = 0;
  for (Index index = bucket; index != 0; index = slots_[index].next) {
    Slot& slot = slots_[index];
    if (slot.flow_and_id != key.flow_and_id) continue;
    ++same_id;
    oldest_of_id = index;  // a bucket has the newest first
    if (slot.question != key.question) continue;
    if (in_time(slot, at) && !slot.answered) {
      if (slot.queries_open != std::numeric_limits<std::uint8_t>::max()) ++slot.queries_open;
      result.retransmitted = true;
      return result;
    }
    // Asked anew, after its answer or long ago.
    result.unanswered = !slot.answered;
    start(slot, at);
    detach(index);
    append(index);
    return result;
  }
  if (same_id >= kQuestionsPerIdMax) {
    give_up(oldest_of_id);
    remove(oldest_of_id);
  } else if (free_ == 0 && touched_ == kTransactionsMax) {
    const Index oldest = oldest_;
    give_up(oldest);
    remove(oldest);
  }
  const Index index = free_ != 0 ? free_ : static_cast<Index>(++touched_);
  Slot& slot = slots_[index];
  if (free_ != 0) free_ = slot.next;
  slot.flow_and_id = key.flow_and_id;
  slot.question = key.question;
  start(slot, at);
  slot.next = bucket;
  bucket = index;
  append(index);
  ++open_;
  return result;
}

DnsTransactions::AnswerResult DnsTransactions::answer(const DnsTransactionKey& key, Timestamp at) noexcept {
  Index* const link = find(key);
  if (*link == 0) return {};
  Slot& slot = slots_[*link];
  AnswerResult result;
  if (!in_time(slot, at)) {
    result.unanswered = !slot.answered;
    remove_at(link);
    return result;
  }
  result.answer = slot.answered ? Answer::kRepeated : Answer::kFirst;
  result.latency.nanoseconds = std::max<std::int64_t>(at.nanoseconds - slot.first_query_nanoseconds, 0);
  slot.answered = true;
  if (--slot.queries_open == 0) remove_at(link);
  return result;
}

std::size_t DnsTransactions::expire(Timestamp now) noexcept {
  ++expire_calls_;
  const std::int64_t started_before = (now - kTimeout - kLateness).nanoseconds;
  std::size_t unanswered = 0;
  while (oldest_ != 0) {
    const Slot& slot = slots_[oldest_];
    if (expire_calls_ - slot.started_at_call <= kCallsMin || slot.first_query_nanoseconds >= started_before) break;
    if (!slot.answered) ++unanswered;
    remove(oldest_);
  }
  return unanswered;
}

std::size_t DnsTransactions::clear() noexcept {
  std::size_t unanswered = 0;
  while (oldest_ != 0) {
    if (!slots_[oldest_].answered) ++unanswered;
    remove(oldest_);
  }
  return unanswered;
}

}  // namespace netpulse
