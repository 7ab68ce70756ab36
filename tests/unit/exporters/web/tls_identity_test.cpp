#include "exporters/web/tls_identity.h"

#include <gtest/gtest.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <cstdio>
#include <fstream>
#include <memory>

namespace netpulse {
namespace {

constexpr std::int64_t kDay = 24 * 3600 * 1'000'000'000LL;

std::string text_of(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(size)};
}

/// A certificate that signs itself, and its key, as PEM text.
struct Pair {
  explicit Pair(std::int64_t seconds = 30 * 24 * 3600) {
    std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> made(EVP_EC_gen("P-256"), EVP_PKEY_free);
    std::unique_ptr<X509, decltype(&X509_free)> x509(X509_new(), X509_free);
    ASN1_INTEGER_set(X509_get_serialNumber(x509.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(x509.get()), -3600);
    X509_gmtime_adj(X509_getm_notAfter(x509.get()), seconds);
    X509_set_pubkey(x509.get(), made.get());
    X509_sign(x509.get(), made.get(), EVP_sha256());
    std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new(BIO_s_mem()), BIO_free);
    PEM_write_bio_X509(bio.get(), x509.get());
    certificate = text_of(bio.get());
    bio.reset(BIO_new(BIO_s_mem()));
    PEM_write_bio_PrivateKey(bio.get(), made.get(), nullptr, nullptr, 0, nullptr, nullptr);
    key = text_of(bio.get());
  }
  std::string certificate, key;
};

class TlsIdentityTest : public testing::Test {
 protected:
  ~TlsIdentityTest() override {
    std::remove(certificate_.c_str());
    std::remove(key_.c_str());
  }
  Result<TlsIdentity> load(const std::string& certificate, const std::string& key) {
    std::ofstream(certificate_) << certificate;
    std::ofstream(key_) << key;
    return load_tls_identity(certificate_, key_, notes_);
  }
  std::string error(const std::string& certificate, const std::string& key) {
    const auto loaded = load(certificate, key);
    return loaded.ok() ? "" : loaded.error().message;
  }

  const std::string certificate_ = testing::TempDir() + "tls_identity_test.pem";
  const std::string key_ = testing::TempDir() + "tls_identity_test_key.pem";
  std::vector<std::string> notes_;
  const Pair pair_, other_;
};

TEST_F(TlsIdentityTest, LoadsAPairWithItsIssuers) {
  EXPECT_EQ(error(pair_.certificate, pair_.key), "");
  EXPECT_EQ(error(pair_.certificate + other_.certificate, pair_.key), "");
}

TEST_F(TlsIdentityTest, SaysWhatIsWrongWithWhichFile) {
  EXPECT_NE(error(pair_.certificate, other_.key)
                .find(key_ + " (tls_key in [http]) is not the key of the certificate in " + certificate_),
            std::string::npos);
  EXPECT_NE(error(pair_.key, pair_.key).find("holds a key and no certificate"), std::string::npos);
  EXPECT_NE(error(pair_.certificate, pair_.certificate).find("holds a certificate and no key"), std::string::npos);
  EXPECT_NE(error("", pair_.key).find("holds no certificate in PEM form"), std::string::npos);
  EXPECT_NE(error(pair_.certificate, "").find("holds no key in PEM form"), std::string::npos);
  EXPECT_NE(error(pair_.certificate, "-----BEGIN ENCRYPTED PRIVATE KEY-----\n").find("is encrypted"),
            std::string::npos);
}

TEST_F(TlsIdentityTest, NoPieceOfAPairIsTakenForOne) {
  for (std::size_t length = 0; length + 2 < pair_.certificate.size(); length += 7)
    EXPECT_NE(error(pair_.certificate.substr(0, length), pair_.key), "") << length;
  for (std::size_t length = 0; length + 2 < pair_.key.size(); length += 7)
    EXPECT_NE(error(pair_.certificate, pair_.key.substr(0, length)), "") << length;
}

TEST_F(TlsIdentityTest, NotesACertificateThatEndsSoonOrIsNotValid) {
  const auto loaded = load(pair_.certificate, pair_.key);
  ASSERT_TRUE(loaded.ok()) << loaded.error().message;
  const TlsIdentity& identity = loaded.value();
  const Timestamp end = identity.not_after;
  EXPECT_EQ(validity_note(identity, "c.pem", {end.nanoseconds - 15 * kDay}), "");
  EXPECT_NE(validity_note(identity, "c.pem", {end.nanoseconds - 13 * kDay}).find("c.pem ends on 20"),
            std::string::npos);
  EXPECT_NE(validity_note(identity, "c.pem", {end.nanoseconds + kDay}).find("ended on"), std::string::npos);
  EXPECT_NE(validity_note(identity, "c.pem", {identity.not_before.nanoseconds - kDay}).find("valid only from"),
            std::string::npos);
  // The last day that a certificate can have (RFC 5280 section 4.1.2.5): beyond what nanoseconds can count.
  const Pair forever(std::int64_t{7000} * 365 * 24 * 3600);
  const auto device = load(forever.certificate, forever.key);
  ASSERT_TRUE(device.ok());
  EXPECT_EQ(validity_note(device.value(), "c.pem", {end.nanoseconds}), "");
}

}  // namespace
}  // namespace netpulse
