#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tools/netpulse/terminal.h"

namespace netpulse {

enum class Ink { kPlain, kBold, kDim, kAccent, kGood, kBad };

/// text between the escape sequences of ink; as it is where the style has no colour.
std::string inked(std::string_view text, Ink ink, const TextStyle& style);

/// Columns that text takes on a terminal: code points of UTF-8.
std::size_t display_width(std::string_view text);

/// A bar of at most width columns for a share of 0 to 1, in eighths of a column (UTF-8) or in # (ASCII).
std::string bar(double share, std::size_t width, const TextStyle& style);

/// Aligned columns under their titles. The first column gives way when a row is too long for the style's width.
class Table {
 public:
  struct Column {
    std::string title;
    bool right = false;
    Ink ink = Ink::kPlain;
  };
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  /// cells: one per column, safe to show.
  void add_row(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  bool empty() const noexcept { return rows_.empty(); }
  /// Titles (if any is not empty) and rows, each line indented and ended.
  std::string text(const TextStyle& style) const;

 private:
  std::string line(const std::vector<std::string>& cells, const std::vector<std::size_t>& widths,
                   const TextStyle& style, bool titles) const;

  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

/// text in lines of at most width columns, broken behind commas, and at other spaces only where a part is too long for
/// a line; a single word may be longer.
std::vector<std::string> wrapped(std::string_view text, std::size_t width);

/// Labels and their texts in two columns; a text that is too long goes on in the next line.
class Facts {
 public:
  void add(std::string label, std::string text) { facts_.emplace_back(std::move(label), std::move(text)); }
  bool empty() const noexcept { return facts_.empty(); }
  std::string text(const TextStyle& style) const;

 private:
  std::vector<std::pair<std::string, std::string>> facts_;
};

}  // namespace netpulse
