#include "plugins/dns/dns_answers.h"

#include <algorithm>

namespace netpulse {
namespace {

constexpr std::uint16_t kClassInternet = 1;
/// SvcParamKeys (RFC 9460 section 14.3.2).
constexpr std::uint16_t kSvcIpv4Hint = 4, kSvcIpv6Hint = 6;
constexpr std::size_t kSvcParamsMax = 64;

/// Tells the context of addresses, up to kDnsAddressesMax of a message.
class Teacher {
 public:
  Teacher(AnalyzerContext& context, const IpAddress& client) noexcept : context_(context), client_(client) {}

  void learn(const IpAddress& address, std::string_view name, std::uint32_t ttl) noexcept {
    if (count_ == kDnsAddressesMax) return;
    ++count_;
    context_.learn_address(client_, address, name, ttl);
  }
  /// The address of an A or AAAA record; anything else is passed over.
  void learn_record(const DnsRecord& record, std::string_view name, std::uint32_t ttl) noexcept {
    if (record.type == DnsType::kA && record.data.size() == 4) learn(IpAddress::from_v4(record.data.data()), name, ttl);
    if (record.type == DnsType::kAaaa && record.data.size() == 16)
      learn(IpAddress::from_v6(record.data.data()), name, ttl);
  }
  /// The hints of a service binding in ServiceMode (RFC 9460 sections 2.4.3, 7.3).
  void learn_hints(const DnsRecord& record, Bytes message, std::string_view name, std::uint32_t ttl) noexcept {
    ByteCursor cursor(record.data);
    if (cursor.u16() == 0 || cursor.failed()) return;
    // The target is never compressed; its labels end within the record or the parameters cannot be read.
    const std::size_t target_end = skip_dns_name(message.first(record.end), record.data_offset + 2);
    if (target_end == 0) return;
    ByteCursor params(message.subspan(target_end, record.end - target_end));
    for (std::size_t i = 0; i < kSvcParamsMax && !params.at_end(); ++i) {
      const std::uint16_t key = params.u16();
      const Bytes value = params.take_u16_length();
      const std::size_t address_bytes = key == kSvcIpv4Hint ? 4 : key == kSvcIpv6Hint ? 16 : 0;
      if (address_bytes == 0 || value.size() % address_bytes != 0) continue;
      for (std::size_t at = 0; at < value.size(); at += address_bytes)
        learn(address_bytes == 4 ? IpAddress::from_v4(&value[at]) : IpAddress::from_v6(&value[at]), name, ttl);
    }
  }

 private:
  AnalyzerContext& context_;
  const IpAddress& client_;
  std::size_t count_ = 0;
};

/// Where the chain of CNAMEs from the question has got to.
struct Chain {
  std::size_t name_offset;
  std::uint32_t ttl_min = 0xffffffff;
  bool moved = false;    ///< in this pass
  bool skipped = false;  ///< in this pass, an address or binding of another name
};

bool gives_address(std::uint16_t type) noexcept {
  return type == DnsType::kA || type == DnsType::kAaaa || type == DnsType::kHttps || type == DnsType::kSvcb;
}

void follow(const DnsRecord& record, Bytes message, std::string_view name, Chain& chain, Teacher& teacher) noexcept {
  if (record.class_code != kClassInternet) return;
  if (record.type != DnsType::kCname && !gives_address(record.type)) return;
  if (!same_dns_name(message, record.name_offset, chain.name_offset)) {
    chain.skipped = true;
    return;
  }
  const std::uint32_t ttl = std::min(record.ttl, chain.ttl_min);
  if (record.type == DnsType::kCname) {
    chain.name_offset = record.data_offset;
    chain.ttl_min = ttl;
    chain.moved = true;
  } else if (record.type == DnsType::kHttps || record.type == DnsType::kSvcb) {
    teacher.learn_hints(record, message, name, ttl);
  } else {
    teacher.learn_record(record, name, ttl);
  }
}

}  // namespace

bool learn_dns_answers(Bytes message, const DnsHeader& header, const DnsQuestion& question, std::string_view name,
                       std::size_t answers_offset, const IpAddress& client, AnalyzerContext& context,
                       DnsAnswers& found) noexcept {
  found.rcode = header.rcode();
  Teacher teacher(context, client);
  Chain chain{question.name_offset};
  // Names such as _8443._https.example.org bind a service, not the host that the client will show (RFC 9460
  // section 2.3).
  const bool names_host = !name.empty() && name.front() != '_';
  std::size_t offset = answers_offset;
  DnsRecord record;
  for (std::size_t i = 0; i < header.answers; ++i, offset = record.end) {
    if (!read_dns_record(message, offset, record)) return false;
    if (names_host) follow(record, message, name, chain, teacher);
  }
  for (std::size_t pass = 1; pass < kDnsChainPassesMax && chain.moved && chain.skipped; ++pass) {
    chain.moved = chain.skipped = false;
    std::size_t again = answers_offset;
    DnsRecord answer;
    for (std::size_t i = 0; i < header.answers && read_dns_record(message, again, answer); ++i, again = answer.end)
      follow(answer, message, name, chain, teacher);
  }
  if (header.additionals == 0) return true;
  for (std::size_t i = 0; i < std::size_t{header.authorities} + header.additionals; ++i, offset = record.end) {
    if (!read_dns_record(message, offset, record)) return false;
    if (record.type == DnsType::kOpt && i >= header.authorities)
      found.rcode = static_cast<std::uint16_t>(record.ttl >> 24 << 4 | header.rcode());
  }
  return true;
}

bool learn_mdns_records(Bytes message, const DnsHeader& header, std::size_t answers_offset,
                        AnalyzerContext& context) noexcept {
  constexpr IpAddress kEveryClient{};
  constexpr std::string_view kLocal = ".local";
  Teacher teacher(context, kEveryClient);
  std::size_t offset = answers_offset;
  DnsRecord record;
  DnsNameText owner;
  for (std::size_t i = 0; i < header.records(); ++i, offset = record.end) {
    if (!read_dns_record(message, offset, record)) return false;
    if (record.type != DnsType::kA && record.type != DnsType::kAaaa) continue;
    if (read_dns_name(message, record.name_offset, owner) == 0) return false;
    if (owner.view().ends_with(kLocal)) teacher.learn_record(record, owner.view(), record.ttl);
  }
  return true;
}

}  // namespace netpulse
