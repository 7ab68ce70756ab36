#include "tools/netpulse/progress.h"

#include <unistd.h>

#include "engine/base/human.h"
#include "tools/netpulse/report_view.h"
#include "tools/netpulse/terminal.h"

namespace netpulse {
namespace {

constexpr std::string_view kEraseLine = "\r\x1b[2K";

double real(std::uint64_t value) { return static_cast<double>(value); }

Duration seconds(double value) { return {static_cast<std::int64_t>(value * 1e9)}; }

}  // namespace

StatusLine::StatusLine() : terminal_(is_terminal(STDERR_FILENO)), last_(std::chrono::steady_clock::now()) {}

bool StatusLine::due(std::chrono::milliseconds period) {
  if (!terminal_) return false;
  const auto now = std::chrono::steady_clock::now();
  if (now - last_ < period) return false;
  last_ = now;
  return true;
}

void StatusLine::show(const std::string& text) {
  const std::size_t width = text_style(STDERR_FILENO).width - 1;  // a full line would wrap
  write_all(STDERR_FILENO, std::string(kEraseLine) + text.substr(0, width));
  shown_ = true;
}

void StatusLine::clear() {
  if (shown_) write_all(STDERR_FILENO, kEraseLine);
  shown_ = false;
}

std::string reading_progress(const SourceStats& stats, double elapsed_seconds) {
  std::string line;
  const double done = real(stats.input_bytes_done), total = real(stats.input_bytes_total);
  if (total > 0) line += human_share(done, total) + " of " + human_bytes(total) + ", ";
  line += human_count(real(stats.received_packets)) + " packets";
  if (elapsed_seconds > 0) line += ", " + human_count(real(stats.received_packets) / elapsed_seconds) + " packets/s";
  if (total > 0 && done > 0 && done < total)
    line += ", " + human_duration(seconds(elapsed_seconds * (total - done) / done)) + " left";
  return line;
}

std::string live_status(const MetricsSnapshot& before, const MetricsSnapshot& now) {
  const double elapsed = now.uptime_seconds - before.uptime_seconds;
  std::string line = human_duration(seconds(now.uptime_seconds)) + ", " + grouped(now.total.received_packets) +
                     " packets, " + human_bytes(real(now.total.wire_bytes));
  if (elapsed > 0)
    line += ", " + human_count(real(now.total.received_packets - before.total.received_packets) / elapsed) +
            " packets/s, " + human_bit_rate(8 * real(now.total.wire_bytes - before.total.wire_bytes) / elapsed);
  return line + ", " + grouped(now.total.active_flows) + " flows, " + grouped(lost_packets(now)) + " lost";
}

}  // namespace netpulse
