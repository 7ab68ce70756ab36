#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "tools/netpulse/builtin_catalogue.h"
#include "tools/netpulse/session.h"

namespace netpulse {

Result<Catalogue> load_catalogue(const std::vector<std::string>& user_files) {
  std::vector<Catalogue::Text> texts;
  for (const BuiltinFile& file : builtin_catalogue_files())
    texts.push_back({std::string(file.name), std::string(file.text)});
  for (const std::string& path : user_files) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    if (!file || !(text << file.rdbuf()))
      return Error{path + ": cannot read this catalogue: " + std::strerror(errno) + "; see files in [catalogue]"};
    texts.push_back({path, text.str()});
  }
  return Catalogue::parse(texts);
}

}  // namespace netpulse
