#include "engine/source/af_xdp_socket.h"

#include <sys/resource.h>
#include <sys/socket.h>
#include <xdp/xsk.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "engine/base/page_memory.h"

namespace netpulse {
namespace {

// linux/if_xdp.h of Linux 6.6; older ones do without.
constexpr std::uint16_t kBindInParts = 1 << 4;          // XDP_USE_SG
constexpr std::uint32_t kDescriptorContinued = 1 << 0;  // XDP_PKT_CONTD

constexpr std::uint32_t kCompletionRingFrames = 64;  // for sending, which we do not; there must be one
constexpr std::uint32_t kPrefetchFrames = 16;        // ahead of the one that is taken
constexpr std::uint16_t kLinkTypeEthernet = 1;
constexpr std::uint64_t kChainCookie = std::uint64_t{1} << 47;

/// The shared memory counts against RLIMIT_MEMLOCK, unless the process has CAP_IPC_LOCK.
void raise_locked_memory_limit() noexcept {
  rlimit limit{RLIM_INFINITY, RLIM_INFINITY};
  if (setrlimit(RLIMIT_MEMLOCK, &limit) == 0 || getrlimit(RLIMIT_MEMLOCK, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_MEMLOCK, &limit);
}

Error refused(const AfXdpSocketRequest& request, int error) {
  const std::string who = request.interface;
  if (error == EPERM || error == EACCES) return {no_af_xdp_permission(who, std::strerror(error))};
  if (error == ENOBUFS || error == ENOMEM)
    return {who +
            ": the memory shared with the kernel is over the limit for locked memory; raise it (ulimit -l unlimited, "
            "LimitMEMLOCK=infinity in a systemd unit), or run once: sudo setcap "
            "cap_net_raw,cap_net_admin,cap_bpf,cap_ipc_lock=eip on netpulse, or lower frames in [capture.af_xdp]"};
  if (error == EBUSY)
    return {who + ": another AF_XDP socket has queue " + std::to_string(request.queue) +
            "; end the program that has it (ss --xdp -p shows it), or use --backend pcap"};
  return {who + ": queue " + std::to_string(request.queue) + " gets no AF_XDP socket: " + std::strerror(error) +
          "; use --backend pcap"};
}

}  // namespace

struct AfXdpSocket::State {
  AfXdpOptions options;
  std::uint32_t snap_length_bytes = 0;
  bool zero_copy = false, in_parts = false;
  PageMemory frames;
  xsk_ring_prod fill{};
  xsk_ring_cons completion{}, received{};
  xsk_umem* umem = nullptr;
  xsk_socket* socket = nullptr;
  int descriptor = -1;
  std::uint32_t given_back = 0;  // in the fill ring, not yet shown to the kernel
  std::uint64_t mark = 0;
  double backlog = 0;

  ~State() {
    if (socket != nullptr) xsk_socket__delete(socket);
    if (umem != nullptr) xsk_umem__delete(umem);
  }

  int create_memory() {
    frames = PageMemory(std::size_t{options.frames} * options.frame_bytes, PageMemory::Pages::kHuge);
    xsk_umem_config config{};
    // The kernel shows what it took from the ring only when it has taken all that it saw there, which may be each
    // frame; as many may have been given back by then.
    config.fill_size = options.frames * 2;
    config.comp_size = kCompletionRingFrames;
    config.frame_size = options.frame_bytes;
    config.frame_headroom = sizeof(AfXdpStamp);  // in one cache line with the frame's first headers
    return xsk_umem__create(&umem, frames.data(), std::uint64_t{options.frames} * options.frame_bytes, &fill,
                            &completion, &config);
  }

  int create_socket(const AfXdpSocketRequest& request, std::uint16_t bind_flags) {
    xsk_socket_config config{};
    config.rx_size = options.receive_ring_frames;
    config.libxdp_flags = XSK_LIBXDP_FLAGS__INHIBIT_PROG_LOAD;
    config.bind_flags = bind_flags;
    return xsk_socket__create(&socket, request.interface.c_str(), request.queue, umem, &received, nullptr, &config);
  }

  void begin(std::uint16_t bind_flags) {
    descriptor = xsk_socket__fd(socket);
    in_parts = (bind_flags & kBindInParts) != 0;
    xdp_options found{};
    socklen_t size = sizeof found;
    zero_copy =
        getsockopt(descriptor, SOL_XDP, XDP_OPTIONS, &found, &size) == 0 && (found.flags & XDP_OPTIONS_ZEROCOPY) != 0;
    for (std::uint32_t frame = 0; frame < options.frames; ++frame) put_back(std::uint64_t{frame} * options.frame_bytes);
    show();
  }

  int set_busy_polling() const {
    if (options.busy_poll_microseconds == 0) return 0;
    const std::array<std::pair<int, int>, 3> settings{
        {{SO_PREFER_BUSY_POLL, 1},
         {SO_BUSY_POLL, static_cast<int>(options.busy_poll_microseconds)},
         {SO_BUSY_POLL_BUDGET, static_cast<int>(options.busy_poll_packets)}}};
    for (const auto& [name, value] : settings)
      if (setsockopt(descriptor, SOL_SOCKET, name, &value, sizeof value) != 0) return -errno;
    return 0;
  }

  const std::uint8_t* at(std::uint64_t address) const noexcept {
    return static_cast<const std::uint8_t*>(frames.data()) + address;
  }

  /// There is room for each frame twice.
  void put_back(std::uint64_t address) noexcept {
    std::uint32_t index = 0;
    const std::uint32_t reserved = xsk_ring_prod__reserve(&fill, 1, &index);
    NP_ASSERT(reserved == 1);
    *xsk_ring_prod__fill_addr(&fill, index) = address & ~std::uint64_t{options.frame_bytes - 1};
    ++given_back;
  }
  void show() noexcept {
    if (given_back != 0) xsk_ring_prod__submit(&fill, std::exchange(given_back, 0));
  }

  /// Descriptors from index on that make one frame; 0 if its end is not there yet.
  std::uint32_t parts_at(std::uint32_t index, std::uint32_t available) const noexcept {
    for (std::uint32_t parts = 1; parts <= available; ++parts)
      if ((descriptor_at(index + parts - 1).options & kDescriptorContinued) == 0) return parts;
    return 0;
  }

  const xdp_desc& descriptor_at(std::uint32_t index) const noexcept {
    return *xsk_ring_cons__rx_desc(&received, index);
  }

  std::uint64_t stamp_at(std::uint32_t index) const noexcept {
    AfXdpStamp stamp;
    std::memcpy(&stamp, at(descriptor_at(index).addr) - sizeof stamp, sizeof stamp);
    return stamp.mark == mark ? stamp.monotonic_ns : 0;
  }

  void lend(std::uint32_t index, RawPacket& packet) const noexcept {
    const xdp_desc& frame = descriptor_at(index);
    packet.data = at(frame.addr);
    packet.wire_bytes = frame.len;
    packet.captured_bytes = std::min(packet.wire_bytes, snap_length_bytes);
    packet.cookie = frame.addr;
  }

  void put_together(std::uint32_t index, std::uint32_t parts, std::uint32_t slot, ChainMemory& chains,
                    RawPacket& packet) noexcept {
    const std::uint32_t captured_max = std::min<std::uint32_t>(snap_length_bytes, ChainMemory::kSlotBytes);
    packet.data = chains.at(slot);
    packet.captured_bytes = packet.wire_bytes = 0;
    packet.cookie = kChainCookie | slot;
    for (std::uint32_t i = 0; i < parts; ++i) {
      const xdp_desc part = descriptor_at(index + i);
      const std::uint32_t bytes = std::min(part.len, captured_max - packet.captured_bytes);
      std::memcpy(chains.at(slot) + packet.captured_bytes, at(part.addr), bytes);
      packet.captured_bytes += bytes;
      packet.wire_bytes += part.len;
      put_back(part.addr);
    }
  }
};

AfXdpSocket::AfXdpSocket(std::unique_ptr<State> state) : state_(std::move(state)) {}
AfXdpSocket::~AfXdpSocket() = default;

Result<std::unique_ptr<AfXdpSocket>> AfXdpSocket::open(const AfXdpSocketRequest& request) {
  raise_locked_memory_limit();
  struct Attempt {
    bool zero_copy;
    std::uint16_t flags;
  };
  // Frames in parts cost a copy, but a frame that does not fit is lost otherwise.
  const bool fits = request.frame_bytes_max <= request.options.frame_bytes - kHeadroomBytes;
  constexpr std::array<Attempt, 4> kAttempts{
      {{true, XDP_ZEROCOPY | kBindInParts}, {true, XDP_ZEROCOPY}, {false, XDP_COPY | kBindInParts}, {false, XDP_COPY}}};
  int error = 0;
  for (const Attempt& attempt : kAttempts) {
    if (attempt.zero_copy && !(request.native && request.options.zero_copy)) continue;
    if (attempt.flags == XDP_ZEROCOPY && !fits) continue;
    auto state = std::make_unique<State>();
    state->options = request.options;
    state->snap_length_bytes = request.snap_length_bytes;
    state->mark = request.mark;
    // Without memory there is none for the next attempt either.
    if (error = state->create_memory(); error != 0) break;
    error = state->create_socket(request, static_cast<std::uint16_t>(attempt.flags | XDP_USE_NEED_WAKEUP));
    if (error != 0) continue;
    state->begin(attempt.flags);
    if (error = state->set_busy_polling(); error != 0)
      return Error{request.interface + ": busy polling is refused: " + std::strerror(-error) +
                   "; set busy_poll_microseconds = 0 in [capture.af_xdp]"};
    return std::unique_ptr<AfXdpSocket>(new AfXdpSocket(std::move(state)));
  }
  return refused(request, -error);
}

void AfXdpSocket::look() noexcept {
  State& state = *state_;
  if (state.options.busy_poll_microseconds != 0 || xsk_ring_prod__needs_wakeup(&state.fill) != 0)
    recvfrom(state.descriptor, nullptr, 0, MSG_DONTWAIT, nullptr, nullptr);
  xsk_ring_cons& ring = state.received;
  ring.cached_prod = __atomic_load_n(ring.producer, __ATOMIC_ACQUIRE);
  state.backlog = static_cast<double>(ring.cached_prod - ring.cached_cons) / ring.size;
}

std::uint64_t AfXdpSocket::next_ns() const noexcept {
  const xsk_ring_cons& ring = state_->received;
  return ring.cached_prod == ring.cached_cons ? kEmpty : state_->stamp_at(ring.cached_cons);
}

std::size_t AfXdpSocket::receive(std::span<RawPacket> out, std::uint64_t until_ns, ChainMemory& chains) noexcept {
  State& state = *state_;
  xsk_ring_cons& ring = state.received;
  const std::uint32_t available = ring.cached_prod - ring.cached_cons;
  std::size_t count = 0;
  std::uint32_t taken = 0;
  for (; count < out.size() && taken < available; ++count) {
    const std::uint32_t index = ring.cached_cons + taken;
    if (taken + kPrefetchFrames < available)
      __builtin_prefetch(state.at(state.descriptor_at(index + kPrefetchFrames).addr) - sizeof(AfXdpStamp));
    const std::uint64_t stamp = state.stamp_at(index);
    if (stamp > until_ns) break;
    const std::uint32_t parts = state.parts_at(index, available - taken);
    if (parts == 1) [[likely]] {
      state.lend(index, out[count]);
    } else {
      const std::uint32_t slot = parts == 0 ? ChainMemory::kNoSlot : chains.take();
      if (slot == ChainMemory::kNoSlot) break;
      state.put_together(index, parts, slot, chains, out[count]);
    }
    out[count].received_at = {static_cast<std::int64_t>(stamp)};
    out[count].link_type = kLinkTypeEthernet;
    taken += parts;
  }
  if (taken == 0) return 0;
  ring.cached_cons += taken;
  xsk_ring_cons__release(&ring, taken);
  state.show();
  return count;
}

void AfXdpSocket::give_back(std::uint64_t cookie, ChainMemory& chains) noexcept {
  if ((cookie & kChainCookie) != 0)
    chains.give_back(static_cast<std::uint32_t>(cookie ^ kChainCookie));
  else
    state_->put_back(cookie);
}

void AfXdpSocket::submit() noexcept { state_->show(); }

int AfXdpSocket::descriptor() const noexcept { return state_->descriptor; }
bool AfXdpSocket::zero_copy() const noexcept { return state_->zero_copy; }
bool AfXdpSocket::frames_in_parts() const noexcept { return state_->in_parts; }
double AfXdpSocket::backlog_ratio() const noexcept { return state_->backlog; }

SourceStats AfXdpSocket::drops() const noexcept {
  SourceStats stats;
  xdp_statistics found{};
  socklen_t size = sizeof found;
  if (getsockopt(state_->descriptor, SOL_XDP, XDP_STATISTICS, &found, &size) != 0) return stats;
  stats.dropped_by(SourceDrop::kRingFull) = found.rx_ring_full;
  stats.dropped_by(SourceDrop::kInvalidDescriptor) = found.rx_invalid_descs;
  // In copy mode a packet that finds no free frame is in both counters. In zero-copy mode the card's driver asks ahead
  // of packets, and again: that is no count of packets, and those that the card then misses are in its own counters.
  if (!state_->zero_copy)
    stats.dropped_by(SourceDrop::kFillRingEmpty) = std::min(found.rx_fill_ring_empty_descs, found.rx_dropped);
  stats.dropped_by(SourceDrop::kSocketRefused) = found.rx_dropped - stats.dropped_by(SourceDrop::kFillRingEmpty);
  return stats;
}

}  // namespace netpulse
