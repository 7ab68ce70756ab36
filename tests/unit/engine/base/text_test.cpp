#include "engine/base/text.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace netpulse {
namespace {

TEST(Printable, KeepsTextAndEscapesWhatHarms) {
  EXPECT_EQ(printable("www.example.com"), "www.example.com");
  EXPECT_EQ(printable("b\xc3\xbc"
                      "cher.example"),
            "b\xc3\xbc"
            "cher.example");
  EXPECT_EQ(printable("a\nb\x1b[31m"), "a\\x0ab\\x1b[31m");
  EXPECT_EQ(printable(std::string_view("\0x", 2)), "\\x00x");
}

TEST(Printable, EscapesBytesThatAreNoUtf8) {
  EXPECT_EQ(printable("\xff\xfe"), "\\xff\\xfe");
  EXPECT_EQ(printable("\xc0\xaf"), "\\xc0\\xaf");           // overlong '/'
  EXPECT_EQ(printable("\xed\xa0\x80"), "\\xed\\xa0\\x80");  // a surrogate
  EXPECT_EQ(printable("\xe2\x82"), "\\xe2\\x82");           // cut
}

TEST(Printable, EscapesDirectionMarksAndInvisibles) {
  EXPECT_EQ(printable("a\xe2\x80\xae"
                      "b"),
            "a\\xe2\\x80\\xae"
            "b");
  EXPECT_EQ(printable("a\xe2\x80\x8b"), "a\\xe2\\x80\\x8b");
}

TEST(Nearest, FindsTheSlipAndNotTheStranger) {
  constexpr std::array<std::string_view, 3> kKeys{"flows_max", "idle_timeout_seconds", "details_max"};
  EXPECT_EQ(nearest("flow_max", kKeys.data(), kKeys.size()), "flows_max");
  EXPECT_EQ(nearest("zzz", kKeys.data(), kKeys.size()), "");
}

TEST(PlainJson, IsPrintableAsciiWithoutQuotationMarksAndBackslashes) {
  EXPECT_TRUE(is_plain_json(""));
  for (const std::size_t size : {1, 7, 15, 16, 17, 31, 32, 33, 48, 100})
    for (std::size_t at = 0; at < size; ++at)
      for (unsigned byte = 0; byte < 256; ++byte) {
        std::string text(size, 'a');
        text[at] = static_cast<char>(byte);
        ASSERT_EQ(is_plain_json(text), byte >= 0x20 && byte < 0x7f && byte != '"' && byte != '\\')
            << byte << " at " << at << " of " << size;
      }
}

TEST(Printable, SaysWhatItLeavesAsItIs) {
  EXPECT_TRUE(is_printable_ascii(""));
  for (int byte = 0; byte < 256; ++byte) {
    const std::string text = "www." + std::string(1, static_cast<char>(byte)) + ".example.com";
    EXPECT_EQ(is_printable_ascii(text), byte < 0x80 && printable(text) == text) << byte;
  }
}

}  // namespace
}  // namespace netpulse
