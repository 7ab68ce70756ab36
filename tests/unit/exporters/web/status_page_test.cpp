#include "exporters/web/status_page.h"

#include <gtest/gtest.h>

namespace netpulse {
namespace {

TEST(HtmlText, TextCannotBecomeMarkup) {
  EXPECT_EQ(html_text("<img src=x onerror=\"a\" b='c'>&"),
            "&lt;img src=x onerror=&quot;a&quot; b=&#39;c&#39;&gt;&amp;");
  EXPECT_EQ(html_text("\x1b[31m\xe2\x80\xae"), "\\x1b[31m\\xe2\\x80\\xae");
}

}  // namespace
}  // namespace netpulse
