#include "engine/source/snoop_format.h"

#include <gtest/gtest.h>

#include "tests/unit/engine/source/capture_bytes.h"

namespace netpulse {
namespace {

using test::CaptureBytes;
using test::read_capture;

CaptureBytes snoop(std::uint32_t datalink, std::uint32_t version = 2) {
  CaptureBytes bytes(std::endian::big);
  bytes.text(std::string_view("snoop\0\0\0", 8)).u32(version).u32(datalink);
  return bytes;
}
void add_record(CaptureBytes& bytes, std::uint32_t wire, std::string_view data, std::uint32_t pad) {
  bytes.u32(wire).u32(data.size()).u32(24 + data.size() + pad).u32(0).u32(5).u32(6).text(data).zeros(pad);
}

TEST(Snoop, ReadsPaddedRecords) {
  CaptureBytes bytes = snoop(4);
  add_record(bytes, 99, "abcde", 3);
  add_record(bytes, 4, "next", 0);
  const auto read = read_capture(bytes.bytes());
  ASSERT_EQ(read.packets.size(), 2);
  EXPECT_EQ(read.packets[0].text, "abcde");
  EXPECT_EQ(read.packets[0].wire_bytes, 99);
  EXPECT_EQ(read.packets[0].received_at.nanoseconds, 5'000'006'000);
  EXPECT_EQ(read.packets[0].link_type, 1);
  EXPECT_EQ(read.packets[1].text, "next");
  EXPECT_EQ(read.packets[1].number, 2);
  EXPECT_EQ(read.error, "");
}

TEST(Snoop, MapsDatalinkTypes) {
  const auto link_type = [](std::uint32_t datalink) {
    CaptureBytes bytes = snoop(datalink);
    add_record(bytes, 1, "x", 3);
    return read_capture(bytes.bytes()).packets.at(0).link_type;
  };
  EXPECT_EQ(link_type(0), 1);
  EXPECT_EQ(link_type(2), 6);
  EXPECT_EQ(link_type(8), 10);
  EXPECT_EQ(link_type(7), kLinkTypeUnknown);
}

TEST(Snoop, TellsWhereARecordIsBroken) {
  CaptureBytes bytes = snoop(4);
  add_record(bytes, 4, "good", 0);
  bytes.u32(100).u32(100).u32(99).u32(0).u32(0).u32(0).zeros(200);
  const auto read = read_capture(bytes.bytes());
  EXPECT_EQ(read.packets.size(), 1);
  EXPECT_EQ(read.error, "FILE: byte 44: a snoop record of 99 bytes claims 100 captured bytes");
}

TEST(Snoop, RefusesAnotherVersionAndAnotherIdentification) {
  EXPECT_EQ(read_capture(snoop(4, 3).bytes()).error, "FILE: byte 0: snoop version 3 is not supported; 2 is");
  EXPECT_EQ(read_capture("snoopy is a dog, is he?").error, "FILE: byte 0: it begins like a snoop file, but is none");
}

}  // namespace
}  // namespace netpulse
