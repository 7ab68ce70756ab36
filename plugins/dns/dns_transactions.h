#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "engine/base/content_hash.h"
#include "engine/base/page_memory.h"
#include "engine/base/time.h"

namespace netpulse {

/// What a query and its answer have in common. Hashes stand for the flow and the question: of two open transactions in
/// different flows, one in 2^64 pairs is taken for one; of two questions under one ID of a flow, one in 2^31.
struct DnsTransactionKey {
  std::uint64_t flow_and_id = 0;  ///< flow, message ID, and which side asks
  std::uint32_t question = 0;     ///< name in lower case and type; 0: the message names no question
};

/// The DNS queries that wait for their answers, of one worker: what was asked, and when for the first time.
///
/// A transaction is open until each of its queries, the first one and its retransmissions, has had an answer, or until
/// kTimeout after the first. What a message means follows from its own time and that of the first query, so neither
/// batches nor other flows change it, unless kTransactionsMax are open: then the oldest is forgotten. That is as many
/// as the flow table has flows by default, 40 bytes each; memory is touched as far as it is used. Source: RFC 1035
/// section 7.3, RFC 5452 section 9.1, RFC 7766 section 7.
class DnsTransactions {
 public:
  static constexpr std::size_t kTransactionsMax = 1 << 20;
  /// Questions that may be open under one ID of a flow; it should be one (RFC 7766 section 6.2.1).
  static constexpr std::size_t kQuestionsPerIdMax = 16;
  static constexpr Duration kTimeout = Duration::from_seconds(10);

  struct QueryResult {
    bool retransmitted = false;
    bool unanswered = false;  ///< another transaction made room that had waited for longer than kTimeout
    bool forgotten = false;   ///< another transaction made room that could still have been answered
  };
  enum class Answer : std::uint8_t {
    kFirst,
    kRepeated,     ///< one more, to a retransmitted query
    kUnsolicited,  ///< nobody asked, or so long ago that it counts as unanswered, or it was answered before
  };
  struct AnswerResult {
    Answer answer = Answer::kUnsolicited;
    bool unanswered = false;  ///< it came too late: the query has just been given up
    Duration latency;         ///< kFirst: since the first query; 0 if the packets are out of order
  };

  DnsTransactions();

  /// flow_hash: keyed, so that nobody outside can aim flows at one bucket.
  static DnsTransactionKey key_of(std::uint64_t flow_hash, std::uint16_t id, bool lo_asks) noexcept {
    return {flow_hash ^ id ^ (lo_asks ? std::uint64_t{1} << 32 : 0), 0};
  }
  /// Not keyed: names that collide can only disturb the flow that they are asked in.
  static std::uint32_t question_of(std::string_view name, std::uint16_t type) noexcept {
    return static_cast<std::uint32_t>(content_hash(name, type) >> 32) | 1;
  }

  /// key.question must not be 0.
  QueryResult query(const DnsTransactionKey& key, Timestamp at) noexcept;
  /// A response that names no question belongs to any of its ID.
  AnswerResult answer(const DnsTransactionKey& key, Timestamp at) noexcept;
  /// Gives up what has waited too long, however the packets' times jump; returns how many were unanswered. To be called
  /// about every second of packet time.
  std::size_t expire(Timestamp now) noexcept;
  /// Gives up everything, likewise.
  std::size_t clear() noexcept;

  std::size_t open() const noexcept { return open_; }

 private:
  using Index = std::uint32_t;  // of slots_; 0: none
  static constexpr std::size_t kBucketBits = 16;
  struct Slot {
    std::uint64_t flow_and_id;
    std::int64_t first_query_nanoseconds;
    std::uint32_t question;
    std::uint32_t started_at_call;  // of expire()
    Index next;                     // in its bucket, or of the free ones
    Index older, newer;
    std::uint8_t queries_open;
    bool answered;
  };
  static_assert(sizeof(Slot) == 40);

  Index& bucket_of(std::uint64_t flow_and_id) noexcept {
    return buckets_[flow_and_id * bucket_factor_ >> (64 - kBucketBits)];
  }
  /// The link to its slot, which is 0 if there is none.
  Index* find(const DnsTransactionKey& key) noexcept;
  static bool in_time(const Slot& slot, Timestamp at) noexcept;
  void start(Slot& slot, Timestamp at) noexcept;
  void append(Index index) noexcept;
  void detach(Index index) noexcept;
  void remove(Index index) noexcept;
  void remove_at(Index* link) noexcept;

  std::uint64_t bucket_factor_;
  PageArray<Slot> slots_;
  PageArray<Index> buckets_;
  Index oldest_ = 0, newest_ = 0, free_ = 0;
  std::size_t touched_ = 0;  // slots 1 to this one have been in use
  std::size_t open_ = 0;
  std::uint32_t expire_calls_ = 0;
};

}  // namespace netpulse
