#include "engine/flow/flow_table.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

#include "engine/base/assert.h"
#include "engine/base/prefetch.h"
#include "engine/base/tag_match.h"

namespace netpulse {
namespace {

constexpr std::uint8_t kTcp = 6;
/// A record's packet counters are 32 bits wide: it ends, as by active timeout, well before they wrap.
constexpr std::uint32_t kRecordPacketsMax = 0xf0000000;

/// Buckets for flows_max records at most half full.
std::size_t bucket_count(std::size_t flows_max) { return std::max<std::size_t>(2, std::bit_ceil(flows_max / 4)); }

bool is_opening_syn(const PacketView& packet) {
  return (packet.tcp_flags & (TcpFlags::kSyn | TcpFlags::kAck)) == TcpFlags::kSyn;
}

}  // namespace

FlowTable::FlowTable(const FlowTableOptions& options, const HashSeed& seed, FlowEndHandler& handler,
                     Duration reordering, Buckets buckets)
    : options_(options),
      seed_(seed),
      handler_(handler),
      reordering_(reordering),
      buckets_max_(bucket_count(options.flows_max)),
      bucket_shift_(64 -
                    std::countr_zero(buckets == Buckets::kAll ? buckets_max_ : std::min(buckets_max_, kBucketsFew))),
      bucket_mask_((std::size_t{1} << (64 - bucket_shift_)) - 1),
      buckets_(bucket_mask_ + 1, PageMemory::Pages::kHuge),
      // One more, since what lies behind a record may be read before it is clear that it is TCP's.
      records_(options.flows_max * (kPlacesOfTcp + kPlacesOfOther) + 1, PageMemory::Pages::kHuge),
      stream_bases_(options.flows_max, PageMemory::Pages::kHuge),
      tcp_counters_(options.flows_max, PageMemory::Pages::kNormal),
      details_(options.details_max, PageMemory::Pages::kHuge),
      attributes_(options.attributes_max),
      closed_(kClosedMax, PageMemory::Pages::kNormal) {
  NP_ASSERT(options.flows_max >= 1 && records_.size() < kNoDetail && options.details_max < kNoDetail &&
            options.attributes_max < kNoDetail);
}

FlowRecord* FlowTable::prefetch_record(std::uint64_t hash) noexcept {
  const Bucket& bucket = buckets_[bucket_of(hash)];
  const unsigned matches = matching_tags(bucket.tags, tag_of(hash));
  if (matches == 0) return nullptr;
  FlowRecord* record = &records_[bucket.indices[std::countr_zero(matches)]];
  const char* line = reinterpret_cast<const char*>(record);
  prefetch_to_write(line);
  prefetch_to_write(line + 64);
  return record;
}

FlowRecord* FlowTable::find(const PacketView& packet) noexcept {
  const std::size_t home = bucket_of(packet.hash);
  const std::size_t buckets = buckets_[home].displaced == 0 ? 1 : kProbeBuckets;
  for (std::size_t i = 0; i < buckets; ++i) {
    const Bucket& bucket = buckets_[(home + i) & bucket_mask_];
    for (unsigned matches = matching_tags(bucket.tags, tag_of(packet.hash)); matches != 0; matches &= matches - 1) {
      FlowRecord& record = records_[bucket.indices[std::countr_zero(matches)]];
      if (record.key == packet.key) return &record;
    }
  }
  return nullptr;
}

inline EndReason FlowTable::overdue(const FlowRecord& record, Timestamp now) const noexcept {
  const Duration silent = now - record.end_time;
  const bool tcp_ended = (record.tcp_state & TcpState::kEnded) != 0;
  if (silent > options_.idle_timeout) return tcp_ended ? EndReason::kEndOfFlow : EndReason::kIdleTimeout;
  if (tcp_ended && silent > options_.tcp_end_timeout) return EndReason::kEndOfFlow;
  return EndReason::kNone;
}

inline EndReason FlowTable::ended_before(const FlowRecord& record, const PacketView& packet) const noexcept {
  const Duration silent = packet.received_at - record.end_time;
  if (silent > options_.idle_timeout) [[unlikely]]
    return (record.tcp_state & TcpState::kEnded) != 0 ? EndReason::kEndOfFlow : EndReason::kIdleTimeout;
  const bool tcp_ended = (record.tcp_state & TcpState::kEnded) != 0;
  if (tcp_ended && silent > options_.tcp_end_timeout) [[unlikely]]
    return EndReason::kEndOfFlow;
  if (is_opening_syn(packet)) [[unlikely]] {
    // The ports are used again; but one who was refused may ask again with the same SYN.
    const TcpQuality& quality = tcp_quality(record);
    if (tcp_ended ? !quality.repeats_syn(packet) : quality.begins_another(packet)) return EndReason::kEndOfFlow;
  }
  if (packet.received_at - record.start_time >= options_.active_timeout || record.packets[0] >= kRecordPacketsMax ||
      record.packets[1] >= kRecordPacketsMax) [[unlikely]]
    return EndReason::kActiveTimeout;
  return EndReason::kNone;
}

inline void FlowTable::track_tcp(FlowRecord& record, const PacketView& packet) noexcept {
  constexpr std::uint8_t kInteresting = TcpFlags::kSyn | TcpFlags::kFin | TcpFlags::kRst;
  if ((packet.tcp_flags & kInteresting) == 0) [[likely]] {
    record.tcp_state |= TcpState::kEstablished;
    return;
  }
  if ((packet.tcp_flags & TcpFlags::kSyn) != 0) {
    const bool answer = (packet.tcp_flags & TcpFlags::kAck) != 0;
    record.tcp_state |= answer ? TcpState::kSynAckSeen : TcpState::kSynSeen;
    // The SYN names the initiator, even when the SYN/ACK was seen first.
    const bool initiator_is_hi = (packet.direction == Direction::kHiToLo) != answer;
    record.flags =
        static_cast<std::uint8_t>((record.flags & ~FlowRecord::kFlagInitiatorIsHi & ~FlowRecord::kFlagMidstream) |
                                  (initiator_is_hi ? FlowRecord::kFlagInitiatorIsHi : 0));
  }
  const bool ended_before = (record.tcp_state & TcpState::kEnded) != 0;
  if ((packet.tcp_flags & TcpFlags::kFin) != 0)
    record.tcp_state |= packet.from_lo() ? TcpState::kFinFromLo : TcpState::kFinFromHi;
  // Anybody who knows the ports can send a reset: only one that its receiver believes is the end.
  if ((packet.tcp_flags & TcpFlags::kRst) != 0 && tcp_quality(record).accepts_reset(packet))
    record.tcp_state |= TcpState::kReset | TcpState::kEnded;
  constexpr std::uint8_t kBothFins = TcpState::kFinFromLo | TcpState::kFinFromHi;
  if ((record.tcp_state & kBothFins) == kBothFins) record.tcp_state |= TcpState::kEnded;
  if (!ended_before && (record.tcp_state & TcpState::kEnded) != 0) remember_closed(record);
}

inline void FlowTable::count(FlowRecord& record, const PacketView& packet) noexcept {
  const auto direction = static_cast<std::size_t>(packet.direction);
  record.packets[direction] += 1;
  record.bytes[direction] += packet.wire_bytes;
  record.payload_bytes[direction] += packet.payload_bytes;
  record.tcp_flags[direction] |= packet.tcp_flags;
  if (packet.received_at > record.end_time) record.end_time = packet.received_at;
  if (packet.transport == TransportLayer::kTcp) track_tcp(record, packet);
}

FlowTable::Update FlowTable::update(const PacketView& packet, FlowRecord* hint) noexcept {
  FlowRecord* record = hint != nullptr && hint->key == packet.key ? hint : find(packet);
  bool created = false;
  if (record == nullptr) [[unlikely]] {
    record = insert(packet);
    if (record == nullptr) {
      ++(accepting_ ? untracked_packets_ : shed_packets_);
      return {nullptr, false};
    }
    created = true;
  } else if (const EndReason reason = ended_before(*record, packet); reason != EndReason::kNone) [[unlikely]] {
    if (record->is(FlowRecord::kFlagPinned)) handler_.before_flow_end();
    handler_.on_flow_end(*record, detail_if_any(*record), reason);
    if (reason == EndReason::kActiveTimeout) {
      restart_counters(*record, packet);
    } else {
      release_detail(*record);
      start_record(*record, packet);
      created = true;
    }
  }
  count(*record, packet);
  return {record, created};
}

void FlowTable::start_record(FlowRecord& record, const PacketView& packet) noexcept {
  std::memset(static_cast<void*>(&record), 0, sizeof record);
  record.key = packet.key;
  record.start_time = record.end_time = packet.received_at;
  record.flow_id = packet.number;
  record.detail_index = kNoDetail;
  if (packet.direction == Direction::kHiToLo) record.flags |= FlowRecord::kFlagInitiatorIsHi;
  if (packet.key.protocol == kTcp) {
    record.flags |= FlowRecord::kFlagMidstream;
    tcp_quality(record) = TcpQuality{};
  }
  if (packet.is(PacketView::kFlagShadow)) record.flags |= FlowRecord::kFlagShadow;
}

void FlowTable::restart_counters(FlowRecord& record, const PacketView& packet) noexcept {
  if (record.packets[0] != 0 && record.packets[1] != 0) record.flags |= FlowRecord::kFlagAnswered;
  record.start_time = packet.received_at;
  record.end_time = std::max(record.end_time, packet.received_at);
  record.flow_id = packet.number;
  record.bytes[0] = record.bytes[1] = 0;
  record.payload_bytes[0] = record.payload_bytes[1] = 0;
  record.packets[0] = record.packets[1] = 0;
  record.tcp_flags[0] = record.tcp_flags[1] = 0;
  record.flags |= FlowRecord::kFlagContinued;
  if (record.key.protocol == kTcp) tcp_quality(record).restart_counters();
}

bool FlowTable::take_free_place(std::uint64_t hash, Place& place) noexcept {
  const std::size_t home = bucket_of(hash);
  for (std::size_t i = 0; i < kProbeBuckets; ++i) {
    Bucket& bucket = buckets_[(home + i) & bucket_mask_];
    const unsigned free_slots = matching_tags(bucket.tags, 0);
    if (free_slots == 0) continue;
    place = {&bucket, static_cast<std::size_t>(std::countr_zero(free_slots))};
    if (i != 0) {
      ++buckets_[home].displaced;
      ++bucket.foreign;
    }
    return true;
  }
  return false;
}

FlowRecord* FlowTable::insert(const PacketView& packet) noexcept {
  if (!accepting_) [[unlikely]]
    return nullptr;
  if (active_flows_ == options_.flows_max && !evict_near(packet)) return nullptr;
  if (active_flows_ >= buckets_.size() * kSlots / 2 && may_grow()) [[unlikely]]
    grow();
  Place place;
  if (!take_free_place(packet.hash, place)) [[unlikely]] {
    if (may_grow())
      grow();
    else if (!evict_near(packet))
      return nullptr;
    if (!take_free_place(packet.hash, place)) return nullptr;
  }
  const std::uint32_t index = take_record(packet.key.protocol == kTcp ? kTcpEnd : kOtherEnd);
  place.bucket->tags[place.slot] = tag_of(packet.hash);
  place.bucket->indices[place.slot] = index;
  ++active_flows_;
  start_record(records_[index], packet);
  return &records_[index];
}

void FlowTable::grow() noexcept {
  PageArray<Bucket> fewer = std::exchange(buckets_, PageArray<Bucket>(buckets_.size() * 2, PageMemory::Pages::kHuge));
  const std::size_t fewer_mask = bucket_mask_;
  bucket_mask_ = buckets_.size() - 1;
  --bucket_shift_;
  sweep_position_ *= 2;
  for (std::size_t position = 0; position <= fewer_mask; ++position) {
    prefetch_records(fewer[(position + kFlushLookahead) & fewer_mask]);
    const Bucket& bucket = fewer[position];
    for (unsigned used = ~matching_tags(bucket.tags, 0) & 0xff; used != 0; used &= used - 1) {
      const std::uint32_t index = bucket.indices[std::countr_zero(used)];
      const std::uint64_t hash = keyed_hash_48(&records_[index].key, seed_);
      Place place;
      const bool found = take_free_place(hash, place);
      NP_ASSERT(found);  // with three quarters of the places free
      place.bucket->tags[place.slot] = tag_of(hash);
      place.bucket->indices[place.slot] = index;
    }
  }
}

std::uint32_t FlowTable::take_record(std::size_t end) noexcept {
  if (const std::uint32_t index = free_records_[end]; index != kNoDetail) {
    free_records_[end] = records_[index].detail_index;
    return index;
  }
  const std::size_t ordinal = records_begun_[end]++;
  return static_cast<std::uint32_t>(end == kTcpEnd ? ordinal * kPlacesOfTcp
                                                   : records_.size() - 1 - (ordinal + 1) * kPlacesOfOther);
}

void FlowTable::give_back_record(std::uint32_t index) noexcept {
  std::uint32_t& first = free_records_[records_[index].key.protocol == kTcp ? kTcpEnd : kOtherEnd];
  records_[index].detail_index = first;
  records_[index].key.ip_version = 0;
  first = index;
}

bool FlowTable::unanswered(const FlowRecord& record) noexcept {
  if (record.key.protocol == kTcp) return (record.tcp_state & TcpState::kEstablished) == 0;
  return (record.packets[0] == 0 || record.packets[1] == 0) && record.packets_total() <= kUnansweredPacketsMax &&
         !record.is(FlowRecord::kFlagContinued);
}

bool FlowTable::evict_near(const PacketView& packet) noexcept {
  const std::size_t home = bucket_of(packet.hash);
  Place victim{};
  std::size_t victim_home = 0, candidates = 0;
  bool victim_unanswered = false;
  for (std::size_t i = 0; i < kEvictionBuckets && candidates < kEvictionCandidates; ++i) {
    Bucket& bucket = buckets_[(home + i) & bucket_mask_];
    for (std::size_t slot = 0; slot < kSlots; ++slot) {
      if (bucket.tags[slot] == 0) continue;
      const FlowRecord& record = records_[bucket.indices[slot]];
      if (record.is(FlowRecord::kFlagPinned)) continue;
      const bool first_to_go = unanswered(record);
      ++candidates;
      const bool better = victim.bucket == nullptr || (first_to_go && !victim_unanswered) ||
                          (first_to_go == victim_unanswered &&
                           record.end_time < records_[victim.bucket->indices[victim.slot]].end_time);
      if (!better) continue;
      victim = {&bucket, slot};
      victim_unanswered = first_to_go;
      victim_home = (home + i) & bucket_mask_;
    }
  }
  if (victim.bucket == nullptr) return false;
  // One whose time was over leaves as a sweep would have let it go.
  const EndReason due = overdue(records_[victim.bucket->indices[victim.slot]], packet.received_at - reordering_);
  remove(victim, victim_home, due != EndReason::kNone ? due : EndReason::kLackOfResources);
  return true;
}

void FlowTable::remove(const Place& place, std::size_t position, EndReason reason) noexcept {
  const std::uint32_t index = place.bucket->indices[place.slot];
  FlowRecord& record = records_[index];
  if (place.bucket->foreign != 0) [[unlikely]] {
    if (const std::size_t home = bucket_of(keyed_hash_48(&record.key, seed_)); home != position) {
      --buckets_[home].displaced;
      --place.bucket->foreign;
    }
  }
  end(record, reason);
  place.bucket->tags[place.slot] = 0;
  give_back_record(index);
  --active_flows_;
}

void FlowTable::end(FlowRecord& record, EndReason reason) noexcept {
  handler_.on_flow_end(record, detail_if_any(record), reason);
  release_detail(record);
}

FlowDetail* FlowTable::detail(FlowRecord& record) noexcept {
  if (record.detail_index != kNoDetail) return &details_[record.detail_index];
  std::uint32_t index = details_begun_;
  if (free_detail_ != kNoDetail) {
    index = free_detail_;
    free_detail_ = details_[index].stream[0];
  } else if (details_begun_ < details_.size()) {
    ++details_begun_;
  } else {
    ++details_refused_;
    return nullptr;
  }
  ++details_used_;
  record.detail_index = index;
  details_[index] = FlowDetail{};
  return &details_[index];
}

void FlowTable::release_detail(FlowRecord& record) noexcept {
  if (record.detail_index == kNoDetail) return;
  if (const std::uint32_t index = details_[record.detail_index].attributes_index; index != kNoDetail)
    attributes_.release(index);
  details_[record.detail_index].stream[0] = free_detail_;
  free_detail_ = record.detail_index;
  record.detail_index = kNoDetail;
  --details_used_;
}

void FlowTable::set_server_name(FlowDetail& detail, std::string_view name) noexcept {
  constexpr FlowAttribute kLong = FlowAttribute::kLongServerName;
  if (name.size() > detail.short_server_name.data.size()) {
    FlowAttributes* texts = attributes_.make_room(detail.attributes_index, name.size());
    if (texts != nullptr) texts->replace(kLong, name);
    if (texts != nullptr && texts->get(kLong).size() > detail.short_server_name.data.size()) {
      detail.short_server_name.size = 0;
      return;
    }
  }
  detail.short_server_name.assign(name);
}

void FlowTable::set_attribute(FlowDetail& detail, FlowAttribute kind, std::string_view text) noexcept {
  if (const FlowAttributes* texts = attributes_if_any(detail); texts != nullptr && !texts->get(kind).empty()) return;
  const std::size_t size = std::min(text.size(), FlowAttributes::kTextBytesMax);
  if (FlowAttributes* texts = attributes_.make_room(detail.attributes_index, size); texts != nullptr)
    texts->set(kind, text);
}

void FlowTable::set_number(FlowDetail& detail, FlowNumber kind, Direction sender, std::int64_t value) noexcept {
  if (FlowAttributes* texts = attributes_.make_room(detail.attributes_index, sizeof value); texts != nullptr)
    texts->set(kind, sender, value);
}

std::size_t FlowTable::buckets_due(Duration elapsed) const noexcept {
  if (elapsed.nanoseconds <= 0) return 0;
  const double share = elapsed.seconds() / (emergency_ ? kEmergencyTimeout : kSweepPeriod).seconds();
  return share >= 1 ? buckets_.size() : static_cast<std::size_t>(share * static_cast<double>(buckets_.size())) + 1;
}

void FlowTable::prefetch_records(const Bucket& bucket) const noexcept {
  for (unsigned used = ~matching_tags(bucket.tags, 0) & 0xff; used != 0; used &= used - 1) {
    const std::uint32_t index = bucket.indices[std::countr_zero(used)];
    const char* line = reinterpret_cast<const char*>(&records_[index]);
    prefetch_to_read(line);
    prefetch_to_read(line + 64);
    if (index >= kPlacesOfTcp * records_begun_[kTcpEnd]) continue;
    prefetch_to_read(line + sizeof(FlowRecord));
    prefetch_to_read(line + sizeof(FlowRecord) + 64);
  }
}

void FlowTable::sweep(Timestamp now, std::size_t buckets_max) noexcept {
  const Timestamp safe_now = now - reordering_;
  for (std::size_t i = 0; i < buckets_max; ++i) {
    const std::size_t position = sweep_position_;
    sweep_position_ = (sweep_position_ + 1) & bucket_mask_;
    Bucket& bucket = buckets_[position];
    prefetch_records(bucket);
    for (unsigned used = ~matching_tags(bucket.tags, 0) & 0xff; used != 0; used &= used - 1) {
      const auto slot = static_cast<std::size_t>(std::countr_zero(used));
      const FlowRecord& record = records_[bucket.indices[slot]];
      if (record.is(FlowRecord::kFlagPinned)) continue;
      EndReason reason = overdue(record, safe_now);
      if (emergency_ && reason == EndReason::kNone && safe_now - record.end_time > kEmergencyTimeout &&
          unanswered(record))
        reason = EndReason::kLackOfResources;
      if (reason != EndReason::kNone) remove({&bucket, slot}, position, reason);
    }
  }
}

void FlowTable::remember_closed(const FlowRecord& record) noexcept {
  if (closed_tail_ - closed_head_ == kClosedMax) {
    ++closed_list_overflows_;
    return;
  }
  closed_[closed_tail_++ % kClosedMax] = {record.flow_id, record.end_time, index_of(record)};
}

FlowTable::Place FlowTable::place_of(const FlowRecord& record, std::size_t& position) noexcept {
  const std::uint64_t hash = keyed_hash_48(&record.key, seed_);
  for (std::size_t i = 0; i < kProbeBuckets; ++i) {
    position = (bucket_of(hash) + i) & bucket_mask_;
    Bucket& bucket = buckets_[position];
    for (unsigned matches = matching_tags(bucket.tags, tag_of(hash)); matches != 0; matches &= matches - 1) {
      const auto slot = static_cast<std::size_t>(std::countr_zero(matches));
      if (bucket.indices[slot] == index_of(record)) return {&bucket, slot};
    }
  }
  NP_ASSERT(false);  // a record in use is in the table
}

void FlowTable::end_closed(Timestamp now) noexcept {
  const Timestamp closed_until = now - reordering_ - options_.tcp_end_timeout;
  for (std::size_t i = 0; i < kEndingsPerCall && closed_head_ != closed_tail_; ++i) {
    const Closed closed = closed_[closed_head_ % kClosedMax];
    if (closed.end_time >= closed_until) return;
    ++closed_head_;
    const FlowRecord& record = records_[closed.index];
    if (record.key.ip_version == 0 || record.flow_id != closed.flow_id) continue;  // gone already
    if (record.is(FlowRecord::kFlagPinned) || record.end_time >= closed_until) {
      remember_closed(record);  // more packets came meanwhile
      continue;
    }
    std::size_t position = 0;
    const Place place = place_of(record, position);
    remove(place, position, EndReason::kEndOfFlow);
  }
}

void FlowTable::flush(Timestamp now) noexcept {
  for (std::size_t position = 0; position <= bucket_mask_; ++position) {
    prefetch_records(buckets_[(position + kFlushLookahead) & bucket_mask_]);
    Bucket& bucket = buckets_[position];
    for (unsigned used = ~matching_tags(bucket.tags, 0) & 0xff; used != 0; used &= used - 1) {
      const auto slot = static_cast<std::size_t>(std::countr_zero(used));
      const FlowRecord& record = records_[bucket.indices[slot]];
      const EndReason due = overdue(record, now);
      const bool tcp_ended = (record.tcp_state & TcpState::kEnded) != 0;
      const EndReason reason = due != EndReason::kNone ? due
                               : tcp_ended             ? EndReason::kEndOfFlow
                                                       : EndReason::kForcedEnd;
      remove({&bucket, slot}, position, reason);
    }
  }
}

}  // namespace netpulse
