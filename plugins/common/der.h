#pragma once

#include "engine/base/bytes.h"

namespace netpulse {

/// One element of DER or BER with a definite length (ITU-T X.690 sections 8.1 and 10.1).
struct DerElement {
  std::uint8_t tag = 0;
  Bytes content;
};

/// Identifier octets used here; 0x20: constructed, 0x80: context-specific.
struct DerTag {
  static constexpr std::uint8_t kBoolean = 0x01, kInteger = 0x02, kOctetString = 0x04, kObjectIdentifier = 0x06,
                                kEnumerated = 0x0a, kUtf8String = 0x0c, kPrintableString = 0x13, kBmpString = 0x1e,
                                kSequence = 0x30, kSet = 0x31;
};

/// Reads tag and length and leaves the cursor at the content; the length may be more than what is left. Fails on tags
/// of more than one octet, indefinite lengths and lengths of more than four octets.
constexpr std::size_t take_der_header(ByteCursor& cursor, std::uint8_t& tag) noexcept {
  constexpr std::uint8_t kLongTag = 0x1f;
  const std::uint16_t octets_read = cursor.u16();  // tag and the first one of the length
  tag = static_cast<std::uint8_t>(octets_read >> 8);
  if ((tag & kLongTag) == kLongTag) cursor.fail();
  const auto first = static_cast<std::uint8_t>(octets_read);
  if (first < 0x80) return first;
  const std::uint8_t octets = first & 0x7f;
  if (octets == 0 || octets > 4) cursor.fail();
  std::size_t length = 0;
  for (std::uint8_t i = 0; i < octets && !cursor.failed(); ++i) length = length << 8 | cursor.u8();
  return length;
}

/// The next element, whole; on failure the cursor has failed and the element is empty.
constexpr DerElement take_der(ByteCursor& cursor) noexcept {
  DerElement element;
  const std::size_t length = take_der_header(cursor, element.tag);
  element.content = cursor.take(length);
  return element;
}

/// The content of the next element if its tag is this one; else the cursor fails.
constexpr Bytes take_der(ByteCursor& cursor, std::uint8_t tag) noexcept {
  const DerElement element = take_der(cursor);
  if (element.tag != tag) cursor.fail();
  return cursor.failed() ? Bytes{} : element.content;
}

}  // namespace netpulse
