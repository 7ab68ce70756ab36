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
  /// The hints among a service binding's parameters (RFC 9460 section 7.3).
  void learn_hints(ByteCursor params, std::string_view name, std::uint32_t ttl) noexcept {
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

/// Follows the question's name through a response: along CNAMEs to addresses and service bindings, and from these to
/// their targets.
class Chain {
 public:
  Chain(Bytes message, const DnsQuestion& question, std::string_view name, Teacher& teacher) noexcept
      : message_(message), name_(name), teacher_(teacher) {
    go_to(question.name_offset);
  }

  void follow_answer(const DnsRecord& record) noexcept {
    if (record.class_code != kClassInternet) return;
    if (record.type != DnsType::kCname && !gives_address(record.type)) return;
    if (!is_here(record.name_offset)) {
      skipped_ = true;
      return;
    }
    const std::uint32_t ttl = std::min(record.ttl, ttl_min_);
    if (record.type == DnsType::kCname) {
      go_to(record.data_offset);
      ttl_min_ = ttl;
      moved_ = true;
    } else {
      learn(record, ttl);
    }
  }
  void follow_additional(const DnsRecord& record) noexcept {
    if (targets_count_ == 0 || record.class_code != kClassInternet || !gives_address(record.type)) return;
    for (std::size_t i = 0; i < targets_count_; ++i)
      if (same_dns_name(message_, record.name_offset, targets_[i]))
        return learn(record, std::min(record.ttl, ttl_min_));
  }
  /// True if another walk over the answers may find more: a CNAME stood behind what it leads to.
  bool unfinished() noexcept {
    const bool again = moved_ && skipped_;
    moved_ = skipped_ = false;
    return again;
  }

 private:
  void go_to(std::size_t name_offset) noexcept {
    name_offset_ = name_offset;
    name_target_ = dns_pointer_target(message_, name_offset);
  }
  /// As same_dns_name().
  bool is_here(std::size_t owner) const noexcept {
    return owner == name_offset_ || dns_pointer_target(message_, owner) == name_target_ ||
           same_dns_labels(message_, owner, name_offset_);
  }
  static bool gives_address(std::uint16_t type) noexcept {
    return type == DnsType::kA || type == DnsType::kAaaa || type == DnsType::kHttps || type == DnsType::kSvcb;
  }
  void learn(const DnsRecord& record, std::uint32_t ttl) noexcept {
    if (record.type == DnsType::kHttps || record.type == DnsType::kSvcb)
      learn_binding(record, ttl);
    else
      teacher_.learn_record(record, name_, ttl);
  }
  /// AliasMode (priority 0) has a target alone, ServiceMode also hints (RFC 9460 section 2.4).
  void learn_binding(const DnsRecord& record, std::uint32_t ttl) noexcept {
    ByteCursor cursor(record.data);
    const bool service_mode = cursor.u16() != 0;
    // The target is never compressed; its labels end within the record or the parameters cannot be read.
    const std::size_t target = record.data_offset + 2;
    const std::size_t target_end = skip_dns_name(message_.first(record.end), target);
    if (cursor.failed() || target_end == 0) return;
    const bool target_is_root = target_end == target + 1;
    if (targets_count_ < targets_.size() && (service_mode || !target_is_root))
      targets_[targets_count_++] = target_is_root ? record.name_offset : target;
    if (service_mode)
      teacher_.learn_hints(ByteCursor(message_.subspan(target_end, record.end - target_end)), name_, ttl);
  }

  Bytes message_;
  std::size_t name_offset_, name_target_;  // of the name that the chain has got to
  std::string_view name_;
  Teacher& teacher_;
  std::uint32_t ttl_min_ = 0xffffffff;
  bool moved_ = false;    // in this walk
  bool skipped_ = false;  // in this walk, an address or binding of another name
  std::array<std::size_t, kDnsTargetsMax> targets_;
  std::size_t targets_count_ = 0;
};

void read_options(const DnsRecord& opt, const DnsHeader& header, DnsAnswers& found) noexcept {
  constexpr std::uint16_t kOptionExtendedError = 15;
  found.rcode = static_cast<std::uint16_t>(opt.ttl >> 24 << 4 | header.rcode());
  ByteCursor options(opt.data);
  for (std::size_t i = 0; i < kDnsOptionsMax && !options.at_end(); ++i) {
    const std::uint16_t code = options.u16();
    ByteCursor value(options.take_u16_length());
    if (code != kOptionExtendedError || found.extended_errors_count == kDnsExtendedErrorsMax) continue;
    const std::uint16_t info_code = value.u16();
    if (!value.failed()) found.extended_errors[found.extended_errors_count++] = info_code;
  }
}

}  // namespace

bool learn_dns_answers(Bytes message, const DnsHeader& header, const DnsQuestion& question, std::string_view name,
                       std::size_t answers_offset, const IpAddress& client, AnalyzerContext& context,
                       DnsAnswers& found) noexcept {
  found.rcode = header.rcode();
  Teacher teacher(context, client);
  Chain chain(message, question, name, teacher);
  // Names such as _8443._https.example.org bind a service, not the host that the client will show (RFC 9460
  // section 2.3).
  const bool names_host = !name.empty() && name.front() != '_';
  bool has_type = question.type >= DnsType::kFirstMeta && question.type <= DnsType::kAny;
  std::size_t offset = answers_offset;
  DnsRecord record;
  for (std::size_t i = 0; i < header.answers; ++i, offset = record.end) {
    if (!read_dns_record(message, offset, record)) return false;
    has_type |= record.type == question.type;
    if (names_host) chain.follow_answer(record);
  }
  for (std::size_t pass = 1; pass < kDnsChainPassesMax && chain.unfinished(); ++pass) {
    std::size_t again = answers_offset;
    DnsRecord answer;
    for (std::size_t i = 0; i < header.answers && read_dns_record(message, again, answer); ++i, again = answer.end)
      chain.follow_answer(answer);
  }
  bool referral = false;
  if (has_type && header.additionals == 0) return true;
  for (std::size_t i = 0; i < header.authorities; ++i, offset = record.end) {
    if (!read_dns_record(message, offset, record)) return false;
    // With an SOA record it is none, even if there are NS records (RFC 2308 section 2.2).
    if (i == 0 || record.type == DnsType::kSoa) referral = record.type == DnsType::kNs;
  }
  for (std::size_t i = 0; i < header.additionals; ++i, offset = record.end) {
    if (!read_dns_record(message, offset, record)) return false;
    if (record.type == DnsType::kOpt)
      read_options(record, header, found);
    else if (names_host)
      chain.follow_additional(record);
  }
  found.no_data = header.questions != 0 && header.opcode() == 0 && found.rcode == 0 && !header.truncated() &&
                  !has_type && !referral;
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
