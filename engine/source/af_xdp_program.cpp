#include "engine/source/af_xdp_program.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>
#include <linux/if_link.h>
#include <sys/random.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <utility>

#include "engine/source/capture_rights.h"

namespace netpulse {
namespace {

struct Attempt {
  XdpMode mode;
  std::uint32_t load_flags;
};

std::string words(int error) { return std::strerror(error); }

Error refused(const std::string& interface, int error) {
  if (error == EPERM || error == EACCES) return {no_af_xdp_permission(interface, words(error))};
  return {interface + ": no XDP program can be attached: " + words(error) + "; use --backend pcap"};
}

/// A number that no frame's bytes can be mistaken for, since nobody outside knows it.
Result<std::uint64_t> new_mark() {
  std::uint64_t mark = 0;
  if (getrandom(&mark, sizeof mark, 0) != sizeof mark) return Error{"no random number: " + words(errno)};
  return mark;
}

/// Writes an AfXdpStamp before the frame if the driver leaves room there, then does
/// return bpf_redirect_map(sockets, ctx->rx_queue_index, XDP_PASS): the last argument is what happens to frames of a
/// queue without a socket. Instructions: Documentation/bpf/standardization/instruction-set.rst of Linux.
std::array<bpf_insn, 20> program_of(int map, std::uint64_t mark) {
  constexpr std::uint8_t kLoad = BPF_LDX | BPF_MEM | BPF_W, kStore = BPF_STX | BPF_MEM | BPF_DW;
  constexpr std::uint8_t kMove = BPF_ALU64 | BPF_MOV, kCall = BPF_JMP | BPF_CALL, kLoad64 = BPF_LD | BPF_IMM | BPF_DW;
  constexpr auto kStampBytes = static_cast<std::int32_t>(sizeof(AfXdpStamp));
  return {{
      {.code = kMove | BPF_X, .dst_reg = BPF_REG_6, .src_reg = BPF_REG_1},
      {.code = kMove | BPF_K, .dst_reg = BPF_REG_2, .imm = -kStampBytes},
      {.code = kCall, .imm = BPF_FUNC_xdp_adjust_meta},
      {.code = BPF_JMP | BPF_JNE | BPF_K, .dst_reg = BPF_REG_0, .off = 10, .imm = 0},
      {.code = kCall, .imm = BPF_FUNC_ktime_get_ns},
      {.code = kLoad, .dst_reg = BPF_REG_2, .src_reg = BPF_REG_6, .off = offsetof(xdp_md, data_meta)},
      {.code = kLoad, .dst_reg = BPF_REG_3, .src_reg = BPF_REG_6, .off = offsetof(xdp_md, data)},
      {.code = kMove | BPF_X, .dst_reg = BPF_REG_4, .src_reg = BPF_REG_2},
      {.code = BPF_ALU64 | BPF_ADD, .dst_reg = BPF_REG_4, .imm = kStampBytes},
      {.code = BPF_JMP | BPF_JGT | BPF_X, .dst_reg = BPF_REG_4, .src_reg = BPF_REG_3, .off = 4},
      {.code = kStore, .dst_reg = BPF_REG_2, .src_reg = BPF_REG_0, .off = offsetof(AfXdpStamp, monotonic_ns)},
      {.code = kLoad64, .dst_reg = BPF_REG_5, .imm = static_cast<std::int32_t>(mark)},
      {.imm = static_cast<std::int32_t>(mark >> 32)},
      {.code = kStore, .dst_reg = BPF_REG_2, .src_reg = BPF_REG_5, .off = offsetof(AfXdpStamp, mark)},
      // Both jumps lead here.
      {.code = kLoad, .dst_reg = BPF_REG_2, .src_reg = BPF_REG_6, .off = offsetof(xdp_md, rx_queue_index)},
      {.code = kLoad64, .dst_reg = BPF_REG_1, .src_reg = BPF_PSEUDO_MAP_FD, .imm = map},
      {},  // the upper half of the 64-bit value
      {.code = kMove | BPF_K, .dst_reg = BPF_REG_3, .imm = XDP_PASS},
      {.code = kCall, .imm = BPF_FUNC_redirect_map},
      {.code = BPF_JMP | BPF_EXIT},
  }};
}

Result<FileDescriptor> load_program(const std::string& interface, int map, std::uint64_t mark, std::uint32_t flags) {
  const auto program = program_of(map, mark);
  bpf_prog_load_opts options{};
  options.sz = sizeof options;
  options.prog_flags = flags;
  const int descriptor =
      bpf_prog_load(BPF_PROG_TYPE_XDP, "netpulse", "Dual MIT/GPL", program.data(), program.size(), &options);
  if (descriptor < 0) return refused(interface, errno);
  return FileDescriptor(descriptor);
}

Result<FileDescriptor> attach_program(const std::string& interface, unsigned interface_id, int map, std::uint64_t mark,
                                      const Attempt& attempt) {
  const auto program = load_program(interface, map, mark, attempt.load_flags);
  if (!program) return program.error();
  bpf_link_create_opts options{};
  options.sz = sizeof options;
  options.flags = attempt.mode == XdpMode::kNative ? XDP_FLAGS_DRV_MODE : XDP_FLAGS_SKB_MODE;
  const int link = bpf_link_create(program.value().get(), static_cast<int>(interface_id), BPF_XDP, &options);
  if (link < 0) return refused(interface, errno);
  return FileDescriptor(link);
}

}  // namespace

std::string no_af_xdp_permission(const std::string& interface, const std::string& detail) {
  return no_permission(interface, {Capability::kNetRaw, Capability::kNetAdmin, Capability::kBpf, Capability::kIpcLock},
                       detail);
}

Result<void> no_foreign_program(const std::string& interface, unsigned interface_id) {
  bpf_xdp_query_opts found{};
  found.sz = sizeof found;
  if (bpf_xdp_query(static_cast<int>(interface_id), 0, &found) != 0) return {};  // attaching will tell
  for (const std::uint32_t id : {found.prog_id, found.drv_prog_id, found.skb_prog_id, found.hw_prog_id})
    if (id != 0)
      return Error{interface + ": another program's XDP program (id " + std::to_string(id) +
                   ") is attached, and it stays; see it with: ip -details link show dev " + interface +
                   ", sudo bpftool net; end what attached it, or use --backend pcap"};
  return {};
}

Result<AfXdpProgram> AfXdpProgram::attach(const std::string& interface, unsigned interface_id, XdpMode mode,
                                          std::uint32_t queues_max) {
  if (const auto free = no_foreign_program(interface, interface_id); !free) return free.error();
  FileDescriptor map(
      bpf_map_create(BPF_MAP_TYPE_XSKMAP, "netpulse", sizeof(std::uint32_t), sizeof(int), queues_max, nullptr));
  if (!map.open()) return refused(interface, errno);
  const auto mark = new_mark();
  if (!mark) return mark.error();
  // A program that knows frames in parts (jumbo) is refused by older kernels, one that does not by large MTUs.
  constexpr std::array<Attempt, 4> kAttempts{{{XdpMode::kNative, BPF_F_XDP_HAS_FRAGS},
                                              {XdpMode::kNative, 0},
                                              {XdpMode::kGeneric, BPF_F_XDP_HAS_FRAGS},
                                              {XdpMode::kGeneric, 0}}};
  Error last{interface + ": no XDP program can be attached; use --backend pcap"};
  for (const Attempt& attempt : kAttempts) {
    if (mode != XdpMode::kAuto && mode != attempt.mode) continue;
    auto link = attach_program(interface, interface_id, map.get(), mark.value(), attempt);
    if (link) return AfXdpProgram(std::move(map), std::move(link).value(), attempt.mode, mark.value());
    last = link.error();
  }
  return last;
}

Result<void> AfXdpProgram::redirect(std::uint32_t queue, int socket) {
  if (bpf_map_update_elem(map_.get(), &queue, &socket, BPF_ANY) != 0)
    return Error{"queue " + std::to_string(queue) + " gets no AF_XDP socket: " + words(errno) + "; use --backend pcap"};
  return {};
}

}  // namespace netpulse
