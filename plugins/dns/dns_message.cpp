#include "plugins/dns/dns_message.h"

#include <cstring>

namespace netpulse {
namespace {

constexpr std::uint8_t kPointerBits = 0xc0;

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
      if ((length & kPointerBits) != kPointerBits || at_ + 1 >= message_.size()) return Step::kMalformed;
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

/// Eight bytes of a label at once, each in its own lane of a word.
struct EightBytes {
  static constexpr std::uint64_t kOnes = 0x0101010101010101, kTops = kOnes << 7;
  std::uint64_t word;

  /// The top bit of each lane that holds a byte below limit; exact for bytes below 0x80 (limit <= 0x80).
  constexpr std::uint64_t below(std::uint8_t limit) const noexcept { return ~((word | kTops) - kOnes * limit) & kTops; }
  constexpr std::uint64_t equal(std::uint8_t byte) const noexcept { return EightBytes{word ^ kOnes * byte}.below(1); }
  /// True if a byte needs an escape, or is no ASCII: then each is looked at by itself.
  constexpr bool special() const noexcept {
    return ((word & kTops) | below(0x20) | equal(0x7f) | equal('.') | equal('\\')) != 0;
  }
  /// A-Z to a-z; all bytes are ASCII.
  constexpr std::uint64_t lower() const noexcept {
    const std::uint64_t upper = below('Z' + 1) & ~below('A');
    return word | upper >> 2;  // 0x80 >> 2 is the bit that tells the cases apart
  }
};

/// Writes a label as text, in words as long as eight bytes are left in it.
char* write_label(Bytes label, char* out) noexcept {
  std::size_t i = 0;
  for (; i + sizeof(std::uint64_t) <= label.size(); i += sizeof(std::uint64_t)) {
    EightBytes eight;
    std::memcpy(&eight.word, &label[i], sizeof eight.word);
    if (eight.special()) [[unlikely]]
      break;
    const std::uint64_t text = eight.lower();
    std::memcpy(out, &text, sizeof text);
    out += sizeof text;
  }
  for (; i < label.size(); ++i) {
    const char c = kLabelText[label[i]];
    if (c != '\0') [[likely]]
      *out++ = c;
    else
      out = write_escaped(label[i], out);
  }
  return out;
}

std::uint8_t lower(std::uint8_t c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<std::uint8_t>(c + 32) : c; }

bool same_label(Bytes a, Bytes b) noexcept {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (lower(a[i]) != lower(b[i])) return false;
  return true;
}

/// Where a name that is nothing but a pointer leads; else offset itself.
std::size_t pointed_to(Bytes message, std::size_t offset) noexcept {
  if (offset + 1 >= message.size() || (message[offset] & kPointerBits) != kPointerBits) return offset;
  return static_cast<std::size_t>((message[offset] & 0x3f) << 8 | message[offset + 1]);
}

}  // namespace

bool read_dns_header(Bytes message, DnsHeader& header) noexcept {
  ByteCursor cursor(message);
  header = {cursor.u16(), cursor.u16(), cursor.u16(), cursor.u16(), cursor.u16(), cursor.u16()};
  return !cursor.failed();
}

std::size_t read_dns_name(Bytes message, std::size_t offset, DnsNameText& text) noexcept {
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

bool valid_dns_name(Bytes message, std::size_t offset) noexcept {
  LabelWalk walk(message, offset);
  LabelWalk::Step step = walk.next();
  while (step == LabelWalk::Step::kLabel) step = walk.next();
  return step == LabelWalk::Step::kEnd;
}

std::size_t skip_dns_name(Bytes message, std::size_t offset) noexcept {
  const std::size_t begin = offset;
  while (offset < message.size()) {
    const std::uint8_t length = message[offset];
    if (length == 0) return offset + 1;
    if ((length & kPointerBits) == kPointerBits) return offset + 2 <= message.size() ? offset + 2 : 0;
    if (length > kDnsLabelBytesMax || offset - begin > kDnsNameBytesMax) return 0;
    offset += length + 1U;
  }
  return 0;
}

bool same_dns_name(Bytes message, std::size_t a, std::size_t b) noexcept {
  // Most owners are one pointer to a name that was seen: nothing to compare.
  if (a == b || pointed_to(message, a) == pointed_to(message, b)) return true;
  LabelWalk left(message, a), right(message, b);
  while (true) {
    const LabelWalk::Step step = left.next();
    if (step != right.next() || step == LabelWalk::Step::kMalformed) return false;
    if (step == LabelWalk::Step::kEnd) return true;
    if (!same_label(left.label(), right.label())) return false;
  }
}

bool read_dns_question(Bytes message, std::size_t offset, DnsQuestion& question) noexcept {
  const std::size_t name_end = skip_dns_name(message, offset);
  if (name_end == 0) return false;
  ByteCursor cursor(message.subspan(name_end));
  question.name_offset = offset;
  question.type = cursor.u16();
  question.class_code = cursor.u16() & 0x7fff;
  question.end = name_end + 4;
  return !cursor.failed();
}

bool read_dns_record(Bytes message, std::size_t offset, DnsRecord& record) noexcept {
  const std::size_t name_end = skip_dns_name(message, offset);
  if (name_end == 0) return false;
  ByteCursor cursor(message.subspan(name_end));
  record.name_offset = offset;
  record.type = cursor.u16();
  record.class_code = cursor.u16();
  record.ttl = cursor.u32();
  record.data = cursor.take_u16_length();
  if (cursor.failed()) return false;
  record.end = name_end + cursor.position();
  record.data_offset = record.end - record.data.size();
  return true;
}

}  // namespace netpulse
