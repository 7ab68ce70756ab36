#include "plugins/dns/dns_message.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "engine/packet/load.h"

namespace netpulse {
namespace {

/// How each byte of a label is written: itself in lower case, or 0: it needs an escape.
constexpr std::array<char, 256> kLabelText = [] {
  std::array<char, 256> table{};
  for (int c = 0; c < 256; ++c) {
    const bool escaped = c < 0x20 || c == 0x7f || c == '.' || c == '\\';
    const bool upper = c >= 'A' && c <= 'Z';
    table[static_cast<std::size_t>(c)] = escaped ? '\0' : static_cast<char>(upper ? c + 32 : c);
  }
  return table;
}();

/// Steps through a name label by label, following pointers backwards.
class LabelWalk {
 public:
  LabelWalk(Bytes message, std::size_t offset) noexcept : message_(message), at_(offset), run_start_(offset) {}

  enum class Step : std::uint8_t { kLabel, kEnd, kMalformed };
  Step next() noexcept {
    while (true) {
      if (at_ >= message_.size()) return Step::kMalformed;
      const std::uint8_t length = message_[at_];
      if (length == 0) {
        if (end_ == 0) end_ = at_ + 1;
        return Step::kEnd;
      }
      if (length <= kDnsLabelBytesMax) {
        name_bytes_ += length + 1U;
        // One more byte for the root label.
        if (name_bytes_ >= kDnsNameBytesMax || message_.size() - at_ <= length) return Step::kMalformed;
        label_ = message_.subspan(at_ + 1, length);
        at_ += length + 1U;
        return Step::kLabel;
      }
      if ((length & kDnsPointerBits) != kDnsPointerBits || at_ + 1 >= message_.size()) return Step::kMalformed;
      const std::size_t target = static_cast<std::size_t>((length & 0x3f) << 8 | message_[at_ + 1]);
      if (end_ == 0) end_ = at_ + 2;
      if (target >= run_start_ || target < kDnsHeaderBytes || ++pointers_ > kDnsPointersMax) return Step::kMalformed;
      at_ = run_start_ = target;
    }
  }
  Bytes label() const noexcept { return label_; }
  /// Behind the name where it began; known after kEnd.
  std::size_t end() const noexcept { return end_; }

 private:
  Bytes message_;
  Bytes label_;
  std::size_t at_;
  std::size_t run_start_;
  std::size_t end_ = 0;
  std::size_t name_bytes_ = 0;
  std::size_t pointers_ = 0;
};

char* write_escaped(std::uint8_t byte, char* out) noexcept {
  *out++ = '\\';
  if (byte == '.' || byte == '\\') {
    *out++ = static_cast<char>(byte);
    return out;
  }
  *out++ = static_cast<char>('0' + byte / 100);
  *out++ = static_cast<char>('0' + byte / 10 % 10);
  *out++ = static_cast<char>('0' + byte % 10);
  return out;
}

char* write_label(Bytes label, char* out) noexcept {
  for (const std::uint8_t byte : label) {
    const char c = kLabelText[byte];
    if (c != '\0') [[likely]]
      *out++ = c;
    else
      out = write_escaped(byte, out);
  }
  return out;
}

/// Lanes of a vector register, or of several narrower ones; comparisons give all ones where they hold.
constexpr std::size_t kLanes = 32;
using Lanes [[gnu::vector_size(kLanes)]] = std::uint8_t;

bool any(Lanes lanes) noexcept {
  std::array<std::uint64_t, kLanes / sizeof(std::uint64_t)> words;
  std::memcpy(words.data(), &lanes, sizeof words);
  std::uint64_t all = 0;
  for (const std::uint64_t word : words) all |= word;
  return all != 0;
}

/// As read_dns_name(), for the usual name: not compressed, no longer than two vectors, nothing to escape. 0 if it is no
/// such name. out: room for two vectors.
std::size_t read_plain_name(Bytes message, std::size_t offset, char* out, std::size_t& text_bytes) noexcept {
  constexpr std::size_t kTextBytesMax = 2 * kLanes;
  if (offset >= message.size()) return 0;
  const Bytes name = message.subspan(offset);
  const std::size_t bytes_max = std::min(name.size(), kTextBytesMax + 1);
  // By position in the text: 0xff where a label's length becomes a dot. Behind the name everything is let pass.
  alignas(kLanes) std::array<std::uint8_t, kTextBytesMax + kLanes> is_dot;
  // By vectors: for so few bytes gcc's string instruction takes longer than all the rest.
  for (std::size_t i = 0; i < is_dot.size(); i += kLanes) {
    constexpr Lanes kNone{};
    std::memcpy(&is_dot[i], &kNone, sizeof kNone);
  }
  std::size_t end = 0;
  for (std::size_t length = name[0]; length != 0; length = name[end]) {
    if (length > kDnsLabelBytesMax) return 0;
    end += length + 1;
    if (end >= bytes_max) return 0;
    is_dot[end - 1] = 0xff;
  }
  if (end == 0) return 0;
  text_bytes = end - 1;
  std::memset(&is_dot[text_bytes], 0xff, kLanes);
  const std::uint8_t* text = name.data() + 1;
  std::array<std::uint8_t, kTextBytesMax> copy;
  if (name.size() - 1 < (text_bytes <= kLanes ? kLanes : kTextBytesMax)) {
    std::memcpy(copy.data(), text, text_bytes);
    std::memset(copy.data() + text_bytes, 0, copy.size() - text_bytes);
    text = copy.data();
  }
  for (std::size_t i = 0; i < text_bytes; i += kLanes) {
    Lanes bytes, dots;
    std::memcpy(&bytes, text + i, sizeof bytes);
    std::memcpy(&dots, &is_dot[i], sizeof dots);
    const Lanes special = (bytes < 0x20) | (bytes >= 0x7f) | (bytes == '.') | (bytes == '\\');
    if (any(special & ~dots)) return 0;
    const Lanes upper = (bytes >= 'A') & (bytes <= 'Z');
    bytes = ((bytes | (upper & 0x20)) & ~dots) | (dots & '.');
    std::memcpy(out + i, &bytes, sizeof bytes);
  }
  return offset + end + 1;
}

std::uint8_t lower(std::uint8_t c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<std::uint8_t>(c + 32) : c; }

bool same_label(Bytes a, Bytes b) noexcept {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (lower(a[i]) != lower(b[i])) return false;
  return true;
}

}  // namespace

bool read_dns_header(Bytes message, DnsHeader& header) noexcept {
  if (message.size() < kDnsHeaderBytes) return false;
  const std::uint8_t* at = message.data();
  header = {load_be16(at),     load_be16(at + 2), load_be16(at + 4),
            load_be16(at + 6), load_be16(at + 8), load_be16(at + 10)};
  return true;
}

std::size_t read_dns_name(Bytes message, std::size_t offset, DnsNameText& text) noexcept {
  if (const std::size_t end = read_plain_name(message, offset, text.text_.data(), text.size_); end != 0) {
    text.root_ = false;
    return end;
  }
  LabelWalk walk(message, offset);
  char* out = text.text_.data();
  while (true) {
    switch (walk.next()) {
      case LabelWalk::Step::kMalformed:
        return 0;
      case LabelWalk::Step::kEnd: {
        constexpr std::string_view kRoot = "<Root>";
        text.root_ = out == text.text_.data();
        if (text.root_) out = kRoot.copy(out, kRoot.size()) + out;
        text.size_ = static_cast<std::size_t>(out - text.text_.data());
        return walk.end();
      }
      case LabelWalk::Step::kLabel:
        if (out != text.text_.data()) *out++ = '.';
        out = write_label(walk.label(), out);
    }
  }
}

std::size_t dns_name_end(Bytes message, std::size_t offset) noexcept {
  // The usual name, without pointers: its end is known without a look at the labels.
  for (std::size_t at = offset; at < message.size() && at - offset < kDnsNameBytesMax;) {
    const std::uint8_t length = message[at];
    if (length == 0) return at + 1;
    if (length > kDnsLabelBytesMax) break;
    at += length + 1U;
  }
  LabelWalk walk(message, offset);
  LabelWalk::Step step = walk.next();
  while (step == LabelWalk::Step::kLabel) step = walk.next();
  return step == LabelWalk::Step::kEnd ? walk.end() : 0;
}

std::size_t skip_dns_labels(Bytes message, std::size_t offset) noexcept {
  const std::size_t begin = offset;
  while (offset < message.size()) {
    const std::uint8_t length = message[offset];
    if (length == 0) return offset + 1;
    if ((length & kDnsPointerBits) == kDnsPointerBits) return offset + 2 <= message.size() ? offset + 2 : 0;
    if (length > kDnsLabelBytesMax || offset - begin > kDnsNameBytesMax) return 0;
    offset += length + 1U;
  }
  return 0;
}

bool same_dns_labels(Bytes message, std::size_t a, std::size_t b) noexcept {
  LabelWalk left(message, a), right(message, b);
  while (true) {
    const LabelWalk::Step step = left.next();
    if (step != right.next() || step == LabelWalk::Step::kMalformed) return false;
    if (step == LabelWalk::Step::kEnd) return true;
    if (!same_label(left.label(), right.label())) return false;
  }
}

}  // namespace netpulse
