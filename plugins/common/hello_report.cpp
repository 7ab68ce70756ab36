#include "plugins/common/hello_report.h"

#include <string_view>

namespace netpulse {
namespace {

constexpr std::size_t kServerNameBytesMax = 255;

void observe_ja3(AnalyzerContext& context, std::size_t list, const Md5Digest& digest) noexcept {
  const std::array<char, 32> text = hex_text(digest);
  context.observe_name(list, {text.data(), text.size()});
}

/// RFC 8701 section 3.1 reserves values of two equal octets 0x?A.
bool is_grease_protocol(std::string_view protocol) noexcept {
  return protocol.size() == 2 && is_grease(static_cast<std::uint16_t>(static_cast<std::uint8_t>(protocol[0]) << 8 |
                                                                      static_cast<std::uint8_t>(protocol[1])));
}

}  // namespace

SniKind report_client_hello(const ClientHello& hello, Ja4Transport transport, bool first, const HelloLists& lists,
                            FingerprintMemo& fingerprints, AnalyzerContext& context) noexcept {
  FlowDetail& detail = context.detail();
  for_each_server_name(hello.server_names, [&](std::string_view name) {
    if (name.size() <= kServerNameBytesMax) context.observe_name(lists.server_name, name);
  });
  for_each_alpn(hello.alpn_protocols, [&](std::string_view protocol) {
    if (is_grease_protocol(protocol)) return;
    context.observe_name(lists.alpn, protocol);
    if (first && detail.alpn.empty()) detail.alpn.assign(protocol);
  });
  FingerprintMemo::OfClient found;
  fingerprints.of_client(hello, transport, found);
  if (found.has_ja3) {
    observe_ja3(context, lists.ja3, found.ja3);
    if (first) {
      detail.ja3 = found.ja3;
      detail.has_ja3 = true;
    }
  }
  if (found.has_ja4) {
    context.observe_name(lists.ja4, found.ja4.view());
    if (first) detail.ja4 = found.ja4;
  }
  const std::string_view name = hello.server_name();
  if (first) {
    detail.ech = hello.has_ech ? Ech::kOuter : Ech::kAbsent;
    if (detail.tls_version == 0) detail.tls_version = hello.version_offered();
    if (!name.empty()) context.set_server_name(name);
  }
  return hello.has_ech ? SniKind::kEchOuter : name.empty() ? SniKind::kAbsent : SniKind::kVisible;
}

void report_server_hello(const ServerHello& hello, const HelloLists& lists, FingerprintMemo& fingerprints,
                         AnalyzerContext& context) noexcept {
  FlowDetail& detail = context.detail();
  detail.tls_version = hello.version();
  detail.tls_cipher = hello.cipher_suite;
  if (!hello.alpn.empty()) {
    detail.alpn.assign(hello.alpn);
    context.observe_name(lists.alpn, hello.alpn);
  }
  Md5Digest digest;
  if (!fingerprints.ja3s(hello, digest)) return;
  observe_ja3(context, lists.ja3s, digest);
  detail.ja3s = digest;
  detail.has_ja3s = true;
}

void report_certificate(const CertificateNames& names, AnalyzerContext& context) noexcept {
  context.set_attribute(FlowAttribute::kCertificateSubject, names.subject.view());
  context.set_attribute(FlowAttribute::kCertificateNames, names.dns_names.view());
  context.suggest_server_name(names.host_name());
}

}  // namespace netpulse
