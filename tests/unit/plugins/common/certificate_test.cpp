#include "plugins/common/certificate.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/unit/plugins/common/certificate_builder.h"
#include "tests/unit/plugins/flow_driver.h"

namespace netpulse {
namespace {

using namespace test;

TEST(Certificate, GivesCommonNameAndDnsNames) {
  CertificateNames names;
  ASSERT_TRUE(read_certificate(certificate("www.example.org", {"www.example.org", "*.example.org"}), names));
  EXPECT_EQ(names.subject.view(), "www.example.org");
  EXPECT_EQ(names.dns_names.view(), "www.example.org,*.example.org");
  EXPECT_EQ(names.host_name(), "www.example.org");
}

TEST(Certificate, ShowsTheWholeSubjectWhereThereIsNoCommonName) {
  CertificateNames names;
  const ByteVector subject =
      joined({name_attribute(6, "XX", 0x13), name_attribute(10, "Example Org"), name_attribute(11, "Ops")});
  ASSERT_TRUE(read_certificate(certificate_of(subject, {}), names));
  EXPECT_EQ(names.subject.view(), "C=XX, O=Example Org, OU=Ops");
  EXPECT_EQ(names.host_name(), "");
}

TEST(Certificate, TakesTheMostSpecificCommonName) {
  CertificateNames names;
  ASSERT_TRUE(
      read_certificate(certificate_of(joined({name_attribute(3, "org"), name_attribute(3, "host")}), {}), names));
  EXPECT_EQ(names.subject.view(), "host");
}

TEST(Certificate, ReadsSixteenBitText) {
  CertificateNames names;
  const std::string_view text("\0n\0p\x20\xac", 6);
  ASSERT_TRUE(read_certificate(certificate_of(name_attribute(3, text, 0x1e), {}), names));
  EXPECT_EQ(names.subject.view(), "np?");
}

TEST(Certificate, TakesAHostNameOnlyFromWhatReadsLikeOne) {
  for (const auto& [common_name, host] : std::vector<std::pair<std::string_view, std::string_view>>{
           {"*.example.org", "*.example.org"}, {"WebRTC", ""}, {"a b.example", ""}, {".example", ""}, {"", ""}}) {
    CertificateNames names;
    ASSERT_TRUE(read_certificate(certificate(common_name, {}), names));
    EXPECT_EQ(names.host_name(), host) << common_name;
  }
}

TEST(Certificate, BoundsWhatItKeeps) {
  const std::string label(60, 'a'), lengthy = label + '.' + label + '.' + label;
  CertificateNames names;
  ASSERT_TRUE(
      read_certificate(certificate(std::string(300, 'c'), {lengthy, "b.example", lengthy, "c.example"}), names));
  EXPECT_EQ(names.subject.view(), std::string(255, 'c'));
  EXPECT_EQ(names.dns_names.view(), lengthy + ",b.example");  // nothing is cut in the middle of a name
  const std::vector<std::string_view> many(20, "d.example");
  ASSERT_TRUE(read_certificate(certificate("x", many), names));
  EXPECT_EQ(names.dns_names.view().size(), kCertificateDnsNamesMax * 10 - 1);
}

TEST(Certificate, LeavesOutNamesThatCannotBeJoined) {
  CertificateNames names;
  ASSERT_TRUE(read_certificate(certificate("x", {"a,b.example", std::string_view("a\0b", 3), "good.example"}), names));
  EXPECT_EQ(names.dns_names.view(), "good.example");
}

TEST(Certificate, LooksAtEveryCharacterOfAName) {
  for (std::size_t bytes = 1; bytes <= 18; ++bytes)
    for (std::size_t at = 0; at < bytes; ++at)
      for (unsigned value = 0; value < 256; ++value) {
        std::string name(bytes, 'a');
        name[at] = static_cast<char>(value);
        CertificateNames names;
        ASSERT_TRUE(read_certificate(certificate("x", {name}), names));
        const bool good = value > 0x20 && value < 0x7f && value != ',';
        ASSERT_EQ(names.dns_names.view(), good ? name : "") << bytes << ' ' << at << ' ' << value;
      }
}

TEST(Certificate, TakesTheOtherAttributesWhereTheLastCommonNameIsEmpty) {
  CertificateNames names;
  const ByteVector subject = joined({name_attribute(3, "first"), name_attribute(10, "Org"), name_attribute(3, "")});
  ASSERT_TRUE(read_certificate(certificate_of(subject, {}), names));
  EXPECT_EQ(names.subject.view(), "O=Org");
}

TEST(Certificate, RefusesEveryTruncation) {
  const ByteVector whole = certificate("www.example.org", {"www.example.org"});
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CertificateNames names;
    const ExactBytes cut(Bytes(whole).first(size));
    EXPECT_FALSE(read_certificate(cut.view(), names)) << size;
  }
}

TEST(Certificate, ReadsNothingOutsideHoweverItIsChanged) {
  const ByteVector whole = certificate("www.example.org", {"www.example.org", "b.example"});
  for (std::size_t at = 0; at < whole.size(); ++at)
    for (const int value : {0x00, 0x7f, 0x80, 0x81, 0x84, 0xff}) {
      ByteVector changed = whole;
      changed[at] = static_cast<std::uint8_t>(value);
      CertificateNames names;
      read_certificate(ExactBytes(changed).view(), names);
      EXPECT_LE(names.subject.size, 255);
    }
}

TEST(CertificateMessage, IsReadAsSoonAsTheServersOwnIsThere) {
  const ByteVector own = certificate("www.example.org", {"www.example.org"});
  const ByteVector body = certificate_body({own, ByteVector(3000, 1)});
  CertificateNames names;
  for (std::size_t size = 0; size < 6 + own.size(); ++size)
    EXPECT_EQ(read_certificate_message(Bytes(body).first(size), names), CertificateStatus::kNeedMore) << size;
  EXPECT_EQ(read_certificate_message(Bytes(body).first(6 + own.size()), names), CertificateStatus::kRead);
  EXPECT_EQ(names.subject.view(), "www.example.org");
}

TEST(CertificateMessage, MayHoldNone) {
  CertificateNames names;
  EXPECT_EQ(read_certificate_message(ByteVector{0, 0, 0}, names), CertificateStatus::kAbsent);
  EXPECT_EQ(read_certificate_message(ByteVector{0, 0, 9, 0, 0, 7}, names), CertificateStatus::kMalformed);
}

}  // namespace
}  // namespace netpulse
