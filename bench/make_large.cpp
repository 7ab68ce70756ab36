// make_large: large captures for bench/compare out of the project's own small ones (tests/captures).
//   make_large mix   OUT PACKETS FILE...   whole captures again and again, each copy with a client of its own
//   make_large tls   OUT FLOWS   FILE...   TLS conversations, each copy with a client and a server name of its own
//   make_large dns   OUT PAIRS   FILE...   DNS over UDP, each copy with a client and a name of its own
//   make_large small OUT PACKETS FLOWS     60-byte UDP frames (64 with the check sum), the flows in random order
// Input: classic little-endian pcap of Ethernet, microseconds. Copies overlap in time, so that flows interleave as on a
// real link. Fixed seed: the same arguments make the same file.

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <queue>
#include <random>
#include <string>
#include <tuple>
#include <vector>

namespace {

using Byte = std::uint8_t;

constexpr std::size_t kFileHeaderBytes = 24;
constexpr std::size_t kFrameHeaderBytes = 16;
constexpr std::size_t kEthernetBytes = 14;
constexpr std::uint64_t kStartMicroseconds = 1'700'000'000'000'000;
constexpr std::uint64_t kSpanMicroseconds = 60'000'000;

/// A frame of a small capture, and where its parts are; 0: no such part.
struct Frame {
  std::vector<Byte> bytes;
  std::uint64_t microseconds = 0;
  std::size_t ip = 0, transport = 0, payload = 0;
  Byte ip_version = 0, protocol = 0;
  std::size_t name = 0, name_size = 0;  ///< a name that copies vary
};

/// Frames that belong together: a whole capture, or one conversation.
struct Template {
  std::vector<Frame> frames;
};

[[noreturn]] void fail(const std::string& message) {
  std::fprintf(stderr, "make_large: %s\n", message.c_str());
  std::exit(1);
}

std::uint16_t read16(const Byte* at) { return static_cast<std::uint16_t>(at[0] << 8 | at[1]); }

std::uint32_t read32_little(const Byte* at) {
  std::uint32_t value = 0;
  std::memcpy(&value, at, sizeof value);
  return value;
}

void locate(Frame& frame) {
  const auto& b = frame.bytes;
  if (b.size() < kEthernetBytes + 20) return;
  const std::uint16_t type = read16(&b[12]);
  const std::size_t ip = kEthernetBytes;
  std::size_t end = b.size();
  if (type == 0x0800) {
    const std::size_t header = static_cast<std::size_t>(b[ip] & 15) * 4;
    if ((read16(&b[ip + 6]) & 0x1fff) != 0) return;
    frame.ip_version = 4;
    frame.protocol = b[ip + 9];
    frame.transport = ip + header;
    end = std::min(end, ip + read16(&b[ip + 2]));
  } else if (type == 0x86dd && b.size() >= ip + 40) {
    frame.ip_version = 6;
    frame.protocol = b[ip + 6];
    frame.transport = ip + 40;
    end = std::min(end, ip + 40 + read16(&b[ip + 4]));
  } else {
    return;
  }
  frame.ip = ip;
  const std::size_t header = frame.protocol == 6 && frame.transport + 20 <= end
                                 ? static_cast<std::size_t>(b[frame.transport + 12] >> 4) * 4
                                 : std::size_t{8};
  if ((frame.protocol == 6 || frame.protocol == 17) && frame.transport + header < end)
    frame.payload = frame.transport + header;
}

std::vector<Frame> read_capture(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::vector<Byte> data{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (data.size() < kFileHeaderBytes || read32_little(data.data()) != 0xa1b2c3d4 || read32_little(&data[20]) != 1)
    fail(path + ": not a microsecond little-endian pcap of Ethernet");
  std::vector<Frame> frames;
  for (std::size_t at = kFileHeaderBytes; at + kFrameHeaderBytes <= data.size();) {
    const std::size_t captured = read32_little(&data[at + 8]);
    if (at + kFrameHeaderBytes + captured > data.size()) break;
    Frame frame;
    frame.microseconds = std::uint64_t{read32_little(&data[at])} * 1'000'000 + read32_little(&data[at + 4]);
    const auto begin = data.begin() + static_cast<std::ptrdiff_t>(at + kFrameHeaderBytes);
    frame.bytes.assign(begin, begin + static_cast<std::ptrdiff_t>(captured));
    locate(frame);
    frames.push_back(std::move(frame));
    at += kFrameHeaderBytes + captured;
  }
  return frames;
}

/// server_name of a ClientHello that lies whole in one frame (RFC 8446 section 4.1.2, RFC 6066 section 3).
void find_server_name(Frame& frame) {
  const auto& b = frame.bytes;
  std::size_t at = frame.payload;
  const auto has = [&](std::size_t more) { return at + more <= b.size(); };
  if (frame.protocol != 6 || at == 0 || !has(44) || b[at] != 22 || b[at + 5] != 1) return;
  at += 43;
  at += 1u + b[at];
  if (!has(2)) return;
  at += 2u + read16(&b[at]);
  if (!has(1)) return;
  at += 1u + b[at] + 2;
  while (has(4)) {
    const std::size_t type = read16(&b[at]), size = read16(&b[at + 2]);
    if (type == 0 && size > 5 && has(4 + size)) {
      frame.name = at + 9;
      frame.name_size = size - 5;
      return;
    }
    at += 4 + size;
  }
}

/// The question's name (RFC 1035 section 4.1.2), with its length octets.
void find_question(Frame& frame) {
  const auto& b = frame.bytes;
  if (frame.protocol != 17 || frame.payload == 0 || frame.payload + 17 > b.size()) return;
  if (read16(&b[frame.transport]) != 53 && read16(&b[frame.transport + 2]) != 53) return;
  std::size_t end = frame.payload + 12;
  while (end < b.size() && b[end] != 0 && b[end] < 64) end += 1u + b[end];
  if (end >= b.size()) return;
  frame.name = frame.payload + 12;
  frame.name_size = end - frame.name;
}

/// Conversations of the captures, by address and port pair, for which keep(frames) holds.
template <class Keep>
std::vector<Template> conversations(const std::vector<std::string>& paths, Byte protocol, Keep keep) {
  std::vector<Template> out;
  for (const auto& path : paths) {
    std::map<std::pair<std::string, std::string>, Template> found;
    for (auto& frame : read_capture(path)) {
      if (frame.protocol != protocol || frame.transport + 4 > frame.bytes.size()) continue;
      const std::size_t address = frame.ip_version == 4 ? 4 : 16, from = frame.ip + (frame.ip_version == 4 ? 12 : 8);
      const auto part = [&](std::size_t at, std::size_t size) {
        return std::string(&frame.bytes[at], &frame.bytes[at] + size);
      };
      auto a = part(from, address), b = part(from + address, address);
      const std::string a_port = part(frame.transport, 2), b_port = part(frame.transport + 2, 2);
      a += a_port;
      b += b_port;
      if (b < a) std::swap(a, b);
      protocol == 6 ? find_server_name(frame) : find_question(frame);
      found[{a, b}].frames.push_back(std::move(frame));
    }
    for (auto& [ends, candidate] : found)
      if (keep(candidate.frames)) out.push_back(std::move(candidate));
  }
  if (out.empty()) fail("no such conversations in these captures");
  return out;
}

/// Letters of the name become the digits of number, so that every copy asks for another name of the same length.
void vary_name(Byte* name, std::size_t size, std::uint64_t number) {
  for (std::size_t i = 0; i < size && number != 0; ++i)
    if (name[i] >= 'a' && name[i] <= 'z') {
      name[i] = static_cast<Byte>('a' + (static_cast<std::uint64_t>(name[i] - 'a') + number) % 26);
      number /= 26;
    }
}

/// The end in the clients' network (10.20.0.0/16, fd00:20::/32) that is not the server or resolver becomes client
/// number.
void vary_client(Frame& frame, std::uint64_t number) {
  const auto n = static_cast<std::uint32_t>(number);
  Byte* ip = &frame.bytes[frame.ip];
  if (frame.ip_version == 4) {
    for (const std::size_t at : {std::size_t{12}, std::size_t{16}})
      if (ip[at] == 10 && ip[at + 1] == 20 && ip[at + 3] == 2) {
        const std::array<Byte, 4> client{static_cast<Byte>(11 + (n >> 22) % 80), static_cast<Byte>(n >> 14),
                                         static_cast<Byte>(n >> 6), static_cast<Byte>((n & 63) * 4 + 1)};
        std::copy(client.begin(), client.end(), ip + at);
      }
    ip[10] = ip[11] = 0;
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i < static_cast<std::size_t>(ip[0] & 15) * 4; i += 2) sum += read16(ip + i);
    while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
    ip[10] = static_cast<Byte>(~sum >> 8);
    ip[11] = static_cast<Byte>(~sum);
  } else {
    for (const std::size_t at : {std::size_t{8}, std::size_t{24}})
      if (ip[at] == 0xfd && ip[at + 15] == 2)
        for (std::size_t i = 0; i < 4; ++i) ip[at + 8 + i] = static_cast<Byte>(n >> (24 - 8 * i));
  }
}

class Writer {
 public:
  explicit Writer(const std::string& path) : file_(std::fopen(path.c_str(), "wb")), buffer_(1 << 20) {
    if (!file_) fail("cannot write " + path);
    std::setvbuf(file_.get(), buffer_.data(), _IOFBF, buffer_.size());
    const std::array<std::uint32_t, 6> header{0xa1b2c3d4, 0x00040002, 0, 0, 262144, 1};
    put(header.data(), sizeof header);
  }
  void frame(const std::vector<Byte>& bytes, std::uint64_t microseconds) {
    const auto size = static_cast<std::uint32_t>(bytes.size());
    const std::array<std::uint32_t, 4> header{static_cast<std::uint32_t>(microseconds / 1'000'000),
                                              static_cast<std::uint32_t>(microseconds % 1'000'000), size, size};
    put(header.data(), sizeof header);
    put(bytes.data(), bytes.size());
  }
  void close() {
    if (std::fclose(file_.release()) != 0) fail("the disk is full");
  }

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  void put(const void* data, std::size_t size) {
    if (std::fwrite(data, 1, size, file_.get()) != size) fail("the disk is full");
  }
  std::unique_ptr<std::FILE, Close> file_;
  std::vector<char> buffer_;
};

/// copies of the templates in turn, begun evenly over the span, merged by time.
void replicate(const std::vector<Template>& templates, std::uint64_t copies, const std::string& path) {
  Writer writer(path);
  struct Next {
    std::uint64_t microseconds, copy;
    std::size_t index;
    bool operator>(const Next& other) const {
      return std::tie(microseconds, copy) > std::tie(other.microseconds, other.copy);
    }
  };
  std::priority_queue<Next, std::vector<Next>, std::greater<>> next;
  const auto begin_of = [&](std::uint64_t copy) { return kStartMicroseconds + copy * kSpanMicroseconds / copies; };
  Frame frame;
  for (std::uint64_t copy = 0; copy < copies || !next.empty();) {
    if (copy < copies && (next.empty() || begin_of(copy) <= next.top().microseconds)) {
      next.push({begin_of(copy), copy, 0});
      ++copy;
      continue;
    }
    const Next now = next.top();
    next.pop();
    const auto& frames = templates[now.copy % templates.size()].frames;
    frame = frames[now.index];
    if (frame.ip != 0) vary_client(frame, now.copy);
    if (frame.name != 0) vary_name(&frame.bytes[frame.name], frame.name_size, now.copy);
    writer.frame(frame.bytes, now.microseconds);
    if (now.index + 1 < frames.size())
      next.push(
          {begin_of(now.copy) + frames[now.index + 1].microseconds - frames[0].microseconds, now.copy, now.index + 1});
  }
  writer.close();
}

void mix(const std::string& path, std::uint64_t packets, const std::vector<std::string>& captures) {
  std::vector<Template> templates;
  std::uint64_t per_round = 0;
  for (const auto& capture : captures) {
    templates.push_back({read_capture(capture)});
    per_round += templates.back().frames.size();
  }
  replicate(templates, std::max<std::uint64_t>(1, packets * templates.size() / per_round), path);
}

void small(const std::string& path, std::uint64_t packets, std::uint64_t flows) {
  Writer writer(path);
  std::mt19937_64 random(1);
  Frame frame;
  frame.bytes.assign(60, 0);
  frame.ip = kEthernetBytes;
  frame.ip_version = 4;
  const std::array<Byte, 24> ip{0x45, 0,  0, 46, 0,   0,  0, 0, 64, 17, 0,    0,
                                10,   20, 0, 2,  198, 18, 0, 1, 0,  0,  0x13, 0x88};
  frame.bytes[12] = 8;
  for (std::uint64_t i = 0; i < packets; ++i) {
    const std::uint64_t flow = random() % flows;
    std::copy(ip.begin(), ip.end(), frame.bytes.begin() + kEthernetBytes);
    frame.bytes[kEthernetBytes + 20] = static_cast<Byte>(0x80 | (flow & 0x7f));
    frame.bytes[kEthernetBytes + 21] = static_cast<Byte>(flow >> 7);
    frame.bytes[kEthernetBytes + 25] = 26;
    vary_client(frame, flow);
    writer.frame(frame.bytes, kStartMicroseconds + i * kSpanMicroseconds / packets);
  }
  writer.close();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) fail("usage: make_large mix|tls|dns|small OUT COUNT FILE...|FLOWS");
  const std::string kind = argv[1], out = argv[2];
  const std::uint64_t count = std::strtoull(argv[3], nullptr, 10);
  const std::vector<std::string> rest(argv + 4, argv + argc);
  if (count == 0) fail("COUNT must be a positive number");
  const auto named = [](const std::vector<Frame>& frames) {
    return std::any_of(frames.begin(), frames.end(), [](const Frame& f) { return f.name_size >= 8; });
  };
  if (kind == "mix")
    mix(out, count, rest);
  else if (kind == "tls")
    replicate(conversations(rest, 6, named), count, out);
  else if (kind == "dns")
    replicate(conversations(rest, 17, [&](const auto& f) { return f.size() == 2 && named(f); }), count, out);
  else if (kind == "small")
    small(out, count, std::max<std::uint64_t>(1, std::strtoull(rest[0].c_str(), nullptr, 10)));
  else
    fail("no such kind: " + kind);
  return 0;
}
