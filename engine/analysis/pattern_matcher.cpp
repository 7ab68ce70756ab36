#include "engine/analysis/pattern_matcher.h"

#include <hs.h>

#include <algorithm>
#include <limits>
#include <new>

#include "engine/base/text.h"

namespace netpulse {
namespace {

constexpr char kHex[] = "0123456789abcdef";

/// The bytes of a literal as a regular expression, for a database that holds both.
std::string escaped(std::string_view literal) {
  std::string expression;
  for (const char c : literal) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    const auto byte = static_cast<std::uint8_t>(c);
    if (plain)
      expression += c;
    else
      expression += {'\\', 'x', kHex[byte >> 4], kHex[byte & 15]};
  }
  return expression;
}

Error refused(std::size_t index, const PatternSource& pattern, std::string_view reason) {
  constexpr std::size_t kShownBytesMax = 80;
  std::string shown = printable(std::string_view(pattern.expression).substr(0, kShownBytesMax));
  if (pattern.expression.size() > kShownBytesMax) shown += "...";
  return {"pattern " + std::to_string(index) + " '" + shown + "': " + printable(reason)};
}

}  // namespace

struct PatternDatabase::Implementation {
  hs_database_t* database = nullptr;  // null: no patterns, never matches
  hs_scratch_t* prototype = nullptr;  // that scanners clone

  Implementation() = default;
  Implementation(const Implementation&) = delete;
  Implementation& operator=(const Implementation&) = delete;
  ~Implementation() {
    hs_free_scratch(prototype);
    hs_free_database(database);
  }
};

PatternDatabase::PatternDatabase() : implementation_(std::make_unique<Implementation>()) {}
PatternDatabase::PatternDatabase(PatternDatabase&&) noexcept = default;
PatternDatabase& PatternDatabase::operator=(PatternDatabase&&) noexcept = default;
PatternDatabase::~PatternDatabase() = default;

Result<PatternDatabase> PatternDatabase::compile(std::span<const PatternSource> patterns) {
  PatternDatabase result;
  if (patterns.empty()) return result;
  if (patterns.size() > kPatternsMax)
    return Error{std::to_string(patterns.size()) + " patterns: at most " + std::to_string(kPatternsMax) +
                 " fit into one database"};
  if (hs_valid_platform() != HS_SUCCESS)
    return Error{"this processor lacks the instructions (SSSE3) that the pattern library needs"};

  const bool all_literal = std::all_of(patterns.begin(), patterns.end(), [](const auto& p) { return p.literal; });
  std::vector<std::string> texts;
  std::vector<const char*> expressions;
  std::vector<std::size_t> sizes;
  std::vector<unsigned> flags, ids;
  texts.reserve(patterns.size());
  for (std::size_t i = 0; i < patterns.size(); ++i) {
    const PatternSource& pattern = patterns[i];
    if (pattern.expression.empty()) return refused(i, pattern, "is empty");
    if (pattern.expression.size() > kExpressionBytesMax)
      return refused(i, pattern, "is longer than " + std::to_string(kExpressionBytesMax) + " bytes");
    if (!pattern.literal && pattern.expression.find('\0') != std::string::npos)
      return refused(i, pattern, "holds a zero byte: write \\x00");
    texts.push_back(pattern.literal && !all_literal ? escaped(pattern.expression) : pattern.expression);
    expressions.push_back(texts.back().c_str());
    sizes.push_back(texts.back().size());
    const unsigned regex_flags = all_literal ? 0U : unsigned{HS_FLAG_DOTALL};
    flags.push_back(HS_FLAG_SINGLEMATCH | regex_flags | (pattern.case_insensitive ? unsigned{HS_FLAG_CASELESS} : 0U));
    ids.push_back(pattern.id);
  }

  const auto count = static_cast<unsigned>(patterns.size());
  hs_compile_error_t* failure = nullptr;
  const hs_error_t status =
      all_literal ? hs_compile_lit_multi(expressions.data(), flags.data(), ids.data(), sizes.data(), count,
                                         HS_MODE_BLOCK, nullptr, &result.implementation_->database, &failure)
                  : hs_compile_ext_multi(expressions.data(), flags.data(), ids.data(), nullptr, count, HS_MODE_BLOCK,
                                         nullptr, &result.implementation_->database, &failure);
  if (status != HS_SUCCESS) {
    const std::string reason = failure != nullptr ? failure->message : "out of memory";
    const int index = failure != nullptr ? failure->expression : -1;
    hs_free_compile_error(failure);
    if (index < 0) return Error{std::to_string(patterns.size()) + " patterns cannot be compiled: " + printable(reason)};
    return refused(static_cast<std::size_t>(index), patterns[static_cast<std::size_t>(index)], reason);
  }
  if (hs_alloc_scratch(result.implementation_->database, &result.implementation_->prototype) != HS_SUCCESS)
    return Error{"out of memory for the patterns' scratch space"};
  return result;
}

struct PatternScanner::Implementation {
  const hs_database_t* database = nullptr;
  hs_scratch_t* scratch = nullptr;

  Implementation() = default;
  Implementation(const Implementation&) = delete;
  Implementation& operator=(const Implementation&) = delete;
  ~Implementation() { hs_free_scratch(scratch); }
};

PatternScanner::PatternScanner(const PatternDatabase& database) : implementation_(std::make_unique<Implementation>()) {
  const PatternDatabase::Implementation& shared = *database.implementation_;
  implementation_->database = shared.database;
  if (shared.database != nullptr && hs_clone_scratch(shared.prototype, &implementation_->scratch) != HS_SUCCESS)
    throw std::bad_alloc();
}
PatternScanner::PatternScanner(PatternScanner&&) noexcept = default;
PatternScanner& PatternScanner::operator=(PatternScanner&&) noexcept = default;
PatternScanner::~PatternScanner() = default;

void PatternScanner::scan(Bytes data, OnMatch on_match, void* user) noexcept {
  struct Call {
    OnMatch on_match;
    void* user;
  } call{on_match, user};
  const auto forward = [](unsigned id, unsigned long long, unsigned long long to, unsigned, void* context) {
    const Call& target = *static_cast<const Call*>(context);
    return target.on_match(target.user, id, static_cast<std::size_t>(to)) ? 0 : 1;
  };
  if (implementation_->database == nullptr || data.empty()) return;
  constexpr std::size_t kScanBytesMax = std::numeric_limits<unsigned>::max();
  const auto size = static_cast<unsigned>(std::min(data.size(), kScanBytesMax));
  // The status tells of misuse only (or that on_match stopped the scan); no match is the answer to misuse.
  (void)hs_scan(implementation_->database, reinterpret_cast<const char*>(data.data()), size, 0,
                implementation_->scratch, forward, &call);
}

}  // namespace netpulse
