#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "engine/base/ip_address.h"
#include "engine/base/time.h"
#include "engine/place/country_table.h"

namespace netpulse {

/// Where an address is, as far as the databases know.
struct Place {
  SpecialAddressKind special = SpecialAddressKind::kNone;
  RegionId region = kRegionUnknown;  ///< of the database's CountryTable
  std::uint32_t asn = 0;             ///< 0: unknown
  bool has_coordinates = false;
  bool coordinates_of_country = false;  ///< the country's middle: no database had better ones
  float latitude_degrees = 0;
  float longitude_degrees = 0;
  std::string city;             ///< UTF-8 as in the file; show it through printable()
  std::string as_organization;  ///< likewise
};

/// The part of a Place that traffic is summed by.
struct PlaceSummary {
  RegionId region = kRegionUnknown;
  std::uint32_t asn = 0;
};

/// What became of one configured file.
struct PlaceFileState {
  std::string path;
  std::string error;          ///< why its newest state was refused; empty: it was not
  bool in_use = false;        ///< with an error as well: an older state is
  std::string database_type;  ///< of what is in use
  std::string description;    ///< likewise; where the file credits its makers
  std::string contents;       ///< "countries, AS numbers"; empty: nothing that netpulse shows
  Timestamp built_at;
};

/// Of all files together, since the start.
struct PlaceCounters {
  std::uint64_t files_in_use = 0;
  std::uint64_t reloads = 0;          ///< a changed file was taken
  std::uint64_t refused_reloads = 0;  ///< a changed file was bad: the older one stayed
};

/// Places of addresses, from any number of MMDB files: the first that knows a field gives it. Special addresses are
/// never looked up. Files are held in memory, and read again when they were replaced. Any thread; off the packet path.
class PlaceDatabase {
 public:
  static constexpr std::chrono::seconds kWatchPeriod{10};
  /// Places remembered; about 120 bytes each.
  static constexpr std::size_t kCachedPlacesMax = 65'536;

  /// Loads the files; what is wrong with one is in states() and messages, and it is tried again when it changes.
  PlaceDatabase(CountryTable countries, const std::vector<std::string>& paths);
  ~PlaceDatabase();
  PlaceDatabase(const PlaceDatabase&) = delete;
  PlaceDatabase& operator=(const PlaceDatabase&) = delete;

  Place lookup(const IpAddress& address);
  /// The same in short, without copies of texts: for every flow.
  PlaceSummary summary(const IpAddress& address);
  const CountryTable& countries() const noexcept { return countries_; }

  /// Looks for changed files every kWatchPeriod, on a thread of its own, until the end.
  void watch();
  /// Loads files that were replaced, came or changed since they were last looked at. A bad one leaves the older one in
  /// use. Not from two threads at once.
  void reload_changed();

  std::vector<PlaceFileState> states() const;
  PlaceCounters counters() const;
  /// What became of files since the last call: a line for the user each.
  std::vector<std::string> take_messages();

 private:
  struct File;
  class Cache;

  bool load(File& file);
  Place find(const IpAddress& address) const;
  /// address: special_address_kind() is kNone. The lock is held.
  const Place& remembered(const IpAddress& address);

  const CountryTable countries_;
  mutable std::mutex mutex_;  ///< covers all below but thread_ and what only reload_changed() touches
  std::vector<std::unique_ptr<File>> files_;
  std::unique_ptr<Cache> cache_;
  PlaceCounters counters_;
  std::vector<std::string> messages_;
  std::condition_variable stop_bell_;
  bool stopping_ = false;
  std::thread watcher_;
};

}  // namespace netpulse
