#pragma once

#include <cstdint>
#include <string_view>

#include "engine/analysis/stream_pool.h"
#include "plugins/common/http_text.h"
#include "plugins/http/http.h"

namespace netpulse {

inline constexpr std::string_view kHttp1 = "HTTP/1.";

/// Reads what one direction of a flow has brought: as many messages as there are in it, and the beginning of the next.
/// Lives for one call of Http::consume().
class HttpMessageReader {
 public:
  HttpMessageReader(const PacketView& packet, Http::State& state, AnalyzerContext& context) noexcept
      : state_(state),
        context_(context),
        side_(static_cast<std::size_t>(packet.direction)),
        text_(as_text(packet.payload())) {}

  /// Tells the context what was found and what of the stream was taken.
  Verdict run() noexcept;

  /// A CONNECT or an upgrade was asked for and not answered yet: the flow may soon be another's.
  static bool may_hand_over(const Http::State& state) noexcept;

 private:
  /// What the next byte of a direction belongs to: State::phase.
  enum Phase : std::uint8_t {
    kStart,      ///< a start line
    kFields,     ///< the field section behind it
    kBody,       ///< a body of known length
    kChunkSize,  ///< the line in front of a chunk
    kChunk,      ///< a chunk and the CR LF behind it
    kTrailers,
    kUnknown,  ///< nobody knows
    kTunnel,   ///< what follows CONNECT, should it be granted
  };
  enum class Step : std::uint8_t { kGoOn, kWait, kDone };
  enum RequestKind : std::uint8_t { kOrdinary, kHead, kConnect };

  Step step() noexcept;
  Step read_start_line() noexcept;
  Step on_request_line(const RequestLine& request, std::size_t line_bytes) noexcept;
  Step on_status_line(std::uint16_t status, std::string_view line, std::size_t line_bytes) noexcept;
  /// No more of the start line will come; it has the method or the status.
  Step on_cut_start_line(StartLine start) noexcept;
  void on_status(std::uint16_t status, std::string_view line) noexcept;
  Step read_fields() noexcept;
  Step read_trailers() noexcept;
  Step read_body() noexcept;
  Step read_chunk_size() noexcept;
  Step pass_over() noexcept;
  Step wait_for_tunnel() noexcept;
  void on_field(std::string_view line) noexcept;
  void on_content_length(std::string_view value) noexcept;
  Step on_head_end() noexcept;
  Step on_request_end() noexcept;
  Step on_response_end() noexcept;
  Step begin_body() noexcept;
  Step malformed() noexcept;
  Step hand_over() noexcept;

  /// The authority in a request line (absolute form, CONNECT); false if more has to come to judge it.
  bool take_authority(std::string_view authority, std::string_view fields) noexcept;
  void observe_host(std::string_view host) noexcept;
  /// False if no whole line is there. A line that is too long is passed over.
  bool take_line(std::string_view& line) noexcept;
  /// Passes over the rest of a line that was too long to hold, if it is in hand; false if its end is not there.
  bool pass_long_line() noexcept;
  /// No whole line is left: waits for more of it, or begins to pass over it.
  void on_partial_line() noexcept;
  void push_request(RequestKind kind) noexcept;
  bool pop_request(RequestKind& kind) noexcept;

  std::string_view rest() const noexcept { return {text_.data() + taken_, text_.size() - taken_}; }
  bool all_taken() const noexcept { return taken_ == text_.size(); }
  bool in_body() const noexcept { return state_.phase[side_] == kBody || state_.phase[side_] == kChunk; }
  /// No more of a line that is not whole will come.
  bool no_more_will_come() const noexcept {
    // A prefix that is full goes on behind what is taken of it.
    return context_.stream_gave_up() && (taken_ == 0 || text_.size() < kStreamPrefixBytes);
  }
  std::uint8_t& phase() noexcept { return state_.phase[side_]; }
  std::uint16_t& flags() noexcept { return state_.flags[side_]; }
  bool has(std::uint16_t flag) const noexcept { return (state_.flags[side_] & flag) != 0; }
  /// True the first time.
  bool first(std::uint8_t bit) noexcept {
    const bool is_first = (state_.seen & bit) == 0;
    state_.seen |= bit;
    return is_first;
  }

  Http::State& state_;
  AnalyzerContext& context_;
  const std::size_t side_;
  const std::string_view text_;
  std::size_t taken_ = 0;
  std::uint64_t skipped_ = 0;
};

}  // namespace netpulse
