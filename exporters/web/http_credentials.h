#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace netpulse {

struct HttpUser {
  std::string name;
  std::string password_hash;  ///< as crypt(5) writes it
};

/// Who may ask. Without any, everybody.
struct HttpCredentials {
  std::string token;  ///< empty: none
  std::vector<HttpUser> users;
  bool any() const noexcept { return !token.empty() || !users.empty(); }
};

/// The one line of a token file: 16 to 512 characters of printable ASCII without blanks (RFC 6750 section 2.1 allows
/// fewer kinds; these are what an Authorization header can carry). path: for errors, which never quote the token.
Result<std::string> parse_token(std::string_view text, const std::string& path);

/// An htpasswd file: NAME:HASH lines, empty ones and those that begin with # left out; at most 1000 users.
/// Hashes are bcrypt, yescrypt or sha512-crypt. Others, as MD5, DES, or a password in clear, are refused with file and
/// line: all that anybody needs to try billions of passwords on them is the file.
Result<std::vector<HttpUser>> parse_users(std::string_view text, const std::string& path);

/// Reads both files; an empty path: none. Adds to notes what the user should mend.
Result<HttpCredentials> read_http_credentials(const std::string& token_file, const std::string& users_file,
                                              std::vector<std::string>& notes);

}  // namespace netpulse
