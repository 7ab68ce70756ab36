#include "tools/netpulse/table.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace netpulse {
namespace {

constexpr std::size_t kIndent = 2, kGap = 2, kFirstColumnMin = 12;

bool continues_code_point(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

/// At most width columns of text; what is cut shows as an ellipsis.
std::string fitted(const std::string& text, std::size_t width, const TextStyle& style) {
  if (display_width(text) <= width) return text;
  const std::string_view mark = style.utf8 ? "\xe2\x80\xa6" : "~";
  std::string cut;
  std::size_t columns = 0;
  for (const char c : text) {
    if (!continues_code_point(c) && ++columns >= width) break;
    cut += c;
  }
  return cut.append(mark);
}

}  // namespace

std::string inked(std::string_view text, Ink ink, const TextStyle& style) {
  static constexpr std::array<std::string_view, 6> kCodes{"", "\x1b[1m", "\x1b[2m", "\x1b[36m", "\x1b[32m", "\x1b[31m"};
  if (!style.colour || ink == Ink::kPlain || text.empty()) return std::string(text);
  std::string result(kCodes[static_cast<std::size_t>(ink)]);
  return result.append(text).append("\x1b[0m");
}

std::size_t display_width(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return !continues_code_point(c); }));
}

std::string bar(double share, std::size_t width, const TextStyle& style) {
  share = std::clamp(share, 0.0, 1.0);
  const double columns = share * static_cast<double>(width);
  if (!style.utf8) return std::string(static_cast<std::size_t>(std::lround(columns)), '#');
  static constexpr std::array<std::string_view, 8> kEighths{"",
                                                            "\xe2\x96\x8f",
                                                            "\xe2\x96\x8e",
                                                            "\xe2\x96\x8d",
                                                            "\xe2\x96\x8c",
                                                            "\xe2\x96\x8b",
                                                            "\xe2\x96\x8a",
                                                            "\xe2\x96\x89"};
  const auto eighths = static_cast<std::size_t>(std::lround(columns * 8));
  std::string text;
  for (std::size_t i = 0; i < eighths / 8; ++i) text += "\xe2\x96\x88";
  return text.append(kEighths[eighths % 8]);
}

std::string Table::text(const TextStyle& style) const {
  std::vector<std::size_t> widths;
  std::vector<std::string> titles;
  for (const Column& column : columns_) {
    titles.push_back(column.title);
    widths.push_back(display_width(column.title));
  }
  for (const auto& row : rows_)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], display_width(row[i]));
  const std::size_t total =
      std::accumulate(widths.begin(), widths.end(), kIndent) + kGap * (widths.empty() ? 0 : widths.size() - 1);
  if (total > style.width) {
    const std::size_t excess = total - style.width;
    const std::size_t least = std::max(kFirstColumnMin, display_width(titles[0]));
    widths[0] = widths[0] > least + excess ? widths[0] - excess : std::min(widths[0], least);
  }
  std::string text;
  if (std::any_of(titles.begin(), titles.end(), [](const std::string& title) { return !title.empty(); }))
    text += line(titles, widths, style, true);
  for (const auto& row : rows_) text += line(row, widths, style, false);
  return text;
}

std::string Table::line(const std::vector<std::string>& cells, const std::vector<std::size_t>& widths,
                        const TextStyle& style, bool titles) const {
  std::string text(kIndent, ' ');
  std::string padding;  // kept back, so that no line ends in spaces
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const std::string cell = fitted(cells[i], widths[i], style);
    const std::string rest(widths[i] - std::min(widths[i], display_width(cell)), ' ');
    const std::string shown = inked(cell, titles ? Ink::kDim : columns_[i].ink, style);
    if (!cell.empty()) {
      text += padding;
      if (columns_[i].right) text += rest;
      text += shown;
      padding = columns_[i].right ? "" : rest;
    } else {
      padding += rest;
    }
    padding.append(kGap, ' ');
  }
  return text += '\n';
}

std::vector<std::string> wrapped(std::string_view text, std::size_t width) {
  std::vector<std::string> lines;
  const auto append = [&](std::string_view piece) {
    if (!lines.empty() && display_width(lines.back()) + 1 + display_width(piece) <= width)
      lines.back().append(" ").append(piece);
    else
      lines.emplace_back(piece);
  };
  while (!text.empty()) {
    std::size_t end = std::min(text.find(", "), text.size());
    if (end < text.size()) ++end;  // the comma stays with what it ends
    std::string_view piece = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    while (display_width(piece) > width && piece.find(' ') != std::string_view::npos) {
      append(piece.substr(0, piece.find(' ')));
      piece.remove_prefix(piece.find(' ') + 1);
    }
    append(piece);
  }
  return lines;
}

std::string Facts::text(const TextStyle& style) const {
  std::size_t label_width = 0;
  for (const auto& [label, text] : facts_) label_width = std::max(label_width, display_width(label));
  const std::size_t begin = kIndent + label_width + kGap;
  const std::size_t width = style.width > begin + kFirstColumnMin ? style.width - begin : kFirstColumnMin;
  std::string shown;
  for (const auto& [label, text] : facts_) {
    std::string head = std::string(kIndent, ' ') + label;
    head.append(begin - display_width(head), ' ');
    for (const std::string& line : wrapped(text, width)) {
      shown += head + line + '\n';
      head.assign(begin, ' ');
    }
  }
  return shown;
}

}  // namespace netpulse
