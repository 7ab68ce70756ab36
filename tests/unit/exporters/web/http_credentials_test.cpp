#include "exporters/web/http_credentials.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdio>
#include <fstream>

namespace netpulse {
namespace {

// openssl passwd -6, htpasswd -nbB, mkpasswd -m yescrypt; the password is "secret".
const std::string kSha512 =
    "$6$saltsalt$TVLlQcbpFVof5W3Yz4DTP6gRstiNuHwwTt6GLc1E5n0U0aDehy0S5knV8wiOQSpT0Y77vwPZN.Pq.H91p5hVO1";
const std::string kBcrypt = "$2y$05$E/MMT7j0aZMJ47GsDeqO5uuS3mMUMoj1kyLVFnra3JrTC7jcIiOmO";
const std::string kYescrypt = "$y$j9T$F5Jx5fExrKuPp53xLKQ..1$GmcwIgvdUC9qLWcKCi6gklUa1dM3ziD43YxYNURLKy0";

std::string error_of(const std::string& line) {
  const auto users = parse_users(line, "users");
  return users.ok() ? "" : users.error().message;
}

TEST(HttpUsers, ReadsEachGoodHashAndLeavesOutCommentsAndEmptyLines) {
  const auto users = parse_users("# who\n\nalice:" + kSha512 + "\r\nbob:" + kBcrypt + "\ncarol:" + kYescrypt, "users");
  ASSERT_TRUE(users.ok()) << users.error().message;
  ASSERT_EQ(users.value().size(), 3U);
  EXPECT_EQ(users.value()[0].name, "alice");
  EXPECT_EQ(users.value()[0].password_hash, kSha512);
  EXPECT_EQ(users.value()[2].name, "carol");
}

TEST(HttpUsers, RefusesWeakHashesWithFileAndLine) {
  const std::pair<const char*, const char*> cases[] = {{"$apr1$abcdefgh$0123456789012345678901", "MD5"},
                                                       {"$1$abcdefgh$0123456789012345678901", "MD5"},
                                                       {"{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=", "SHA-1"},
                                                       {"abcdefghijklm", "DES"},
                                                       {"secret", "not hashed"},
                                                       {"", "not hashed"},
                                                       {"$5$saltsalt$abc", "not taken here"}};
  for (const auto& [hash, what] : cases) {
    const std::string error = error_of("alice:" + kSha512 + "\nbob:" + hash + "\n");
    EXPECT_NE(error.find("users:2: the password of bob"), std::string::npos) << error;
    EXPECT_NE(error.find(what), std::string::npos) << error;
    EXPECT_NE(error.find("htpasswd -B users bob"), std::string::npos) << error;
    if (*hash != '\0') {
      EXPECT_EQ(error.find(hash), std::string::npos) << "an error must not show it";
    }
  }
}

TEST(HttpUsers, RefusesEveryHashThatIsCut) {
  for (const std::string& hash : {kSha512, kBcrypt, kYescrypt})
    for (std::size_t length = 0; length < hash.size(); ++length)
      EXPECT_NE(error_of("alice:" + hash.substr(0, length)), "") << hash.substr(0, length);
}

TEST(HttpUsers, RefusesLinesThatAreNoUsers) {
  EXPECT_NE(error_of("alice").find("users:1: no NAME:HASH"), std::string::npos);
  EXPECT_NE(error_of(":" + kSha512).find("users:1: no NAME:HASH"), std::string::npos);
  EXPECT_NE(error_of("a\x1b[31m:" + kSha512).find("printable"), std::string::npos);
  EXPECT_NE(error_of("a:" + kSha512 + "\na:" + kSha512).find("users:2: a second line for a"), std::string::npos);
  EXPECT_NE(error_of("").find("names nobody"), std::string::npos);
  std::string many;
  for (int i = 0; i < 1001; ++i) many += "u" + std::to_string(i) + ":" + kSha512 + "\n";
  EXPECT_NE(error_of(many).find("users:1001: more than 1000 users"), std::string::npos);
}

TEST(HttpToken, IsOneLineOfEnoughCharacters) {
  EXPECT_EQ(parse_token("0123456789abcdef\n", "t").value(), "0123456789abcdef");
  EXPECT_EQ(parse_token("0123456789abcdef\r\n", "t").value(), "0123456789abcdef");
  EXPECT_EQ(parse_token(std::string(512, 'x'), "t").value().size(), 512U);
  for (const std::string& bad :
       {std::string(), std::string("\n"), std::string("0123456789abcde"), std::string(513, 'x'),
        std::string("0123456789abcdef\nmore"), std::string("0123456789 abcdef"), std::string("0123456789abcdef\0", 17),
        std::string("0123456789abcd\xc3\xa9x")}) {
    const auto token = parse_token(bad, "the/file");
    ASSERT_FALSE(token.ok()) << bad;
    EXPECT_NE(token.error().message.find("the/file"), std::string::npos);
    EXPECT_NE(token.error().message.find("openssl rand -hex 32"), std::string::npos);
    if (bad.size() > 4) {
      EXPECT_EQ(token.error().message.find(bad.substr(0, 10)), std::string::npos) << "an error must not show it";
    }
  }
}

TEST(HttpCredentialFiles, ATokenThatAllCanReadIsNoted) {
  const std::string path = testing::TempDir() + "http_credentials_test_token";
  std::ofstream(path) << "0123456789abcdef\n";
  std::vector<std::string> notes;
  ASSERT_EQ(::chmod(path.c_str(), 0600), 0);
  EXPECT_EQ(read_http_credentials(path, "", notes).value().token, "0123456789abcdef");
  EXPECT_TRUE(notes.empty());
  ASSERT_EQ(::chmod(path.c_str(), 0644), 0);
  EXPECT_TRUE(read_http_credentials(path, "", notes).ok());
  ASSERT_EQ(notes.size(), 1U);
  EXPECT_NE(notes[0].find("chmod o-rwx " + path), std::string::npos);
  std::remove(path.c_str());
  const auto gone = read_http_credentials(path, "", notes);
  ASSERT_FALSE(gone.ok());
  EXPECT_NE(gone.error().message.find(path + " (token_file in [http]): No such file"), std::string::npos);
}

}  // namespace
}  // namespace netpulse
