#include "plugins/common/handshake_reader.h"

#include <algorithm>
#include <cstring>

#include "plugins/common/client_hello.h"

namespace netpulse {
namespace {
constexpr std::uint8_t kAlertLevelWarning = 1;
}  // namespace

bool HandshakeReader::take_message() noexcept {
  ByteCursor cursor(pending_);
  type_ = cursor.u8();
  body_ = cursor.take_u24_length();
  if (cursor.failed()) return false;
  pending_ = cursor.take_rest();
  return true;
}

/// Appends a fragment to what is pending. Only the bytes of messages that span records are copied.
bool HandshakeReader::join(Bytes fragment) noexcept {
  if (pending_.empty()) {
    pending_ = fragment;
    return true;
  }
  const bool in_joined = joined_bytes_ != 0 && pending_.data() + pending_.size() == joined_.data() + joined_bytes_;
  const std::size_t kept = in_joined ? joined_bytes_ : pending_.size();
  if (fragment.size() > joined_.size() || kept > joined_.size() - fragment.size()) return false;
  if (!in_joined) std::memcpy(joined_.data(), pending_.data(), pending_.size());
  std::copy(fragment.begin(), fragment.end(), joined_.begin() + static_cast<std::ptrdiff_t>(kept));
  joined_bytes_ = kept + fragment.size();
  const std::size_t pending_bytes = pending_.size() + fragment.size();
  pending_ = Bytes(joined_.data() + joined_bytes_ - pending_bytes, pending_bytes);
  return true;
}

HandshakeReader::Event HandshakeReader::next() noexcept {
  while (true) {
    if (take_message()) return Event::kMessage;
    if (partial_type() != 0 && partial_type() != kHandshakeCertificate &&
        static_cast<std::size_t>(pending_[1] << 16 | pending_[2] << 8 | pending_[3]) > kHandshakeBytesMax)
      return Event::kTooLong;
    if (record_cut_ || rest_.size() < kTlsRecordHeaderBytes) return Event::kNeedMore;
    if (!is_tls_record_header(rest_)) return Event::kMalformed;
    const std::uint8_t content = rest_[0];
    const std::size_t length = static_cast<std::size_t>(rest_[3] << 8 | rest_[4]);
    rest_ = rest_.subspan(kTlsRecordHeaderBytes);
    const Bytes fragment = rest_.first(std::min(length, rest_.size()));
    record_cut_ = fragment.size() < length;
    rest_ = rest_.subspan(fragment.size());
    switch (content) {
      case TlsContent::kHandshake:
        if (!join(fragment)) return Event::kTooLong;
        break;
      case TlsContent::kChangeCipherSpec:
        return Event::kChangeCipherSpec;
      case TlsContent::kApplicationData:
        return Event::kApplicationData;
      case TlsContent::kAlert:
        if (fragment.empty()) break;
        return length == 2 && fragment[0] == kAlertLevelWarning ? Event::kWarning : Event::kAlert;
      default:
        break;
    }
  }
}

}  // namespace netpulse
