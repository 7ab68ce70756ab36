#include "engine/analysis/signature_set.h"

#include <algorithm>
#include <bit>
#include <string>

#include "engine/base/text.h"

namespace netpulse {

/// Expands an expression into the byte sequences that it stands for.
class SignatureParser {
 public:
  using ByteSet = SignatureSet::ByteSet;
  using Sequence = std::vector<ByteSet>;
  using Sequences = std::vector<Sequence>;

  explicit SignatureParser(std::string_view text) noexcept : text_(text) {}

  Result<Sequences> parse() {
    if (!take('^')) return Error{"does not begin with ^"};
    Sequences found = sequence();
    if (problem_.empty() && !text_.empty()) problem_ = "has an unexpected '" + printable(text_.substr(0, 1)) + "'";
    for (const Sequence& one : found)
      if (problem_.empty() && (one.empty() || one.size() > SignatureSet::kSignatureBytesMax))
        problem_ = "is empty, or longer than " + std::to_string(SignatureSet::kSignatureBytesMax) + " bytes";
    if (!problem_.empty()) return Error{problem_};
    return found;
  }

 private:
  static constexpr unsigned kDepthMax = 8;

  bool take(char c) noexcept {
    if (text_.empty() || text_.front() != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  void fail(const char* why) {
    if (problem_.empty()) problem_ = why;
    text_ = {};
  }

  Sequences alternatives() {
    Sequences all;
    do {
      Sequences some = sequence();
      std::move(some.begin(), some.end(), std::back_inserter(all));
    } while (take('|'));
    return all;
  }

  Sequences sequence() {
    Sequences so_far{Sequence{}};
    while (!text_.empty() && text_.front() != '|' && text_.front() != ')') so_far = joined(so_far, repeated(element()));
    return so_far;
  }

  Sequences element() {
    if (!take('(')) return {Sequence{byte()}};
    if (++depth_ > kDepthMax) fail("has too many groups in one another");
    Sequences inside = alternatives();
    --depth_;
    if (!take(')')) fail("lacks a )");
    return inside;
  }

  Sequences repeated(const Sequences& one) {
    if (take('?')) {
      Sequences with_none = one;
      with_none.emplace_back();
      return with_none;
    }
    if (!take('{')) return one;
    std::size_t count = 0;
    for (; !text_.empty() && text_.front() >= '0' && text_.front() <= '9'; text_.remove_prefix(1))
      count =
          std::min(count * 10 + static_cast<std::size_t>(text_.front() - '0'), SignatureSet::kSignatureBytesMax + 1);
    if (!take('}')) fail("has a repetition that is not {n}");
    Sequences many{Sequence{}};
    for (; count > 0; --count) many = joined(many, one);
    return many;
  }

  Sequences joined(const Sequences& fronts, const Sequences& backs) {
    Sequences all;
    if (fronts.size() * backs.size() > SignatureSet::kSignaturesMax) {
      fail("stands for too many signatures");
      return all;
    }
    for (const Sequence& front : fronts) {
      for (const Sequence& back : backs) {
        all.push_back(front);
        all.back().insert(all.back().end(), back.begin(), back.end());
      }
    }
    return all;
  }

  ByteSet byte() {
    ByteSet set;
    if (take('.')) return set.set();
    if (take('[')) return byte_class();
    constexpr std::string_view kReserved = "*+{}]^$?";
    if (kReserved.find(text_.front()) != std::string_view::npos) fail("holds a character that needs a \\ in front");
    return set.set(value());
  }

  ByteSet byte_class() {
    ByteSet set;
    const bool others = take('^');
    while (!text_.empty() && text_.front() != ']') {
      const std::uint8_t first = value();
      std::uint8_t last = first;
      if (text_.size() > 1 && text_.front() == '-' && text_[1] != ']') {
        text_.remove_prefix(1);
        last = value();
      }
      if (last < first) fail("has a range that runs backwards");
      for (unsigned value = first; value <= last; ++value) set.set(value);
    }
    if (!take(']')) fail("lacks a ]");
    return others ? ~set : set;
  }

  std::uint8_t value() {
    if (text_.empty()) {
      fail("ends in the middle");
      return 0;
    }
    const char c = text_.front();
    text_.remove_prefix(1);
    return c == '\\' ? escaped() : static_cast<std::uint8_t>(c);
  }

  std::uint8_t escaped() {
    if (take('x')) {
      const int high = digit(), low = digit();
      if (high < 0 || low < 0) fail("has \\x without two hexadecimal digits");
      return static_cast<std::uint8_t>(high * 16 + low);
    }
    if (take('r')) return '\r';
    if (take('n')) return '\n';
    if (text_.empty() || (text_.front() >= '0' && text_.front() <= '9') || ascii_letter(text_.front())) {
      fail("has a \\ that stands for nothing");
      return 0;
    }
    const char c = text_.front();
    text_.remove_prefix(1);
    return static_cast<std::uint8_t>(c);
  }

  int digit() noexcept {
    constexpr std::string_view kDigits = "0123456789abcdef";
    const std::size_t found = text_.empty() ? std::string_view::npos : kDigits.find(text_.front());
    if (found == std::string_view::npos) return -1;
    text_.remove_prefix(1);
    return static_cast<int>(found);
  }
  static bool ascii_letter(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

  std::string_view text_;
  std::string problem_;
  unsigned depth_ = 0;
};

Result<void> SignatureSet::add(std::string_view expression, std::size_t analyzer) {
  const Result<SignatureParser::Sequences> parsed = SignatureParser(expression).parse();
  const auto refused = [&](const std::string& why) {
    return Error{"signature '" + printable(expression) + "' " + why};
  };
  if (!parsed.ok()) return refused(parsed.error().message);
  if (parsed.value().size() > kSignaturesMax - signatures_.size())
    return refused("does not fit: at most " + std::to_string(kSignaturesMax) + " signatures");
  for (const SignatureParser::Sequence& sequence : parsed.value()) {
    const std::size_t index = signatures_.size();
    const auto mark = [index](Mask& mask) { mask[index / 64] |= std::uint64_t{1} << index % 64; };
    for (std::size_t i = 0; i < kTableBytes; ++i)
      for (std::size_t value = 0; value < 256; ++value)
        if (i >= sequence.size() || sequence[i].test(value)) mark(tables_[i][value]);
    const std::size_t checks_begin = checks_.size();
    for (std::size_t i = kTableBytes; i < sequence.size(); ++i)
      if (!sequence[i].all()) checks_.push_back({i, sequence[i]});
    signatures_.push_back({analyzer, sequence.size(), checks_begin, checks_.size()});
    for (std::size_t size = std::min(sequence.size(), kTableBytes); size <= kTableBytes; ++size) mark(within_[size]);
  }
  return {};
}

bool SignatureSet::holds(const Signature& signature, Bytes payload) const noexcept {
  if (payload.size() < signature.bytes) return false;
  for (std::size_t i = signature.checks_begin; i < signature.checks_end; ++i)
    if (!checks_[i].allowed[payload[checks_[i].position]]) return false;
  return true;
}

AnalyzerMask SignatureSet::match(Bytes payload) const noexcept {
  Mask left;
  if (payload.size() >= kTableBytes) [[likely]] {
    static_assert(kTableBytes == 4);
    const Mask &first = tables_[0][payload[0]], &second = tables_[1][payload[1]];
    const Mask &third = tables_[2][payload[2]], &fourth = tables_[3][payload[3]];
    for (std::size_t word = 0; word < kWords; ++word)
      left[word] = first[word] & second[word] & third[word] & fourth[word];
  } else {
    left = within_[payload.size()];
    for (std::size_t i = 0; i < payload.size(); ++i)
      for (std::size_t word = 0; word < kWords; ++word) left[word] &= tables_[i][payload[i]][word];
  }
  AnalyzerMask found;
  for (std::size_t word = 0; word < kWords; ++word) {
    for (std::uint64_t bits = left[word]; bits != 0; bits &= bits - 1) {
      const Signature& signature = signatures_[word * 64 + static_cast<std::size_t>(std::countr_zero(bits))];
      if (holds(signature, payload)) found.add(signature.analyzer);
    }
  }
  return found;
}

}  // namespace netpulse
