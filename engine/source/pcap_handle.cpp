#include "engine/source/pcap_handle.h"

#include <net/if.h>
#include <pcap/pcap.h>

#ifdef __linux__
#include <linux/if_packet.h>
#include <sys/socket.h>
#endif

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

#include "engine/source/capture_rights.h"
#include "engine/source/interface_list.h"
#include "engine/source/record_reader.h"

namespace netpulse {
namespace {

using Clock = std::chrono::steady_clock;
using PcapPointer = std::unique_ptr<pcap_t, decltype(&pcap_close)>;

constexpr int kRingTimeoutMilliseconds = 4;  // a block of the ring that is not full is handed over after this
constexpr auto kReopenInterval = std::chrono::milliseconds(500);
constexpr auto kSameLoss = std::chrono::milliseconds(200);

/// LINKTYPE_* of libpcap's own number; see dlt_of in bpf_filter.cpp for why they differ.
std::uint16_t link_type_of(int dlt) noexcept {
  constexpr std::uint16_t kRaw = 101;
  return dlt == DLT_RAW ? kRaw : link_type_from_field(static_cast<std::uint32_t>(dlt));
}

std::string open_failure(pcap_t* handle, int status, const std::string& interface) {
  const char* detail = pcap_geterr(handle);
  // Without rights libpcap does not get as far as looking for the interface.
  const bool denied = status == PCAP_ERROR_PERM_DENIED || status == PCAP_ERROR_PROMISC_PERM_DENIED;
  if (denied && interface != "any" && if_nametoindex(interface.c_str()) == 0) status = PCAP_ERROR_NO_SUCH_DEVICE;
  switch (status) {
    case PCAP_ERROR_NO_SUCH_DEVICE: {
      const auto listed = list_interfaces();
      return no_such_interface(interface, listed ? listed.value() : std::vector<InterfaceInfo>{});
    }
    case PCAP_ERROR_PERM_DENIED:
    case PCAP_ERROR_PROMISC_PERM_DENIED:
      return no_permission(interface, {Capability::kNetRaw, Capability::kNetAdmin}, detail);
    case PCAP_ERROR_IFACE_NOT_UP:
      return interface + ": the interface is down; bring it up with: sudo ip link set " + interface + " up";
    case PCAP_ERROR:
      return interface + ": " + detail;
    default:
      return interface + ": " + pcap_statustostr(status) + (*detail != '\0' ? std::string(": ") + detail : "");
  }
}

Result<PcapPointer> open_pcap(const std::string& interface, const CaptureOptions& options, std::uint64_t buffer_bytes) {
  std::array<char, PCAP_ERRBUF_SIZE> message{};
  PcapPointer handle(pcap_create(interface.c_str(), message.data()), &pcap_close);
  if (!handle) return Error{interface + ": " + message.data()};
  pcap_set_snaplen(handle.get(), static_cast<int>(options.snap_length_bytes));
  pcap_set_promisc(handle.get(), options.promiscuous ? 1 : 0);
  pcap_set_timeout(handle.get(), kRingTimeoutMilliseconds);
  pcap_set_buffer_size(handle.get(), static_cast<int>(buffer_bytes));
  pcap_set_tstamp_precision(handle.get(), PCAP_TSTAMP_PRECISION_NANO);  // else microseconds: asked for below
  const int status = pcap_activate(handle.get());
  if (status < 0) return Error{open_failure(handle.get(), status, interface)};
  if (pcap_setnonblock(handle.get(), 1, message.data()) != 0) return Error{interface + ": " + message.data()};
  if (!options.filter.empty()) {
    bpf_program program{};
    if (pcap_compile(handle.get(), &program, options.filter.c_str(), 1, PCAP_NETMASK_UNKNOWN) != 0)
      return Error{"filter \"" + options.filter + "\": " + pcap_geterr(handle.get())};
    const int set = pcap_setfilter(handle.get(), &program);
    pcap_freecode(&program);
    if (set != 0) return Error{interface + ": filter \"" + options.filter + "\": " + pcap_geterr(handle.get())};
  }
  return handle;
}

}  // namespace

#ifdef __linux__
bool FanOutGroup::available() noexcept { return true; }

Result<void> FanOutGroup::join(int descriptor) {
  constexpr int kUniqueId = 0x2000;  // PACKET_FANOUT_FLAG_UNIQUEID, Linux 4.12
  const std::lock_guard lock(mutex_);
  int argument = PACKET_FANOUT_HASH << 16 | (chosen_ ? int{id_} : kUniqueId << 16);
  if (setsockopt(descriptor, SOL_PACKET, PACKET_FANOUT, &argument, sizeof argument) != 0)
    return Error{std::string("packet fan-out failed: ") + std::strerror(errno)};
  socklen_t size = sizeof argument;
  if (!chosen_ && getsockopt(descriptor, SOL_PACKET, PACKET_FANOUT, &argument, &size) == 0) {
    id_ = static_cast<std::uint16_t>(argument & 0xffff);
    chosen_ = true;
  }
  return {};
}
#else
bool FanOutGroup::available() noexcept { return false; }
Result<void> FanOutGroup::join(int) { return Error{"packet fan-out exists on Linux only"}; }
#endif

struct PcapHandle::State {
  std::string interface;
  CaptureOptions options;
  std::uint64_t buffer_bytes = 0;
  std::shared_ptr<FanOutGroup> group;

  PcapPointer pcap{nullptr, &pcap_close};
  std::uint16_t link_type = 1;
  std::int64_t nanoseconds_per_fraction = 1;
  Clock::time_point next_attempt;
  WrappingCounter dropped_kernel, dropped_interface;
  std::uint64_t losses = 0;
  Clock::time_point last_loss;

  Result<void> start() {
    auto opened = open_pcap(interface, options, buffer_bytes);
    if (!opened) return opened.error();
    PcapPointer handle = std::move(opened).value();
    if (group)
      if (auto joined = group->join(pcap_fileno(handle.get())); !joined)
        return Error{interface + ": " + joined.error().message};
    pcap = std::move(handle);
    link_type = link_type_of(pcap_datalink(pcap.get()));
    nanoseconds_per_fraction = pcap_get_tstamp_precision(pcap.get()) == PCAP_TSTAMP_PRECISION_NANO ? 1 : 1000;
    dropped_kernel.restart();
    dropped_interface.restart();
    return {};
  }

  void close() noexcept {
    update_drops();
    note_loss();
    pcap.reset();
    next_attempt = Clock::now() + kReopenInterval;
  }

  void reopen() {
    if (Clock::now() < next_attempt) return;
    next_attempt = Clock::now() + kReopenInterval;
    if (const auto started = start(); !started) return;
    next_attempt = {};
  }

  /// An interface that is removed goes down first: both are one loss.
  void note_loss() noexcept {
    const Clock::time_point now = Clock::now();
    if (losses == 0 || now - last_loss > kSameLoss) ++losses;
    last_loss = now;
  }

  void update_drops() noexcept {
    pcap_stat counters{};
    if (!pcap || pcap_stats(pcap.get(), &counters) != 0) return;
    dropped_kernel.update(counters.ps_drop);
    dropped_interface.update(counters.ps_ifdrop);
  }
};

PcapHandle::PcapHandle(std::unique_ptr<State> state) : state_(std::move(state)) {}
PcapHandle::~PcapHandle() = default;

Result<std::unique_ptr<PcapHandle>> PcapHandle::open(const std::string& interface, const CaptureOptions& options,
                                                     std::uint64_t buffer_bytes, std::shared_ptr<FanOutGroup> group) {
  auto state = std::make_unique<State>();
  state->interface = interface;
  state->options = options;
  state->buffer_bytes = buffer_bytes;
  state->group = std::move(group);
  if (auto started = state->start(); !started) return started.error();
  return std::unique_ptr<PcapHandle>(new PcapHandle(std::move(state)));
}

std::size_t PcapHandle::receive(std::span<RawPacket> out, BatchArena& arena) {
  if (!state_->pcap) {
    state_->reopen();
    return 0;
  }
  struct Target {
    const State& state;
    std::span<RawPacket> out;
    BatchArena& arena;
    std::size_t count = 0;
  } target{*state_, out, arena};
  const auto copy = [](u_char* user, const pcap_pkthdr* header, const u_char* bytes) {
    auto& into = *reinterpret_cast<Target*>(user);
    if (into.count == into.out.size()) return;  // never: libpcap was told how many
    into.arena.append(bytes, header->caplen);
    RawPacket& packet = into.out[into.count++];
    packet.captured_bytes = header->caplen;
    packet.wire_bytes = std::max(header->len, header->caplen);
    packet.received_at = {std::int64_t{header->ts.tv_sec} * 1'000'000'000 +
                          std::int64_t{header->ts.tv_usec} * into.state.nanoseconds_per_fraction};
    packet.link_type = into.state.link_type;
  };
  const int status =
      pcap_dispatch(state_->pcap.get(), static_cast<int>(out.size()), copy, reinterpret_cast<u_char*>(&target));
  if (status < 0 && status != PCAP_ERROR_BREAK) state_->close();
  return target.count;
}

int PcapHandle::descriptor() const noexcept { return state_->pcap ? pcap_get_selectable_fd(state_->pcap.get()) : -1; }

void PcapHandle::note_error() noexcept { state_->note_loss(); }
void PcapHandle::update_drops() noexcept { state_->update_drops(); }
const std::string& PcapHandle::interface() const noexcept { return state_->interface; }
std::uint64_t PcapHandle::dropped_kernel_packets() const noexcept { return state_->dropped_kernel.total(); }
std::uint64_t PcapHandle::dropped_interface_packets() const noexcept { return state_->dropped_interface.total(); }
std::uint64_t PcapHandle::losses() const noexcept { return state_->losses; }

}  // namespace netpulse
