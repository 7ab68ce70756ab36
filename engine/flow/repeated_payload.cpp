#include "engine/flow/repeated_payload.h"

#include <algorithm>
#include <cstddef>

namespace netpulse {
namespace {

/// Whether a comes after b (RFC 9293 section 3.4).
bool after(std::uint32_t a, std::uint32_t b) { return static_cast<std::int32_t>(a - b) > 0; }
std::uint32_t earlier(std::uint32_t a, std::uint32_t b) { return after(a, b) ? b : a; }
std::uint32_t later(std::uint32_t a, std::uint32_t b) { return after(a, b) ? a : b; }

}  // namespace

RepeatedPayload::Taken RepeatedPayload::take(std::uint32_t begin, std::uint32_t end, std::uint32_t next) noexcept {
  Taken taken;
  if (!after(next, begin)) {
    if (after(begin, next)) taken.hole_forgotten = remember({next, begin});
    return taken;
  }
  end = earlier(end, next);
  std::uint32_t filled = 0;
  Hole rest{0, 0};  // a segment within a hole leaves one behind it
  for (Hole& hole : holes_) {
    const std::uint32_t from = later(begin, hole.begin), to = earlier(end, hole.end);
    if (hole.size() == 0 || !after(to, from)) continue;
    filled += to - from;
    if (from == hole.begin) {
      hole.begin = to;
    } else {
      if (to != hole.end) rest = {to, hole.end};
      hole.end = from;
    }
  }
  if (rest.size() != 0) taken.hole_forgotten = remember(rest);
  taken.repeated_bytes = end - begin - filled;
  bytes_ += taken.repeated_bytes;
  return taken;
}

bool RepeatedPayload::remember(Hole hole) noexcept {
  Hole& smallest =
      *std::min_element(holes_.begin(), holes_.end(), [](const Hole& a, const Hole& b) { return a.size() < b.size(); });
  if (hole.size() <= smallest.size()) return true;
  const bool forgotten = smallest.size() != 0;
  smallest = hole;
  return forgotten;
}

}  // namespace netpulse
