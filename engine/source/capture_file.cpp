#include "engine/source/capture_file.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

#include "engine/source/block_input.h"
#include "engine/source/block_pool.h"
#include "engine/source/bpf_filter.h"
#include "engine/source/record_reader.h"
#include "engine/source/source_meter.h"

namespace netpulse {
namespace {

/// Lines kept for error(); further files are only counted.
constexpr std::size_t kFaultsMax = 100;
/// Batches in a row of which the filter leaves nothing, within one poll().
constexpr std::size_t kRefusedBatchesMax = 64;

std::string shown_name(const std::string& path) { return path == "-" ? "standard input" : path; }

class CaptureFileSource final : public PacketSource {
 public:
  CaptureFileSource(const CaptureFileOptions& options, std::optional<BpfFilter> filter)
      : paths_(options.paths),
        filter_(std::move(filter)),
        pool_(std::max(options.block_bytes, BlockInput::kReadBytesMin * 4)) {
    context_.interfaces = &interfaces_;
    begin_ = end_ = pool_.base(block_);
    bool sizes_known = true;
    std::uint64_t total = 0;
    for (const std::string& path : paths_) {
      const std::uint64_t bytes = regular_file_bytes(path);
      sizes_known = sizes_known && bytes != 0;
      total += bytes;
    }
    bytes_total_ = sizes_known ? total : 0;
  }

  PollResult poll(std::span<RawPacket> out) noexcept override;

  void release(std::span<const RawPacket> batch) noexcept override {
    if (!batch.empty()) pool_.give_back(batch.front().cookie, batch.size());
  }
  SourceStats stats() const noexcept override {
    SourceStats stats = counters_.stats();
    stats.filtered_packets = filtered_packets_.value();
    stats.input_bytes_done = bytes_done_.value();
    stats.input_bytes_total = bytes_total_;
    return stats;
  }
  std::string error() const override {
    std::string text;
    for (const std::string& fault : faults_) text += (text.empty() ? "" : "\n") + fault;
    if (faults_dropped_ != 0) text += "\nand " + std::to_string(faults_dropped_) + " more";
    return text;
  }
  std::vector<std::string> interfaces() const override { return interfaces_.names(); }
  bool can_wait() const noexcept override { return true; }

 private:
  enum class Fill : std::uint8_t { kMore, kWait, kEnd };

  bool open_next();
  void recognize(bool whole);
  void consume(std::uint64_t bytes);
  std::size_t keep_accepted(std::span<RawPacket> packets, std::uint64_t first_number);
  Fill fill();
  bool make_room();
  void end_of_file();
  void close_file();
  void add_fault(const std::string& reason);
  void keep_fault(std::string line);
  PollResult result(std::size_t count, PollStatus status) const noexcept {
    return {static_cast<std::uint32_t>(count), status, context_.latest};
  }
  Bytes window() const noexcept { return {begin_, end_}; }

  const std::vector<std::string> paths_;
  std::size_t next_path_ = 0;
  std::optional<BpfFilter> filter_;
  InterfaceNames interfaces_;
  ParseContext context_;

  // The file in hand.
  std::optional<BlockInput> input_;
  std::string name_;
  std::unique_ptr<RecordReader> reader_;  // null until its format is known
  std::uint64_t offset_ = 0;              // of begin_ in the file, unpacked
  std::uint64_t skip_bytes_ = 0;          // still to be thrown away after end_
  std::uint64_t skip_offset_ = 0;         // where the block began that is thrown away

  // The block in hand, and its bytes not yet parsed.
  BlockPool pool_;
  std::size_t block_ = 0;
  std::uint8_t* begin_ = nullptr;
  std::uint8_t* end_ = nullptr;

  std::vector<std::string> faults_;
  std::size_t faults_dropped_ = 0;
  bool filter_faults_told_ = false;
  SourceMeter counters_;
  SharedCounter filtered_packets_, bytes_done_;
  std::uint64_t bytes_done_before_ = 0;  // in files that are finished
  std::uint64_t bytes_total_ = 0;
};

PollResult CaptureFileSource::poll(std::span<RawPacket> out) noexcept {
  if (out.empty()) return result(0, PollStatus::kOk);
  // Packets that the filter refuses do not make a poll last: a request to stop must be heard.
  for (std::size_t refused_batches = 0; refused_batches < kRefusedBatchesMax;) {
    if (!input_ && !open_next()) return result(0, faults_.empty() ? PollStatus::kEndOfInput : PollStatus::kFailed);
    if (reader_) {
      const std::uint64_t first_number = context_.next_number;
      context_.cookie = block_;
      const ParseStep step = reader_->parse(window(), out, context_);
      consume(step.consumed_bytes);
      if (step.status == ParseStatus::kCorrupt) {
        add_fault(reader_->fault());
        close_file();
      }
      if (const auto packets = out.first(step.packet_count); !packets.empty()) {
        const std::size_t kept = filter_ ? keep_accepted(packets, first_number) : packets.size();
        pool_.lend(context_.cookie, kept);
        counters_.count(packets.first(kept));
        if (kept != 0) return result(kept, PollStatus::kOk);
        ++refused_batches;
        continue;
      }
      // What is left may be a block to skip, which is only told when it is first in the window.
      if (!input_ || step.consumed_bytes != 0) continue;
    }
    const Fill filled = fill();
    if (filled == Fill::kWait) break;
    if (filled == Fill::kMore && !reader_) recognize(false);
    if (filled == Fill::kEnd) end_of_file();
  }
  return result(0, PollStatus::kOk);
}

/// False when there is no further file.
bool CaptureFileSource::open_next() {
  while (next_path_ < paths_.size()) {
    const std::string& path = paths_[next_path_++];
    name_ = shown_name(path);
    offset_ = 0;
    skip_bytes_ = 0;
    auto opened = BlockInput::open(path);
    if (opened) {
      input_.emplace(std::move(opened).value());
      return true;
    }
    keep_fault(name_ + " " + opened.error().message);
  }
  if (filter_ && !std::exchange(filter_faults_told_, true) && !filter_->faults().empty()) keep_fault(filter_->faults());
  return false;
}

/// Asks what format the window begins with; whole: no more bytes will come. Closes the file if it is none.
void CaptureFileSource::recognize(bool whole) {
  Recognized recognized = recognize_capture(window(), whole, name_, interfaces_);
  reader_ = std::move(recognized.reader);
  consume(recognized.consumed_bytes);
  if (recognized.fault.empty()) return;
  add_fault(recognized.fault);
  close_file();
}

void CaptureFileSource::consume(std::uint64_t bytes) {
  const std::uint64_t from_window = std::min<std::uint64_t>(bytes, window().size());
  if (bytes > from_window) {
    skip_bytes_ = bytes - from_window;
    skip_offset_ = offset_;
  }
  begin_ += from_window;
  offset_ += from_window;
}

/// Refused packets are closed up; the others are numbered anew.
std::size_t CaptureFileSource::keep_accepted(std::span<RawPacket> packets, std::uint64_t first_number) {
  std::size_t kept = 0;
  for (const RawPacket& packet : packets) {
    if (!filter_->accepts(packet)) continue;
    packets[kept] = packet;
    packets[kept].number = first_number + kept;
    ++kept;
  }
  context_.next_number = first_number + kept;
  filtered_packets_.add(packets.size() - kept);
  return kept;
}

CaptureFileSource::Fill CaptureFileSource::fill() {
  if (!make_room()) return Fill::kWait;
  const std::span<std::uint8_t> room(end_, pool_.limit(block_));
  const ReadResult read = input_->read(room);
  bytes_done_.set(bytes_done_before_ + input_->raw_bytes_done());
  switch (read.status) {
    case ReadStatus::kWait:
      return Fill::kWait;
    case ReadStatus::kEnd:
    case ReadStatus::kFailed:
      return Fill::kEnd;
    case ReadStatus::kData:
      break;
  }
  end_ += read.bytes;
  const std::uint64_t skipped = std::min<std::uint64_t>(skip_bytes_, window().size());
  skip_bytes_ -= skipped;
  begin_ += skipped;
  offset_ += skipped;
  return Fill::kMore;
}

/// Sees to it that a good part of the block is free after the bytes not yet parsed, without touching what is lent.
bool CaptureFileSource::make_room() {
  const std::size_t unparsed = window().size();
  if (unparsed == 0 && !pool_.lent(block_)) begin_ = end_ = pool_.base(block_);
  if (static_cast<std::size_t>(pool_.limit(block_) - end_) >= pool_.block_bytes() / 4) return true;
  const std::optional<std::size_t> target = pool_.lent(block_) ? pool_.find_free() : block_;
  if (!target) return false;
  NP_ASSERT(unparsed <= BlockPool::kHeadroomBytes);
  // In front of the base, so that the read that follows lands on a page boundary.
  std::uint8_t* const begin = pool_.base(*target) - unparsed;
  if (unparsed != 0) std::memmove(begin, begin_, unparsed);
  block_ = *target;
  begin_ = begin;
  end_ = pool_.base(block_);
  return true;
}

/// The input has no more: was that where a file may end?
void CaptureFileSource::end_of_file() {
  if (!input_->fault().empty()) {
    add_fault(input_->fault());
  } else if (!reader_) {
    recognize(true);
  } else if (skip_bytes_ != 0) {
    offset_ = skip_offset_;
    add_fault("the file ends inside a block, " + std::to_string(skip_bytes_) + " bytes too early");
  } else if (!window().empty()) {
    add_fault("the file ends inside a record, after " + std::to_string(window().size()) + " bytes of it");
  }
  if (input_) close_file();
}

void CaptureFileSource::close_file() {
  bytes_done_before_ += input_->raw_bytes_done();
  input_.reset();
  reader_.reset();
  begin_ = end_;
}

void CaptureFileSource::add_fault(const std::string& reason) {
  keep_fault(name_ + ": byte " + std::to_string(offset_) + (input_->compressed() ? " (unpacked)" : "") + ": " + reason);
}

void CaptureFileSource::keep_fault(std::string line) {
  if (faults_.size() < kFaultsMax)
    faults_.push_back(std::move(line));
  else
    ++faults_dropped_;
}

}  // namespace

Result<std::unique_ptr<PacketSource>> open_capture_files(const CaptureFileOptions& options) {
  if (options.paths.empty()) return Error{"no capture file was named"};
  std::optional<BpfFilter> filter;
  if (!options.filter.empty()) {
    auto compiled = BpfFilter::create(options.filter);
    if (!compiled) return compiled.error();
    filter.emplace(std::move(compiled).value());
  }
  return std::unique_ptr<PacketSource>(std::make_unique<CaptureFileSource>(options, std::move(filter)));
}

}  // namespace netpulse
