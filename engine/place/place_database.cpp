#include "engine/place/place_database.h"

#include <boost/unordered/unordered_flat_map.hpp>
#include <utility>

#include "engine/base/keyed_hash.h"
#include "engine/place/mmdb_file.h"

namespace netpulse {

struct PlaceDatabase::File {
  PlaceFileState state;
  FileIdentity looked_at;  ///< the state of the file that was last loaded or refused
  std::unique_ptr<const MmdbFile> database;
};

/// Remembers the places asked for last: when the young half is full it becomes the old one, whose rest is forgotten.
class PlaceDatabase::Cache {
 public:
  const Place* find(const IpAddress& address) {
    if (const auto found = young_.find(address); found != young_.end()) return &found->second;
    const auto found = old_.find(address);
    if (found == old_.end()) return nullptr;
    return &add(address, Place(found->second));
  }
  const Place& add(const IpAddress& address, Place place) {
    if (young_.size() >= kCachedPlacesMax / 2) {
      old_.swap(young_);
      young_.clear();
    }
    return young_.insert_or_assign(address, std::move(place)).first->second;
  }
  void clear() {
    young_.clear();
    old_.clear();
  }

 private:
  /// Addresses come from the wire.
  struct SeededHash {
    HashSeed seed = HashSeed::from_system();
    std::size_t operator()(const IpAddress& address) const noexcept {
      return keyed_hash(address.octets.data(), address.octets.size(), seed);
    }
  };
  using Map = boost::unordered_flat_map<IpAddress, Place, SeededHash>;

  SeededHash hash_;
  Map young_{0, hash_}, old_{0, hash_};
};

PlaceDatabase::PlaceDatabase(CountryTable countries, const std::vector<std::string>& paths)
    : countries_(std::move(countries)), cache_(std::make_unique<Cache>()) {
  for (const std::string& path : paths) {
    files_.push_back(std::make_unique<File>());
    files_.back()->state.path = path;
    load(*files_.back());
  }
  counters_ = {};  // The first load is none of a changed file.
  for (const auto& file : files_) counters_.files_in_use += file->state.in_use ? 1 : 0;
}

PlaceDatabase::~PlaceDatabase() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stop_bell_.notify_all();
  if (watcher_.joinable()) watcher_.join();
}

/// Reading and checking take up to a second for a large file: nobody who looks something up waits for that.
bool PlaceDatabase::load(File& file) {
  auto loaded = MmdbFile::load(file.state.path, file.looked_at);
  const std::lock_guard lock(mutex_);
  if (!loaded.ok()) {
    file.state.error = loaded.error().message;
    ++counters_.refused_reloads;
    messages_.push_back("GeoIP database " + file.state.error +
                        (file.state.in_use ? "; the older one stays in use" : "; it is not used"));
    return false;
  }
  file.database = std::move(loaded).value();
  const MmdbSummary& summary = file.database->summary();
  file.state = {.path = file.state.path,
                .error = {},
                .in_use = true,
                .database_type = summary.database_type,
                .description = summary.description,
                .contents = file.database->contents(),
                .built_at = summary.built_at};
  if (file.state.contents.empty())
    messages_.push_back("GeoIP database " + file.state.path + ": it has neither countries nor AS numbers");
  ++counters_.reloads;
  cache_->clear();
  return true;
}

void PlaceDatabase::reload_changed() {
  for (const auto& file : files_) {
    if (file_identity(file->state.path) == file->looked_at) continue;
    const bool was_in_use = file->state.in_use;
    if (!load(*file)) continue;
    const std::lock_guard lock(mutex_);
    counters_.files_in_use += was_in_use ? 0 : 1;
    messages_.push_back("GeoIP database " + file->state.path + " was replaced; the new one is in use");
  }
}

void PlaceDatabase::watch() {
  if (files_.empty() || watcher_.joinable()) return;
  watcher_ = std::thread([this] {
    std::unique_lock lock(mutex_);
    while (!stop_bell_.wait_for(lock, kWatchPeriod, [this] { return stopping_; })) {
      lock.unlock();
      reload_changed();
      lock.lock();
    }
  });
}

Place PlaceDatabase::find(const IpAddress& address) const {
  Place place;
  std::string code;
  for (const auto& file : files_) {
    if (file->database == nullptr) continue;
    MmdbRecord record = file->database->lookup(address);
    if (place.region == kRegionUnknown) place.region = countries_.find(record.country);
    if (place.city.empty()) place.city = std::move(record.city);
    if (place.asn == 0) {
      place.asn = record.asn;
      place.as_organization = std::move(record.as_organization);
    }
    if (!place.has_coordinates && record.has_coordinates) {
      place.has_coordinates = true;
      place.latitude_degrees = record.latitude_degrees;
      place.longitude_degrees = record.longitude_degrees;
    }
  }
  if (!place.has_coordinates && place.region >= kFirstCountry) {
    const Region& country = countries_.regions()[place.region];
    place.has_coordinates = place.coordinates_of_country = true;
    place.latitude_degrees = country.latitude_degrees;
    place.longitude_degrees = country.longitude_degrees;
  }
  return place;
}

Place PlaceDatabase::lookup(const IpAddress& address) {
  Place place;
  place.special = special_address_kind(address);
  place.region = CountryTable::region_of(place.special);
  if (place.special != SpecialAddressKind::kNone || files_.empty()) return place;
  const std::lock_guard lock(mutex_);
  return remembered(address);
}

PlaceSummary PlaceDatabase::summary(const IpAddress& address) {
  const SpecialAddressKind special = special_address_kind(address);
  if (special != SpecialAddressKind::kNone || files_.empty()) return {CountryTable::region_of(special), 0};
  const std::lock_guard lock(mutex_);
  const Place& place = remembered(address);
  return {place.region, place.asn};
}

const Place& PlaceDatabase::remembered(const IpAddress& address) {
  const IpAddress meant = address_to_place(address);
  if (const Place* known = cache_->find(meant)) return *known;
  return cache_->add(meant, find(meant));
}

std::vector<PlaceFileState> PlaceDatabase::states() const {
  const std::lock_guard lock(mutex_);
  std::vector<PlaceFileState> states;
  for (const auto& file : files_) states.push_back(file->state);
  return states;
}

PlaceCounters PlaceDatabase::counters() const {
  const std::lock_guard lock(mutex_);
  return counters_;
}

std::vector<std::string> PlaceDatabase::take_messages() {
  const std::lock_guard lock(mutex_);
  return std::exchange(messages_, {});
}

}  // namespace netpulse
