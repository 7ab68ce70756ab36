#include "plugins/common/certificate.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "plugins/common/der.h"

namespace netpulse {
namespace {

constexpr std::uint8_t kTagVersion = 0xa0, kTagExtensions = 0xa3, kTagDnsName = 0x82;
/// id-ce-subjectAltName 2.5.29.17.
constexpr std::array<std::uint8_t, 3> kSubjectAltName{0x55, 0x1d, 0x11};
/// The attributes of id-at 2.5.4 that are shown when there is no commonName.
constexpr std::uint8_t kAttributeCommonName = 3;
constexpr std::size_t kSubjectAttributesMax = 32, kExtensionsMax = 64, kGeneralNamesMax = 256;

std::string_view attribute_label(std::uint8_t type) noexcept {
  switch (type) {
    case 6:
      return "C=";
    case 7:
      return "L=";
    case 8:
      return "ST=";
    case 10:
      return "O=";
    case 11:
      return "OU=";
    default:
      return {};
  }
}

template <std::size_t kBytesMax>
void append(InlineText<kBytesMax>& text, std::string_view more) noexcept {
  const std::size_t size = std::min(more.size(), kBytesMax - text.size);
  std::copy_n(more.data(), size, text.data.data() + text.size);
  text.size = static_cast<std::uint8_t>(text.size + size);
}

/// A DirectoryString; of a BMPString's 16-bit characters those that one octet holds, "?" for the others.
template <std::size_t kBytesMax>
void append_string(InlineText<kBytesMax>& text, const DerElement& value) noexcept {
  if (value.tag != DerTag::kBmpString) return append(text, as_text(value.content));
  for (std::size_t i = 0; i + 1 < value.content.size(); i += 2) {
    const bool ascii = value.content[i] == 0 && value.content[i + 1] < 0x80;
    const char c = ascii ? static_cast<char>(value.content[i + 1]) : '?';
    append(text, {&c, 1});
  }
}

/// visit(attribute type of id-at, value) for each.
template <class Visit>
bool for_each_attribute(Bytes name, Visit visit) noexcept {
  ByteCursor sets(name);
  for (std::size_t i = 0; i < kSubjectAttributesMax && !sets.at_end(); ++i) {
    ByteCursor set(take_der(sets, DerTag::kSet));
    while (!set.at_end()) {
      ByteCursor attribute(take_der(set, DerTag::kSequence));
      const Bytes type = take_der(attribute, DerTag::kObjectIdentifier);
      const DerElement value = take_der(attribute);
      if (set.failed() || attribute.failed()) return false;
      if (type.size() == 3 && type[0] == 0x55 && type[1] == 0x04) visit(type[2], value);
    }
    if (set.failed()) return false;
  }
  return !sets.failed();
}

bool read_subject(Bytes name, CertificateNames& names) noexcept {
  // The last commonName is the most specific one (RFC 4514 section 2.1 writes it first).
  const bool whole = for_each_attribute(name, [&](std::uint8_t type, const DerElement& value) {
    if (type != kAttributeCommonName) return;
    names.subject.size = 0;
    append_string(names.subject, value);
  });
  if (!names.subject.empty()) return whole;
  return for_each_attribute(name, [&](std::uint8_t type, const DerElement& value) {
    const std::string_view label = attribute_label(type);
    if (label.empty() || value.content.empty()) return;
    if (!names.subject.empty()) append(names.subject, ", ");
    append(names.subject, label);
    append_string(names.subject, value);
  });
}

/// Visible ASCII; and no comma, as they are joined by commas.
constexpr bool is_joinable(char c) noexcept { return c > ' ' && c < 0x7f && c != ','; }
/// The same of eight characters at once.
constexpr bool are_joinable(std::uint64_t eight) noexcept {
  constexpr std::uint64_t kOnes = 0x0101010101010101, kHighBits = 0x80 * kOnes;
  // With its highest bit set a byte lends nothing to its neighbour, and keeps that bit if it was no less than count.
  const auto at_least = [](std::uint64_t bytes, std::uint64_t count) { return (bytes | kHighBits) - count * kOnes; };
  const std::uint64_t good =
      ~eight & at_least(eight, ' ' + 1) & at_least(eight ^ 0x7f * kOnes, 1) & at_least(eight ^ ',' * kOnes, 1);
  return (good & kHighBits) == kHighBits;
}
bool is_joinable(std::string_view name) noexcept {
  if (name.empty()) return false;
  std::uint64_t eight = 0;
  for (; name.size() >= sizeof eight; name.remove_prefix(sizeof eight)) {
    std::memcpy(&eight, name.data(), sizeof eight);
    if (!are_joinable(eight)) return false;
  }
  return std::all_of(name.begin(), name.end(), [](char c) { return is_joinable(c); });
}

/// Letters, digits, '-', '_', dots between, and "*." in front.
bool reads_like_a_host(std::string_view name) noexcept {
  if (name.starts_with("*.")) name.remove_prefix(2);
  if (name.find('.') == std::string_view::npos || name.front() == '.') return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.';
  });
}

void read_general_names(Bytes data, CertificateNames& names) noexcept {
  ByteCursor outer(data);
  ByteCursor list(take_der(outer, DerTag::kSequence));
  std::size_t count = 0;
  for (std::size_t i = 0; i < kGeneralNamesMax && count < kCertificateDnsNamesMax && !list.at_end(); ++i) {
    const DerElement entry = take_der(list);
    const std::string_view name = as_text(entry.content);
    if (list.failed() || entry.tag != kTagDnsName || !is_joinable(name)) continue;
    // A name that would be cut is left out.
    if (names.dns_names.size + 1 + name.size() > names.dns_names.data.size()) return;
    if (!names.dns_names.empty()) append(names.dns_names, ",");
    append(names.dns_names, name);
    ++count;
  }
}

void read_extensions(Bytes data, CertificateNames& names) noexcept {
  ByteCursor outer(data);
  ByteCursor list(take_der(outer, DerTag::kSequence));
  for (std::size_t i = 0; i < kExtensionsMax && !list.at_end(); ++i) {
    ByteCursor extension(take_der(list, DerTag::kSequence));
    const Bytes type = take_der(extension, DerTag::kObjectIdentifier);
    DerElement value = take_der(extension);
    if (value.tag == DerTag::kBoolean) value = take_der(extension);
    if (extension.failed() || value.tag != DerTag::kOctetString) return;
    if (std::equal(type.begin(), type.end(), kSubjectAltName.begin(), kSubjectAltName.end()))
      return read_general_names(value.content, names);
  }
}

}  // namespace

std::string_view CertificateNames::host_name() const noexcept {
  const std::string_view first = dns_names.view().substr(0, dns_names.view().find(','));
  if (reads_like_a_host(first)) return first;
  return reads_like_a_host(subject.view()) ? subject.view() : std::string_view{};
}

bool read_certificate(Bytes der, CertificateNames& names) noexcept {
  names = {};
  ByteCursor outer(der);
  ByteCursor certificate(take_der(outer, DerTag::kSequence));
  ByteCursor fields(take_der(certificate, DerTag::kSequence));
  DerElement field = take_der(fields);
  if (field.tag == kTagVersion) field = take_der(fields);
  if (field.tag != DerTag::kInteger) return false;  // serialNumber
  take_der(fields, DerTag::kSequence);              // signature
  take_der(fields, DerTag::kSequence);              // issuer
  take_der(fields, DerTag::kSequence);              // validity
  const Bytes subject = take_der(fields, DerTag::kSequence);
  take_der(fields, DerTag::kSequence);  // subjectPublicKeyInfo
  if (fields.failed() || !read_subject(subject, names)) return false;
  while (!fields.at_end()) {
    field = take_der(fields);
    if (fields.failed()) return false;
    if (field.tag == kTagExtensions) read_extensions(field.content, names);
  }
  return true;
}

CertificateStatus read_certificate_message(Bytes body, CertificateNames& names) noexcept {
  ByteCursor cursor(body);
  const std::size_t list_bytes = cursor.u24();
  if (cursor.failed()) return CertificateStatus::kNeedMore;
  if (list_bytes == 0) return CertificateStatus::kAbsent;
  const std::size_t first_bytes = cursor.u24();
  if (cursor.failed()) return CertificateStatus::kNeedMore;
  if (first_bytes == 0 || first_bytes + 3 > list_bytes) return CertificateStatus::kMalformed;
  const Bytes der = cursor.take(first_bytes);
  if (cursor.failed()) return CertificateStatus::kNeedMore;
  return read_certificate(der, names) ? CertificateStatus::kRead : CertificateStatus::kMalformed;
}

}  // namespace netpulse
