#include "engine/place/mmdb_file.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>
#include <vector>

namespace netpulse {
namespace {

constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const noexcept { return number_; }

 private:
  int number_;
};

FileIdentity identity_of(const struct stat& status) noexcept {
  return {static_cast<std::uint64_t>(status.st_dev), static_cast<std::uint64_t>(status.st_ino),
          static_cast<std::uint64_t>(status.st_size),
          status.st_mtim.tv_sec * kNanosecondsPerSecond + status.st_mtim.tv_nsec};
}

Error system_error() { return {std::strerror(errno)}; }

Result<std::vector<std::uint8_t>> read_whole(const std::string& path, FileIdentity& identity) {
  // Not to wait for the other end of a pipe that somebody named by mistake.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status {};
  if (file.get() < 0 || ::fstat(file.get(), &status) != 0) return system_error();
  identity = identity_of(status);
  if (!S_ISREG(status.st_mode)) return Error{"it is no regular file"};
  if (identity.bytes > MmdbFile::kFileBytesMax) return Error{"it is larger than 1 GiB"};
  std::vector<std::uint8_t> bytes(identity.bytes);
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t count = ::read(file.get(), bytes.data() + done, bytes.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return system_error();
    if (count == 0) return Error{"it became shorter while it was read"};
    done += static_cast<std::size_t>(count);
  }
  return bytes;
}

bool write_whole(int descriptor, Bytes bytes) noexcept {
  while (!bytes.empty()) {
    const ssize_t count = ::write(descriptor, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
  return true;
}

#ifdef __linux__
/// A nameless file in memory. Its path leads there as long as the descriptor is open.
std::pair<int, std::string> make_private_file() {
  const int descriptor = ::memfd_create("netpulse-mmdb", MFD_CLOEXEC);
  return {descriptor, "/proc/self/fd/" + std::to_string(descriptor)};
}
void forget_private_file(const std::string&) {}
#else
std::pair<int, std::string> make_private_file() {
  const char* directory = std::getenv("TMPDIR");
  std::string path = std::string(directory != nullptr ? directory : "/tmp") + "/netpulse-mmdb-XXXXXX";
  const int descriptor = ::mkstemp(path.data());
  return {descriptor, path};
}
void forget_private_file(const std::string& path) { ::unlink(path.c_str()); }
#endif

}  // namespace

FileIdentity file_identity(const std::string& path) noexcept {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 ? identity_of(status) : FileIdentity{};
}

Result<std::unique_ptr<MmdbFile>> MmdbFile::load(const std::string& path, FileIdentity& identity) {
  const auto refused = [&](const Error& error) { return Error{path + ": " + error.message}; };
  identity = file_identity(path);
  auto bytes = read_whole(path, identity);
  if (!bytes.ok()) return refused(bytes.error());
  auto summary = check_mmdb(bytes.value());
  if (!summary.ok()) return refused(summary.error());
  std::unique_ptr<MmdbFile> file(new MmdbFile(std::move(summary).value()));
  if (const auto opened = file->open(bytes.value()); !opened.ok()) return refused(opened.error());
  return file;
}

/// libmaxminddb opens paths only, and maps them: had it the user's file, whoever cuts that file short while it is in
/// use would end the process with SIGBUS. So it gets a copy that nobody else can reach, of the very bytes that were
/// checked.
Result<void> MmdbFile::open(Bytes file) {
  const auto [number, path] = make_private_file();
  const Descriptor descriptor(number);
  if (number < 0) return system_error();
  const bool written = write_whole(number, file);
  const int error = errno;
  const int status = written ? MMDB_open(path.c_str(), MMDB_MODE_MMAP, &database_) : MMDB_IO_ERROR;
  forget_private_file(path);
  if (!written) return Error{std::string("no memory for a copy of it: ") + std::strerror(error)};
  if (status != MMDB_SUCCESS) return Error{std::string("libmaxminddb refuses it: ") + MMDB_strerror(status)};
  open_ = true;
  return {};
}

MmdbFile::~MmdbFile() {
  if (open_) MMDB_close(&database_);
}

MmdbRecord MmdbFile::lookup(const IpAddress& address) const {
  sockaddr_in ipv4{};
  sockaddr_in6 ipv6{};
  const bool is_v4 = address.is_v4_mapped();
  if (is_v4) {
    ipv4.sin_family = AF_INET;
    std::memcpy(&ipv4.sin_addr, address.octets.data() + 12, 4);
  } else {
    if (summary_.ip_version == 4) return {};
    ipv6.sin6_family = AF_INET6;
    std::memcpy(&ipv6.sin6_addr, address.octets.data(), 16);
  }
  int error = MMDB_SUCCESS;
  const MMDB_lookup_result_s result = MMDB_lookup_sockaddr(
      &database_, is_v4 ? reinterpret_cast<const sockaddr*>(&ipv4) : reinterpret_cast<const sockaddr*>(&ipv6), &error);
  if (error != MMDB_SUCCESS || !result.found_entry) return {};
  return read_mmdb_record(result.entry);
}

std::string MmdbFile::contents() const {
  bool countries = false, cities = false, coordinates = false, networks = false;
  for (const std::uint32_t offset : summary_.records) {
    const MmdbRecord record = read_mmdb_record({&database_, offset});
    countries |= !record.country.empty();
    cities |= !record.city.empty();
    coordinates |= record.has_coordinates;
    networks |= record.asn != 0;
  }
  std::string text;
  const auto add = [&text](bool there, const char* what) {
    if (there) text += (text.empty() ? "" : ", ") + std::string(what);
  };
  add(countries, "countries");
  add(cities, "cities");
  add(coordinates, "coordinates");
  add(networks, "AS numbers");
  return text;
}

}  // namespace netpulse
