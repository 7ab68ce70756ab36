#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "engine/base/keyed_hash.h"
#include "engine/base/page_memory.h"
#include "engine/base/prefetch.h"
#include "engine/flow/attribute_pool.h"
#include "engine/flow/flow_record.h"
#include "engine/flow/flow_table_options.h"
#include "engine/flow/tcp_quality.h"
#include "engine/packet/packet_view.h"

namespace netpulse {

/// Told about records on their way out. The record and its detail are valid during the call only.
class FlowEndHandler {
 public:
  virtual ~FlowEndHandler() = default;
  /// A record is complete. detail: null if none was taken.
  virtual void on_flow_end(FlowRecord& record, FlowDetail* detail, EndReason reason) noexcept = 0;
  /// A record is about to end or restart while packets of the batch in hand may still wait for analysis: analyze them
  /// now.
  virtual void before_flow_end() noexcept = 0;
};

/// The flows of one worker: set-associative, of fixed size. A bucket is one cache line of eight tags and eight record
/// indices; records lie in a pool. A full bucket overflows into the ones behind it, so that nothing is evicted while
/// there are free records. When there are none, the flow idle longest near the new one's bucket leaves with
/// lack_of_resources, flows that nobody answered first. Timeouts are checked on look-up too, so the moment of a sweep
/// never changes a record. Not thread-safe.
class FlowTable {
 public:
  /// Closed connections that are remembered by their order of closing; what does not fit waits for a sweep.
  static constexpr std::size_t kClosedMax = 1 << 16;

  /// How many buckets there are to begin with. kFew: as many as stay in a core's cache, and twice as many whenever half
  /// of their places are taken, which keeps all packets waiting for up to some milliseconds: not for live capture.
  enum class Buckets : std::uint8_t { kFew, kAll };

  /// flows_max, details_max of options are this table's own. seed must be the decoder's. reordering: packet times may
  /// go back by this much without a sweep ending a flow that a look-up would have kept; zero in live capture.
  FlowTable(const FlowTableOptions& options, const HashSeed& seed, FlowEndHandler& handler, Duration reordering,
            Buckets buckets = Buckets::kAll);

  /// Stage 1: fetches the bucket of a packet that will be looked up soon.
  void prefetch_bucket(std::uint64_t hash) const noexcept { prefetch_to_read(&buckets_[bucket_of(hash)]); }
  /// Stage 2: finds the likely record by its tag and fetches it. Returns a hint for update(), possibly wrong.
  FlowRecord* prefetch_record(std::uint64_t hash) noexcept;

  struct Update {
    FlowRecord* record;  ///< null: no room, and nothing that could be evicted
    bool created;
  };
  /// Stage 3: finds or makes the packet's record and counts the packet in it. packet must have a flow.
  /// The record may be gone with the next call, unless it is pinned.
  Update update(const PacketView& packet, FlowRecord* hint) noexcept;
  /// A pinned record is not evicted, and FlowEndHandler::before_flow_end() is called before its flow ends.
  static void pin(FlowRecord& record) noexcept { record.flags |= FlowRecord::kFlagPinned; }
  static void unpin(FlowRecord& record) noexcept {
    record.flags = static_cast<std::uint8_t>(record.flags & ~FlowRecord::kFlagPinned);
  }

  /// The cold record, taken from the pool on first use; null when the pool is empty.
  FlowDetail* detail(FlowRecord& record) noexcept;
  FlowDetail* detail_if_any(const FlowRecord& record) noexcept {
    return record.detail_index == kNoDetail ? nullptr : &details_[record.detail_index];
  }
  /// The texts of a flow; null if it has none. Valid until the next one is set.
  const FlowAttributes* attributes_if_any(const FlowDetail& detail) const noexcept {
    return detail.attributes_index == kNoDetail ? nullptr : &attributes_.at(detail.attributes_index);
  }
  /// The first text of a kind stays, and is cut if the pool has no room for it.
  void set_attribute(FlowDetail& detail, FlowAttribute kind, std::string_view text) noexcept;
  /// The first number of a kind and a sender stays.
  void set_number(FlowDetail& detail, FlowNumber kind, Direction sender, std::int64_t value) noexcept;
  /// The flow's name; empty if there is none.
  std::string_view server_name(const FlowDetail& detail) const noexcept {
    return server_name_of(detail, attributes_if_any(detail));
  }
  /// name: 1-255 bytes, in lower case. A long one is cut if the attributes have no room for it.
  void set_server_name(FlowDetail& detail, std::string_view name) noexcept;
  /// Sequence numbers at which each direction's payload starts, of TCP; meaning and validity belong to analysis/.
  std::array<std::uint32_t, 2>& stream_base(const FlowRecord& record) noexcept {
    return stream_bases_[tcp_ordinal_of(record)];
  }
  void prefetch_stream_base(const FlowRecord& record) const noexcept {
    prefetch_to_write(&stream_bases_[tcp_ordinal_of(record)]);
  }
  /// How the conversation of a TCP record goes. The caller shows it every packet that update() counted, in order.
  static TcpQuality& tcp_quality(FlowRecord& record) noexcept { return reinterpret_cast<TcpQuality&>(*(&record + 1)); }
  static const TcpQuality& tcp_quality(const FlowRecord& record) noexcept {
    return reinterpret_cast<const TcpQuality&>(*(&record + 1));
  }
  /// Meaningful while tcp_quality() says that they are in use.
  TcpCounters& tcp_counters(const FlowRecord& record) noexcept { return tcp_counters_[tcp_ordinal_of(record)]; }
  /// Fetches the counters if they are in use; tcp_quality() should have come by now.
  void prefetch_tcp_counters(const FlowRecord& record) const noexcept {
    if (!tcp_quality(record).counters_in_use()) return;
    const char* line = reinterpret_cast<const char*>(&tcp_counters_[tcp_ordinal_of(record)]);
    prefetch_to_write(line);
    prefetch_to_write(line + 64);
  }
  static void prefetch_tcp_quality(const FlowRecord& record) noexcept {
    const char* line = reinterpret_cast<const char*>(&tcp_quality(record));
    prefetch_to_write(line);
    prefetch_to_write(line + 64);
  }
  /// Whether a flow gives way to others: a TCP handshake that was not completed, a few packets that nobody answered.
  static bool unanswered(const FlowRecord& record) noexcept;
  std::uint32_t index_of(const FlowRecord& record) const noexcept {
    return static_cast<std::uint32_t>(&record - &records_[0]);
  }
  FlowRecord& record_at(std::uint32_t index) noexcept { return records_[index]; }

  /// Overload: sweeps end flows that nobody answers after kEmergencyTimeout of silence, with lack_of_resources.
  void set_emergency(bool on) noexcept { emergency_ = on; }
  /// Overload: packets of flows that are not in the table are refused.
  void set_accepting(bool on) noexcept { accepting_ = on; }
  /// Ends what is overdue at now, looking at no more than buckets_max buckets.
  void sweep(Timestamp now, std::size_t buckets_max) noexcept;
  /// Ends TCP flows whose linger after FIN or RST is over at now, without waiting for a sweep; at most kEndingsPerCall.
  void end_closed(Timestamp now) noexcept;
  /// Buckets to look at so that the whole table is seen once in kSweepPeriod, in an emergency in kEmergencyTimeout.
  std::size_t buckets_due(Duration elapsed) const noexcept;
  /// Ends every flow: forced_end, or idle_timeout / end_of_flow where that was due at now.
  void flush(Timestamp now) noexcept;

  std::size_t active_flows() const noexcept { return active_flows_; }
  std::size_t flow_capacity() const noexcept { return options_.flows_max; }
  std::size_t details_used() const noexcept { return details_used_; }
  std::size_t details_capacity() const noexcept { return details_.size(); }
  /// Flows that wanted a cold record when there was none.
  std::uint64_t details_refused() const noexcept { return details_refused_; }
  /// Texts that found no room in the pool.
  std::uint64_t attributes_refused() const noexcept { return attributes_.refused(); }
  /// Packets of new flows that found no room at all.
  std::uint64_t untracked_packets() const noexcept { return untracked_packets_; }
  /// Packets refused while the table did not accept new flows.
  std::uint64_t shed_packets() const noexcept { return shed_packets_; }
  /// Closed connections that end_closed() does not know of: they wait for a sweep.
  std::uint64_t closed_list_overflows() const noexcept { return closed_list_overflows_; }

 private:
  static constexpr std::size_t kSlots = 8;
  /// Buckets that a record may lie behind its own; with a table at most half full, more than 64 records in eight
  /// buckets is a one in ten million case.
  static constexpr std::size_t kProbeBuckets = 8;
  /// Candidates to evict one from, and buckets to find them in.
  static constexpr std::size_t kEvictionCandidates = 8, kEvictionBuckets = 32;
  static constexpr std::size_t kFlushLookahead = 4;
  /// To begin with, if they are to be few: 256 KiB.
  static constexpr std::size_t kBucketsFew = 4096;
  static constexpr Duration kSweepPeriod = Duration::from_seconds(10);
  static constexpr Duration kEmergencyTimeout = Duration::from_seconds(1);
  static constexpr std::size_t kEndingsPerCall = 32;
  /// Packets in one direction that an unanswered flow may have and be the first to go.
  static constexpr std::uint32_t kUnansweredPacketsMax = 3;

  /// Records lie in places of their size. TCP's are taken from the array's begin, two places each: behind a record lies
  /// its TcpQuality, so that finding one is finding both. The others are taken from the end. Whatever the flows are,
  /// there is room for flows_max of them, and what is not used never becomes resident.
  static constexpr std::size_t kTcpEnd = 0, kOtherEnd = 1;
  static constexpr std::size_t kPlacesOfTcp = 2, kPlacesOfOther = 1;
  static_assert(sizeof(TcpQuality) == sizeof(FlowRecord));

  struct Closed {
    std::uint64_t flow_id;
    Timestamp end_time;  // when it was put here: not due before that plus the linger
    std::uint32_t index;
  };
  struct alignas(64) Bucket {
    std::uint16_t tags[kSlots];  // 0: free
    std::uint32_t indices[kSlots];
    std::uint32_t displaced;  // records of this bucket that lie in one behind it
    std::uint32_t foreign;    // records in this bucket that belong to one in front of it
    std::uint32_t unused[2];
  };
  static_assert(sizeof(Bucket) == 64);
  struct Place {
    Bucket* bucket;
    std::size_t slot;
  };

  std::size_t bucket_of(std::uint64_t hash) const noexcept { return static_cast<std::size_t>(hash >> bucket_shift_); }
  static std::uint16_t tag_of(std::uint64_t hash) noexcept { return static_cast<std::uint16_t>(hash | 1); }
  std::size_t tcp_ordinal_of(const FlowRecord& record) const noexcept { return index_of(record) / kPlacesOfTcp; }
  FlowRecord* find(const PacketView& packet) noexcept;
  FlowRecord* insert(const PacketView& packet) noexcept;
  bool may_grow() const noexcept { return buckets_.size() < buckets_max_; }
  /// Twice as many buckets.
  void grow() noexcept;
  /// Where a record's index lies, and the bucket's position.
  Place place_of(const FlowRecord& record, std::size_t& position) noexcept;
  void remember_closed(const FlowRecord& record) noexcept;
  bool take_free_place(std::uint64_t hash, Place& place) noexcept;
  std::uint32_t take_record(std::size_t end) noexcept;
  void give_back_record(std::uint32_t index) noexcept;
  bool evict_near(const PacketView& packet) noexcept;
  void start_record(FlowRecord& record, const PacketView& packet) noexcept;
  void restart_counters(FlowRecord& record, const PacketView& packet) noexcept;
  [[gnu::always_inline]] inline void count(FlowRecord& record, const PacketView& packet) noexcept;
  [[gnu::always_inline]] inline void track_tcp(FlowRecord& record, const PacketView& packet) noexcept;
  /// The reason why the record is over when a packet arrives at time, or kNone.
  [[gnu::always_inline]] inline EndReason ended_before(const FlowRecord& record,
                                                       const PacketView& packet) const noexcept;
  [[gnu::always_inline]] inline EndReason overdue(const FlowRecord& record, Timestamp now) const noexcept;
  void end(FlowRecord& record, EndReason reason) noexcept;
  void remove(const Place& place, std::size_t home, EndReason reason) noexcept;
  void release_detail(FlowRecord& record) noexcept;
  void prefetch_records(const Bucket& bucket) const noexcept;

  FlowTableOptions options_;
  HashSeed seed_;
  FlowEndHandler& handler_;
  const Duration reordering_;
  std::size_t buckets_max_;
  int bucket_shift_;
  std::size_t bucket_mask_;
  PageArray<Bucket> buckets_;
  PageArray<FlowRecord> records_;
  PageArray<std::array<std::uint32_t, 2>> stream_bases_;  // by tcp_ordinal_of()
  PageArray<TcpCounters> tcp_counters_;                   // likewise
  PageArray<FlowDetail> details_;
  AttributePool attributes_;
  std::uint32_t free_records_[2] = {kNoDetail, kNoDetail}, records_begun_[2] = {0, 0};  // by k*End
  std::uint32_t free_detail_ = kNoDetail, details_begun_ = 0;
  std::size_t active_flows_ = 0, details_used_ = 0;
  std::uint64_t details_refused_ = 0, untracked_packets_ = 0, shed_packets_ = 0;
  bool emergency_ = false, accepting_ = true;
  std::size_t sweep_position_ = 0;
  PageArray<Closed> closed_;
  std::uint64_t closed_head_ = 0, closed_tail_ = 0, closed_list_overflows_ = 0;
};

}  // namespace netpulse
