#include "engine/source/capture_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <deque>
#include <filesystem>
#include <functional>
#include <numeric>
#include <random>
#include <thread>

#include "engine/source/block_pool.h"
#include "tests/unit/engine/source/capture_bytes.h"

namespace netpulse {
namespace {

using test::CaptureBytes;
using test::drain;
using test::gzipped;
using test::read_capture;
using test::ReadCapture;
using test::TemporaryFile;

/// A packet whose bytes tell its ordinal, so that a mixed-up one is seen.
std::string packet_text(std::size_t ordinal, std::size_t size) {
  std::string text(size, static_cast<char>('a' + ordinal % 26));
  return text.replace(0, std::min(size, std::to_string(ordinal).size()), std::to_string(ordinal).substr(0, size));
}

struct ManyPackets {
  std::vector<std::string> texts;
  std::string pcap, pcapng;
};
ManyPackets many_packets(std::size_t count, std::size_t size_max) {
  ManyPackets many;
  std::mt19937 random(1);
  CaptureBytes pcap, pcapng;
  pcap.pcap_header();
  pcapng.section().interface();
  for (std::size_t i = 0; i < count; ++i) {
    many.texts.push_back(packet_text(i, random() % (size_max + 1)));
    pcap.pcap_record(static_cast<std::uint32_t>(i), 0, many.texts.back());
    pcapng.enhanced_packet(0, i * 1'000'000, many.texts.back());
  }
  many.pcap = pcap.bytes();
  many.pcapng = pcapng.bytes();
  return many;
}

void expect_all(const ReadCapture& read, const std::vector<std::string>& texts) {
  ASSERT_EQ(read.packets.size(), texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i) {
    ASSERT_EQ(read.packets[i].text, texts[i]) << i;
    ASSERT_EQ(read.packets[i].number, i + 1);
    ASSERT_EQ(read.packets[i].received_at, Timestamp{} + Duration::from_seconds(static_cast<std::int64_t>(i)));
  }
  EXPECT_EQ(read.status, PollStatus::kEndOfInput);
  EXPECT_EQ(read.error, "");
}

TEST(CaptureFile, JoinsRecordsThatStraddleBlocks) {
  const ManyPackets many = many_packets(3000, 1500);
  ASSERT_GT(many.pcap.size(), 4 * kCaptureBlockBytes);
  for (const std::size_t block_bytes : {std::size_t{256}, std::size_t{4096}, std::size_t{5001}, kCaptureBlockBytes}) {
    expect_all(read_capture(many.pcap, {}, block_bytes), many.texts);
    expect_all(read_capture(many.pcapng, {}, block_bytes), many.texts);
    expect_all(read_capture(gzipped(many.pcap), {}, block_bytes), many.texts);
  }
}

TEST(CaptureFile, KeepsTheBytesOfEveryBatchThatIsHeld) {
  const ManyPackets many = many_packets(2000, 1500);
  const TemporaryFile file(many.pcap);
  auto source = std::move(open_capture_files({{file.path()}, {}, 8192})).value();
  struct Held {
    std::array<RawPacket, 16> packets;
    std::size_t count;
  };
  std::deque<Held> held;
  std::size_t seen = 0;
  const auto check_and_release = [&] {
    const auto packets = std::span<const RawPacket>(held.front().packets).first(held.front().count);
    for (const RawPacket& packet : packets) ASSERT_EQ(as_text(packet.bytes()), many.texts[packet.number - 1]);
    source->release(packets.first(packets.size() / 2));
    source->release(packets.subspan(packets.size() / 2));
    held.pop_front();
  };
  for (PollStatus status = PollStatus::kOk; status == PollStatus::kOk;) {
    held.emplace_back();
    const PollResult polled = source->poll(held.back().packets);
    held.back().count = polled.packet_count;
    seen += polled.packet_count;
    status = polled.status;
    if (held.size() > 40) check_and_release();
  }
  while (!held.empty()) check_and_release();
  EXPECT_EQ(seen, many.texts.size());
}

TEST(CaptureFile, GivesNothingWhileAllBlocksAreHeld) {
  const ManyPackets many = many_packets(2000, 1500);
  const TemporaryFile file(many.pcap);
  auto source = std::move(open_capture_files({{file.path()}, {}, 4096})).value();
  std::deque<std::array<RawPacket, 64>> held;
  std::deque<std::size_t> counts;
  for (int empty = 0; empty < 3;) {
    held.emplace_back();
    const PollResult polled = source->poll(held.back());
    ASSERT_EQ(polled.status, PollStatus::kOk);
    counts.push_back(polled.packet_count);
    empty = polled.packet_count == 0 ? empty + 1 : 0;
    ASSERT_LT(held.size(), 2000U);
  }
  const std::size_t lent = std::accumulate(counts.begin(), counts.end(), std::size_t{0});
  EXPECT_LT(lent, many.texts.size());
  for (std::size_t i = 0; i < held.size(); ++i) source->release(std::span(held[i]).first(counts[i]));
  EXPECT_EQ(drain(*source).packets.size() + lent, many.texts.size());
}

/// Cuts `bytes` everywhere; records: where each record begins, and the end.
void expect_cuts_to_be_told(const std::string& bytes, const std::vector<std::size_t>& records,
                            std::size_t first_packet) {
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const ReadCapture read = read_capture(bytes.substr(0, size));
    std::size_t whole = 0;
    while (whole + 1 < records.size() && records[whole + 1] <= size) ++whole;
    const bool clean = size == records[whole] && size != 0;
    EXPECT_EQ(read.packets.size(), whole > first_packet ? whole - first_packet : 0) << size;
    EXPECT_EQ(read.status, clean ? PollStatus::kEndOfInput : PollStatus::kFailed) << size;
    const std::string start = "FILE: byte " + std::to_string(records[whole]) + ": ";
    EXPECT_EQ(read.error.substr(0, start.size()), clean ? "" : start) << size << ' ' << read.error;
  }
}

TEST(CaptureFile, TellsWhereAPcapFileWasCut) {
  CaptureBytes bytes;
  bytes.pcap_header().pcap_record(1, 0, "abc").pcap_record(2, 0, "").pcap_record(3, 0, "defghij");
  expect_cuts_to_be_told(bytes.bytes(), {0, 24, 43, 59, 82}, 1);
}

TEST(CaptureFile, TellsWhereAPcapngFileWasCut) {
  CaptureBytes bytes;
  bytes.section().interface().enhanced_packet(0, 1, "abc").enhanced_packet(0, 1, "defgh");
  expect_cuts_to_be_told(bytes.bytes(), {0, 28, 48, 84, 124}, 2);
}

TEST(CaptureFile, TellsWhereASnoopFileWasCut) {
  CaptureBytes bytes(std::endian::big);
  bytes.text(std::string_view("snoop\0\0\0", 8)).u32(2).u32(4);
  for (int i = 0; i < 2; ++i) bytes.u32(4).u32(4).u32(28).u32(0).u32(5).u32(6).text("abcd");
  expect_cuts_to_be_told(bytes.bytes(), {0, 16, 44, 72}, 1);
}

TEST(CaptureFile, UnpacksGzipMembersOneAfterTheOther) {
  const ManyPackets many = many_packets(500, 1500);
  std::string members;
  for (std::size_t at = 0; at < many.pcap.size(); at += 7777) members += gzipped(many.pcap.substr(at, 7777));
  members += gzipped("") + std::string(512, '\0');
  expect_all(read_capture(members), many.texts);
}

TEST(CaptureFile, TellsWhereAGzipFileWasCut) {
  const ManyPackets many = many_packets(50, 60);
  const std::string packed = gzipped(many.pcap);
  for (std::size_t size = 2; size < packed.size(); ++size) {
    const ReadCapture read = read_capture(packed.substr(0, size));
    EXPECT_EQ(read.status, PollStatus::kFailed) << size;
    std::size_t offset = read.packets.empty() ? 0 : 24;
    for (std::size_t i = 0; i < read.packets.size(); ++i) {
      ASSERT_EQ(read.packets[i].text, many.texts[i]);
      offset += 16 + many.texts[i].size();
    }
    const std::string start = "FILE: byte " + std::to_string(offset) + " (unpacked): ";
    const std::string start_of_data = "FILE: byte 24 (unpacked): ";
    EXPECT_TRUE(read.error.starts_with(start) || (offset == 0 && read.error.starts_with(start_of_data)))
        << size << ' ' << read.error;
    EXPECT_NE(read.error.find("cut short after " + std::to_string(size) + " compressed bytes"), std::string::npos);
  }
}

TEST(CaptureFile, TellsWhereGzipDataIsBroken) {
  std::string packed = gzipped(many_packets(200, 600).pcap);
  packed[packed.size() - 6] = static_cast<char>(packed[packed.size() - 6] ^ 1);  // in the CRC
  const ReadCapture read = read_capture(packed);
  EXPECT_EQ(read.packets.size(), 200);
  EXPECT_NE(read.error.find("incorrect data check"), std::string::npos) << read.error;
  EXPECT_NE(read_capture(gzipped(many_packets(2, 60).pcap) + "rubbish").error.find("incorrect header check"),
            std::string::npos);
}

TEST(CaptureFile, NamesWhatItFoundInsteadOfACapture) {
  EXPECT_TRUE(read_capture("").error.starts_with("FILE: byte 0: the file is empty; supported are pcap, pcapng"));
  EXPECT_TRUE(read_capture("\xd4").error.starts_with("FILE: byte 0: no capture file: its only bytes are d4;"));
  EXPECT_TRUE(
      read_capture("hello, world")
          .error.starts_with("FILE: byte 0: no capture file: it begins with 68 65 6c 6c 6f 2c 20 77; supported are"));
  EXPECT_NE(read_capture("\x28\xb5\x2f\xfd.....").error.find("(zstd-compressed data)"), std::string::npos);
  EXPECT_TRUE(read_capture(gzipped("hello, world")).error.starts_with("FILE: byte 0 (unpacked): no capture file"));
}

TEST(CaptureFile, ReadsAllFilesAndTellsOfTheBrokenOnesAtTheEnd) {
  const TemporaryFile first(CaptureBytes().pcap_header().pcap_record(9, 0, "one").bytes());
  const TemporaryFile broken(CaptureBytes().pcap_header().pcap_record(3, 0, "two").text("cut").bytes());
  CaptureBytes last;
  last.section().interface(113, 0, last.option(2, "eth0")).enhanced_packet(0, 5'000'000, "three");
  const TemporaryFile third(last.bytes());
  const std::string missing = first.path() + ".missing", directory = std::filesystem::temp_directory_path();
  auto source = open_capture_files({{first.path(), missing, broken.path(), directory, third.path()}, {}});
  const ReadCapture read = drain(*source.value());
  ASSERT_EQ(read.packets.size(), 3);
  EXPECT_EQ(read.packets[2].text, "three");
  EXPECT_EQ(read.packets[2].number, 3);
  EXPECT_EQ(read.packets[2].interface_index, 2);
  EXPECT_EQ(read.packets[2].received_at.nanoseconds, 5'000'000'000);
  EXPECT_EQ(read.now.nanoseconds, 9'000'000'000) << "the clock of a run does not go back";
  EXPECT_EQ(read.interfaces, (std::vector<std::string>{first.path(), broken.path(), "eth0"}));
  EXPECT_EQ(read.status, PollStatus::kFailed);
  EXPECT_EQ(read.error, missing + " cannot be opened: No such file or directory\n" + broken.path() +
                            ": byte 43: the file ends inside a record, after 3 bytes of it\n" + directory +
                            " is a directory, not a capture file");
}

TEST(CaptureFile, CountsWhatItDeliversAndHowFarItCame) {
  const ManyPackets many = many_packets(100, 100);
  const TemporaryFile plain(many.pcap), packed(gzipped(many.pcap));
  auto source = std::move(open_capture_files({{plain.path(), packed.path()}, {}})).value();
  const std::uint64_t total = std::filesystem::file_size(plain.path()) + std::filesystem::file_size(packed.path());
  EXPECT_EQ(source->stats().input_bytes_total, total);
  EXPECT_EQ(source->stats().input_bytes_done, 0);
  const ReadCapture read = drain(*source);
  std::uint64_t bytes = 0;
  for (const auto& packet : read.packets) bytes += packet.captured_bytes;
  EXPECT_EQ(read.stats.received_packets, 200);
  EXPECT_EQ(read.stats.received_bytes, bytes);
  EXPECT_EQ(read.stats.input_bytes_done, total);
}

TEST(CaptureFile, FillsABatchAndNoMore) {
  const TemporaryFile file(many_packets(100, 10).pcap);
  auto source = std::move(open_capture_files({{file.path()}, {}})).value();
  std::array<RawPacket, 64> batch;
  const PollResult first = source->poll(batch);
  EXPECT_EQ(first.packet_count, 64);
  EXPECT_EQ(first.now, batch[63].received_at);
  source->release(batch);
  EXPECT_EQ(source->poll(batch).packet_count, 36);
}

/// Ethernet frames with an IPv4 TCP or UDP header good enough for a filter.
std::string frame(std::uint8_t protocol) {
  std::string bytes(12, '\x02');
  bytes += std::string("\x08\x00\x45\x00\x00\x1c\x00\x00\x00\x00\x40", 11) + static_cast<char>(protocol);
  return bytes + std::string(18, '\0');
}

TEST(CaptureFile, DeliversAndNumbersOnlyWhatTheFilterAccepts) {
  CaptureBytes bytes;
  bytes.pcap_header();
  for (std::uint32_t i = 0; i < 300; ++i) bytes.pcap_record(i, 0, frame(i % 3 == 0 ? 6 : 17));
  const ReadCapture read = read_capture(bytes.bytes(), "tcp");
  ASSERT_EQ(read.packets.size(), 100);
  for (std::size_t i = 0; i < 100; ++i) {
    EXPECT_EQ(read.packets[i].number, i + 1);
    EXPECT_EQ(read.packets[i].received_at, Timestamp{} + Duration::from_seconds(static_cast<std::int64_t>(3 * i)));
  }
  EXPECT_EQ(read.stats.received_packets, 100);
  EXPECT_EQ(read.stats.filtered_packets, 200);
  EXPECT_EQ(read_capture(bytes.bytes(), "icmp").stats.filtered_packets, 300);
}

TEST(CaptureFile, RefusesABadFilterBeforeItReads) {
  const auto source = open_capture_files({{"-"}, "tcp prot 80"});
  ASSERT_FALSE(source.ok());
  EXPECT_TRUE(source.error().message.starts_with("filter \"tcp prot 80\": ")) << source.error().message;
}

/// Replaces standard input by a pipe for the time of a test.
class StandardInput {
 public:
  explicit StandardInput(std::function<void(int)> writer) : saved_(dup(STDIN_FILENO)) {
    int ends[2];
    EXPECT_EQ(pipe(ends), 0);
    dup2(ends[0], STDIN_FILENO);
    close(ends[0]);
    writer_ = std::thread([writer = std::move(writer), end = ends[1]] {
      writer(end);
      close(end);
    });
  }
  ~StandardInput() {
    writer_.join();
    dup2(saved_, STDIN_FILENO);
    close(saved_);
  }
  StandardInput(const StandardInput&) = delete;
  StandardInput& operator=(const StandardInput&) = delete;

 private:
  int saved_;
  std::thread writer_;
};

void write_all(int descriptor, const std::string& bytes, std::size_t piece) {
  for (std::size_t at = 0; at < bytes.size();) {
    const ssize_t written = write(descriptor, bytes.data() + at, std::min(piece, bytes.size() - at));
    ASSERT_GT(written, 0);
    at += static_cast<std::size_t>(written);
  }
}

TEST(CaptureFile, ReadsStandardInputPieceByPiece) {
  const ManyPackets many = many_packets(400, 300);
  for (const std::string& bytes : {many.pcap, many.pcapng, gzipped(many.pcap)})
    for (const std::size_t piece : {std::size_t{1}, std::size_t{97}, std::size_t{100'000}}) {
      const StandardInput input([&](int end) { write_all(end, bytes, piece); });
      auto source = std::move(open_capture_files({{"-"}, {}})).value();
      EXPECT_EQ(source->stats().input_bytes_total, 0);
      expect_all(drain(*source), many.texts);
    }
}

TEST(CaptureFile, GivesWhatAPipeHasWithoutWaitingForMore) {
  const std::string start = CaptureBytes().pcap_header().pcap_record(1, 0, "abc").u32(7).bytes();
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  write_all(ends[1], start, start.size());
  const std::string path = "/dev/fd/" + std::to_string(ends[0]);
  auto source = std::move(open_capture_files({{path}, {}})).value();
  std::array<RawPacket, 4> batch;
  const PollResult first = source->poll(batch);
  ASSERT_EQ(first.packet_count, 1);
  source->release(std::span(batch).first(1));
  for (int i = 0; i < 3; ++i) {
    const PollResult idle = source->poll(batch);
    EXPECT_EQ(idle.packet_count, 0);
    EXPECT_EQ(idle.status, PollStatus::kOk);
  }
  close(ends[1]);
  close(ends[0]);
  EXPECT_EQ(drain(*source).error, path + ": byte 43: the file ends inside a record, after 4 bytes of it");
}

}  // namespace
}  // namespace netpulse
