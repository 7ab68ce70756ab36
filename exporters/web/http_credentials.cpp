#include "exporters/web/http_credentials.h"

#include <crypt.h>
#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "engine/base/text.h"
#include "exporters/web/small_file.h"

namespace netpulse {
namespace {

constexpr std::size_t kTokenCharactersMin = 16, kTokenCharactersMax = 512;
constexpr std::size_t kUsersMax = 1000;
constexpr std::size_t kNameCharactersMax = 255;

/// The length of what follows the last $ (or, of bcrypt, the second last): salt and hash cannot be shorter.
struct HashMethod {
  std::string_view prefix;
  std::size_t tail_characters;
};
constexpr HashMethod kMethods[] = {{"$2a$", 53}, {"$2b$", 53}, {"$2y$", 53}, {"$y$", 43}, {"$6$", 86}};

std::string_view weakness(std::string_view hash) {
  if (hash.starts_with("$apr1$") || hash.starts_with("$1$")) return "hashed with MD5";
  if (hash.starts_with("{SHA}")) return "hashed with SHA-1";
  if (hash.starts_with("$")) return "hashed in a way that is not taken here";
  return hash.size() == 13 ? "hashed with DES, or not at all" : "not hashed";
}

bool acceptable(const std::string& hash) {
  for (const HashMethod& method : kMethods)
    if (hash.starts_with(method.prefix))
      return hash.size() - hash.rfind('$') - 1 == method.tail_characters &&
             ::crypt_checksalt(hash.c_str()) == CRYPT_SALT_OK;
  return false;
}

bool known_method(std::string_view hash) {
  return std::any_of(std::begin(kMethods), std::end(kMethods),
                     [&](const HashMethod& method) { return hash.starts_with(method.prefix); });
}

Result<HttpUser> parse_user(std::string_view line, const std::string& where, const std::string& path) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0)
    return Error{where + ": no NAME:HASH; make the line with: htpasswd -B " + path + " NAME"};
  HttpUser user{std::string(line.substr(0, colon)), std::string(line.substr(colon + 1))};
  if (user.name.size() > kNameCharactersMax || printable(user.name) != user.name)
    return Error{where + ": the user's name has to be at most 255 printable characters; choose another"};
  if (acceptable(user.password_hash)) return user;
  if (known_method(user.password_hash))
    return Error{fmt::format("{}: the hash of {} is cut or damaged; make it anew with: htpasswd -B {} {}", where,
                             user.name, path, user.name)};
  return Error{fmt::format(
      "{}: the password of {} is {}; bcrypt, yescrypt or sha512-crypt are needed: htpasswd -B {} {}, or replace the "
      "line by NAME: and what \"openssl passwd -6\" prints",
      where, user.name, weakness(user.password_hash), path, user.name)};
}

std::string open_to_all(const std::string& path) {
  return "every user of this machine can read " + path + "; close it to them: chmod o-rwx " + path;
}

}  // namespace

Result<std::string> parse_token(std::string_view text, const std::string& path) {
  if (const std::size_t last = text.find_last_not_of("\r\n"); last != std::string_view::npos)
    text = text.substr(0, last + 1);
  else
    text = {};
  const std::string remedy = "; make one with: openssl rand -hex 32 > " + path;
  if (text.size() < kTokenCharactersMin)
    return Error{fmt::format("{} (token_file in [http]): a token has at least {} characters, this one {}{}", path,
                             kTokenCharactersMin, text.size(), remedy)};
  const bool clean = std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
  if (!clean || text.size() > kTokenCharactersMax)
    return Error{path + " (token_file in [http]): a token is one line of up to 512 letters, digits and signs" + remedy};
  return std::string(text);
}

Result<std::vector<HttpUser>> parse_users(std::string_view text, const std::string& path) {
  std::vector<HttpUser> users;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || line.front() == '#') continue;
    const std::string where = path + ":" + std::to_string(number);
    auto user = parse_user(line, where, path);
    if (!user.ok()) return user.error();
    const auto same = [&](const HttpUser& other) { return other.name == user.value().name; };
    if (std::any_of(users.begin(), users.end(), same))
      return Error{where + ": a second line for " + user.value().name + "; take one of them out"};
    if (users.size() == kUsersMax) return Error{where + ": more than 1000 users; take some out"};
    users.push_back(std::move(user).value());
  }
  if (users.empty())
    return Error{path + " (users_file in [http]) names nobody; add somebody with: htpasswd -B " + path + " NAME"};
  return users;
}

Result<HttpCredentials> read_http_credentials(const std::string& token_file, const std::string& users_file,
                                              std::vector<std::string>& notes) {
  HttpCredentials credentials;
  if (!token_file.empty()) {
    const auto file = read_small_file(token_file, "token_file");
    if (!file.ok()) return file.error();
    if (file.value().readable_by_all) notes.push_back(open_to_all(token_file));
    auto token = parse_token(file.value().text, token_file);
    if (!token.ok()) return token.error();
    credentials.token = std::move(token).value();
  }
  if (!users_file.empty()) {
    const auto file = read_small_file(users_file, "users_file");
    if (!file.ok()) return file.error();
    if (file.value().readable_by_all) notes.push_back(open_to_all(users_file));
    auto users = parse_users(file.value().text, users_file);
    if (!users.ok()) return users.error();
    credentials.users = std::move(users).value();
  }
  return credentials;
}

}  // namespace netpulse
