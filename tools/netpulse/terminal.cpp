#include "tools/netpulse/terminal.h"

#include <langinfo.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <clocale>
#include <cstdlib>

#include "engine/base/text.h"

namespace netpulse {
namespace {

constexpr std::size_t kWidthMin = 40, kWidthMax = 120;

bool locale_is_utf8() {
  std::setlocale(LC_CTYPE, "");
  return std::string_view(nl_langinfo(CODESET)) == "UTF-8";
}

}  // namespace

bool is_terminal(int descriptor) { return ::isatty(descriptor) == 1; }

TextStyle text_style(int descriptor) {
  TextStyle style;
  winsize size{};
  if (::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    style.width = size.ws_col;
  } else if (const char* columns = std::getenv("COLUMNS")) {
    if (const long width = std::strtol(columns, nullptr, 10); width > 0) style.width = static_cast<std::size_t>(width);
  }
  style.width = std::clamp(style.width, kWidthMin, kWidthMax);
  const char* no_colour = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  const bool dumb = terminal == nullptr || std::string_view(terminal) == "dumb";
  style.colour = is_terminal(descriptor) && !dumb && (no_colour == nullptr || *no_colour == '\0');
  style.utf8 = locale_is_utf8();
  return style;
}

bool write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

void complain(std::string_view message) {
  std::string lines;
  while (!message.empty()) {
    const std::size_t end = std::min(message.find('\n'), message.size());
    // What is indented is to be copied: commands, configuration.
    lines += (message.starts_with(' ') ? "" : "netpulse: ") + printable(message.substr(0, end)) + "\n";
    message.remove_prefix(std::min(end + 1, message.size()));
  }
  write_all(STDERR_FILENO, lines);
}

}  // namespace netpulse
