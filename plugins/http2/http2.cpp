#include "plugins/http2/http2.h"

#include <algorithm>
#include <cstring>

#include "engine/analysis/stream_pool.h"
#include "plugins/common/http_text.h"

namespace netpulse {
namespace {

constexpr std::uint8_t kProtocolTcp = 6;
constexpr std::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
constexpr std::size_t kFrameHeaderBytes = 9, kSettingBytes = 6, kPriorityBytes = 5, kPromisedStreamBytes = 4;
/// Of what is not data; a peer allows more than 16384 only for that, if at all.
constexpr std::uint32_t kControlFrameBytesMax = 16384;
/// A header block in more frames than this is hostile (CVE-2024-27316).
constexpr int kContinuationsMax = 32;
constexpr std::uint16_t kSettingIdentifierMax = 0x10;  // IANA's registry, with room
constexpr std::size_t kHostBytesMax = 255;

enum FrameType : std::uint8_t {
  kData = 0,
  kHeaders = 1,
  kSettings = 4,
  kPushPromise = 5,
  kContinuation = 9,
  kKnownTypesMax = 0x10,
};
constexpr std::uint8_t kFlagEndHeaders = 0x04, kFlagPadded = 0x08, kFlagPriority = 0x20;

// State::seen
constexpr std::uint8_t kSeenRequest = 0x01, kSeenName = 0x02, kSeenUserAgent = 0x04, kSeenResponse = 0x08,
                       kSeenServer = 0x10;

struct Frame {
  std::uint32_t bytes;  // of its payload
  std::uint8_t type, flags;
  std::uint32_t stream;
};

/// RFC 9113 section 4.1.
Frame read_frame_header(ByteCursor& cursor) noexcept {
  Frame frame{};
  frame.bytes = cursor.u24();
  frame.type = cursor.u8();
  frame.flags = cursor.u8();
  frame.stream = cursor.u32() & 0x7fffffff;
  return frame;
}

bool is_valid(const Frame& frame) noexcept {
  switch (frame.type) {
    case kData:
      return frame.stream != 0;
    case kHeaders:
    case kPushPromise:
      return frame.stream != 0 && frame.bytes <= kControlFrameBytesMax;
    case kSettings:
      return frame.stream == 0 && frame.bytes <= kControlFrameBytesMax;
    case kContinuation:
      return false;  // only behind HEADERS
    default:
      return frame.bytes <= kControlFrameBytesMax;
  }
}

/// The frame that each direction begins with (section 3.4).
Verdict probe_settings(Bytes bytes) noexcept {
  ByteCursor cursor(bytes);
  const Frame frame = read_frame_header(cursor);
  if (cursor.failed()) return Verdict::kNeedMore;
  if (frame.type != kSettings || frame.flags != 0 || frame.stream != 0 || frame.bytes % kSettingBytes != 0)
    return Verdict::kNotMine;
  for (std::size_t left = frame.bytes; left != 0; left -= kSettingBytes) {
    const std::uint16_t identifier = cursor.u16();
    cursor.skip(kSettingBytes - 2);
    if (cursor.failed()) return Verdict::kNeedMore;
    if (identifier == 0 || identifier > kSettingIdentifierMax) return Verdict::kNotMine;
  }
  if (cursor.at_end()) return frame.bytes != 0 ? Verdict::kDone : Verdict::kNeedMore;
  const Frame next = read_frame_header(cursor);
  if (cursor.failed()) return Verdict::kNeedMore;
  return next.type < kKnownTypesMax && is_valid(next) ? Verdict::kDone : Verdict::kNotMine;
}

/// Reads the frames that one direction has brought. Lives for one call of consume().
class FrameReader {
 public:
  FrameReader(const PacketView& packet, Http2::State& state, AnalyzerContext& context) noexcept
      : state_(state),
        context_(context),
        side_(static_cast<std::size_t>(packet.direction)),
        stream_(packet.payload()) {}

  Verdict run() noexcept {
    while (taken_ < stream_.size()) {
      const Verdict verdict = read_one();
      if (verdict == Verdict::kNotMine) continue;
      if (verdict == Verdict::kMalformed) context_.count(Http2::kCounterMalformed);
      if (skipped_ == 0) context_.discard_stream(taken_);
      return verdict;
    }
    context_.discard_stream(taken_);
    return more_or_done();
  }

 private:
  Bytes rest() const noexcept { return stream_.subspan(taken_); }

  /// kNotMine: a frame was taken, go on.
  Verdict read_one() noexcept {
    if (rest()[0] == 'P') {
      // A frame that begins so would have 5 MB and more.
      const std::string_view text = as_text(rest()).substr(0, kPreface.size());
      if (!kPreface.starts_with(text)) return Verdict::kMalformed;
      if (text.size() < kPreface.size()) return wait();
      taken_ += kPreface.size();
      return Verdict::kNotMine;
    }
    ByteCursor cursor(rest());
    const Frame frame = read_frame_header(cursor);
    if (cursor.failed()) return wait();
    if (state_.in_block[side_] != 0) {
      if (frame.type != kContinuation) return Verdict::kMalformed;
      if ((frame.flags & kFlagEndHeaders) != 0) state_.in_block[side_] = 0;
      return pass_over(frame);
    }
    if (!is_valid(frame)) return Verdict::kMalformed;
    if (frame.type == kHeaders || frame.type == kPushPromise) return read_block(frame, cursor);
    return pass_over(frame);
  }

  Verdict pass_over(const Frame& frame) noexcept {
    const std::size_t bytes = kFrameHeaderBytes + frame.bytes;
    if (bytes <= rest().size()) {
      taken_ += bytes;
      return Verdict::kNotMine;
    }
    skipped_ = bytes - rest().size();
    context_.skip_stream(skipped_);
    return more_or_done();
  }

  /// What a hole or the snap length took away cannot be made good. A prefix that is merely full goes on.
  Verdict more_or_done() const noexcept {
    return context_.stream_gave_up() && stream_.size() < kStreamPrefixBytes ? Verdict::kDone : Verdict::kNeedMore;
  }
  Verdict wait() const noexcept { return more_or_done(); }
  bool is_full() const noexcept { return rest().size() >= kStreamPrefixBytes; }

  /// A header block: HEADERS or PUSH_PROMISE, with the CONTINUATION frames behind it.
  Verdict read_block(const Frame& frame, ByteCursor& cursor) noexcept {
    if (is_full() && frame.bytes > cursor.remaining()) return read_beginning(frame, cursor.take_rest());
    const Bytes payload = cursor.take(frame.bytes);
    if (cursor.failed()) return wait();
    ByteCursor fields(payload);
    const std::size_t padding = (frame.flags & kFlagPadded) != 0 ? fields.u8() : 0;
    if (frame.type == kPushPromise)
      fields.skip(kPromisedStreamBytes);
    else if ((frame.flags & kFlagPriority) != 0)
      fields.skip(kPriorityBytes);
    if (fields.failed() || padding > fields.remaining()) return Verdict::kMalformed;
    Bytes block = fields.take(fields.remaining() - padding);
    if ((frame.flags & kFlagEndHeaders) == 0) {
      std::array<std::uint8_t, kHttp2BlockBytesMax>& joined = context_.per_worker<Http2ConnectionPool>().block();
      std::size_t joined_bytes = 0;
      const auto append = [&](Bytes fragment) {
        if (fragment.size() > joined.size() - joined_bytes) return false;
        if (!fragment.empty()) std::memcpy(&joined[joined_bytes], fragment.data(), fragment.size());
        joined_bytes += fragment.size();
        return true;
      };
      append(block);
      for (int i = 0;; ++i) {
        const Frame next = read_frame_header(cursor);
        if (cursor.failed()) return is_full() ? read_beginning(frame, payload) : wait();
        if (next.type != kContinuation || next.stream != frame.stream || next.bytes > kControlFrameBytesMax ||
            i == kContinuationsMax)
          return Verdict::kMalformed;
        const Bytes fragment = cursor.take(next.bytes);
        if (cursor.failed()) return is_full() ? read_beginning(frame, payload) : wait();
        if (!append(fragment)) return read_beginning(frame, payload);
        if ((next.flags & kFlagEndHeaders) != 0) break;
      }
      block = Bytes(joined).first(joined_bytes);
    }
    taken_ += cursor.position();
    return read_fields(block) ? Verdict::kNotMine : Verdict::kMalformed;
  }

  /// Of a block that finds no room: what fields its first frame has. The table is not known behind it.
  Verdict read_beginning(const Frame& frame, Bytes payload) noexcept {
    std::size_t before = (frame.flags & kFlagPadded) != 0 ? 1 : 0;
    if (frame.type == kPushPromise)
      before += kPromisedStreamBytes;
    else if ((frame.flags & kFlagPriority) != 0)
      before += kPriorityBytes;
    read_fields(payload.subspan(std::min(before, payload.size())));
    tables()[side_].clear();
    state_.in_block[side_] = (frame.flags & kFlagEndHeaders) == 0 ? 1 : 0;
    return pass_over(frame);
  }

  std::array<HpackTable, 2>& tables() noexcept {
    return context_.per_worker<Http2ConnectionPool>().tables(state_.connection, state_.generation);
  }

  bool read_fields(Bytes block) noexcept {
    HpackReader reader(block, tables()[side_]);
    bool has_authority = false;
    is_response_ = is_final_ = false;
    while (true) {
      switch (reader.next()) {
        case HpackReader::Event::kField:
          on_field(reader.field(), has_authority);
          continue;
        case HpackReader::Event::kEnd:
          if (is_final_) state_.seen |= kSeenResponse;
          return true;
        case HpackReader::Event::kMalformed:
          return false;
      }
    }
  }

  void on_field(const HpackField& field, bool& has_authority) noexcept {
    const std::string_view value = field.value;
    switch (field.name) {
      case HpackName::kOther:
        return;
      case HpackName::kHost:
        if (has_authority) return;
        [[fallthrough]];
      case HpackName::kAuthority:
        has_authority = true;
        on_authority(value);
        return;
      case HpackName::kMethod:
        context_.count(Http2::kCounterRequests);
        if (first(kSeenRequest)) context_.set_attribute(FlowAttribute::kHttpMethod, value);
        return;
      case HpackName::kStatus:
        on_status(value);
        return;
      case HpackName::kUserAgent:
        if (!is_response_ && first(kSeenUserAgent)) context_.set_attribute(FlowAttribute::kUserAgent, value);
        return;
      case HpackName::kContentType:
        if (is_final_ && (state_.seen & kSeenResponse) == 0)
          context_.set_attribute(FlowAttribute::kHttpContentType, value);
        return;
      case HpackName::kServer:
        if (is_response_ && first(kSeenServer)) context_.set_attribute(FlowAttribute::kServerSoftware, value);
        return;
    }
  }

  void on_authority(std::string_view authority) noexcept {
    if (authority.empty() || authority.size() > kHostBytesMax) return;
    context_.observe_name(Http2::kListHost, authority);
    if ((state_.seen & kSeenName) != 0) return;
    if (const std::string_view name = host_of_authority(authority); is_host_name(name) && first(kSeenName))
      context_.set_server_name(name);
  }

  void on_status(std::string_view status) noexcept {
    constexpr std::size_t kDigits = 3;
    if (status.size() != kDigits || status[0] < '1' || status[0] > '5') return;
    is_response_ = true;
    is_final_ = status[0] != '1';
    context_.count(Http2::kCounterResponses + static_cast<std::size_t>(status[0] - '1'));
    if (is_final_ && (state_.seen & kSeenResponse) == 0) context_.set_attribute(FlowAttribute::kHttpStatus, status);
  }

  bool first(std::uint8_t bit) noexcept {
    const bool is_first = (state_.seen & bit) == 0;
    state_.seen |= bit;
    return is_first;
  }

  Http2::State& state_;
  AnalyzerContext& context_;
  const std::size_t side_;
  const Bytes stream_;
  std::size_t taken_ = 0, skipped_ = 0;
  bool is_response_ = false, is_final_ = false;
};

}  // namespace

Verdict Http2::probe(const PacketView& packet) noexcept {
  if (packet.key.protocol != kProtocolTcp) return Verdict::kNotMine;
  const std::string_view text = as_text(packet.payload());
  if (text[0] != kPreface[0]) return probe_settings(packet.payload());
  const std::string_view start = text.substr(0, kPreface.size());
  if (!kPreface.starts_with(start)) return Verdict::kNotMine;
  return start.size() == kPreface.size() ? Verdict::kDone : Verdict::kNeedMore;
}

Verdict Http2::consume(const PacketView& packet, State& state, AnalyzerContext& context) noexcept {
  return FrameReader(packet, state, context).run();
}

}  // namespace netpulse
