#include "configs/catalogue/bundled.h"

#include <vector>

namespace netpulse {

Result<Catalogue> load_catalogue(std::span<const std::string> user_files) {
  std::vector<Catalogue::Text> bundled;
  for (const EmbeddedText& file : bundled_catalogue())
    bundled.push_back({"netpulse:" + std::string(file.name), std::string(file.contents)});
  return Catalogue::load(user_files, bundled);
}

}  // namespace netpulse
