#include "engine/source/dpdk/port.h"

#include <rte_bus.h>
#include <rte_dev.h>
#include <rte_errno.h>
#include <rte_mbuf_dyn.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>
#include <utility>

#include "engine/source/dpdk/eal_log.h"
#include "engine/source/dpdk/symmetric_hash_key.h"
#include "engine/source/packet_source.h"

namespace netpulse {
namespace {

constexpr std::uint64_t kHashTypes = RTE_ETH_RSS_IP | RTE_ETH_RSS_TCP | RTE_ETH_RSS_UDP | RTE_ETH_RSS_SCTP;
constexpr std::uint8_t kHashKeyBytes = 40;  // where the port does not say
constexpr std::uint32_t kFrameOverheadBytes = RTE_ETHER_HDR_LEN + RTE_ETHER_CRC_LEN + 2 * RTE_VLAN_HLEN;
constexpr std::uint32_t kFrameBytesMax = 65'535;
/// Batches of one source that may be out at a time, with one being received.
constexpr std::uint32_t kBatchesHeld = 2;

/// From id on; RTE_MAX_ETHPORTS: none.
std::uint16_t next_port(std::uint16_t id) {
  return static_cast<std::uint16_t>(rte_eth_find_next_owned_by(id, RTE_ETH_DEV_NO_OWNER));
}

bool driver_is(const rte_eth_dev_info& info, std::string_view name) { return info.driver_name == name; }

}  // namespace

Port::Port(std::uint16_t id, const CaptureOptions& options) : id_(id), options_(options) {}

Result<std::unique_ptr<Port>> Port::find(std::uint16_t id, const CaptureOptions& options) {
  std::unique_ptr<Port> port(new Port(id, options));
  std::array<char, RTE_ETH_NAME_MAX_LEN> name{};
  rte_eth_dev_get_name_by_port(id, name.data());
  port->name_ = name.data();
  if (const int status = rte_eth_dev_info_get(id, &port->info_); status != 0)
    return port->refused("tell what it can", status);
  port->node_ = rte_eth_dev_socket_id(id);
  return port;
}

Port::~Port() {
  if (started_) rte_eth_dev_stop(id_);
  rte_eth_dev_close(id_);
  free_pools(pools_);
  free_pools(retired_pools_);
}

void Port::free_pools(std::vector<rte_mempool*>& pools) noexcept {
  for (rte_mempool* pool : pools) rte_mempool_free(pool);
  pools.clear();
}

Error Port::refused(const std::string& what, int status) const {
  std::string text = name_ + ": the port refuses to " + what + ": ";
  const std::string said = eal_log::take_complaints();
  text += said.empty() ? rte_strerror(status) : said;
  return {text + "; other values in [capture.dpdk] may suit driver " + info_.driver_name + ", or use --backend pcap"};
}

bool Port::hashes_symmetrically() const {
  // Drivers of virtual devices spread packets by means of their own, whatever they say of hash types.
  const char* const bus = rte_bus_name(rte_dev_bus(info_.device));
  constexpr std::uint64_t kBoth = RTE_ETH_RSS_NONFRAG_IPV4_TCP | RTE_ETH_RSS_NONFRAG_IPV6_TCP;
  return bus != nullptr && std::strcmp(bus, "vdev") != 0 && (info_.flow_type_rss_offloads & kBoth) == kBoth;
}

std::string Port::why_not_scaled(std::size_t workers) const {
  const ReceiveScaling scaling = options_.dpdk.receive_scaling;
  if (scaling == ReceiveScaling::kOff) return "receive_scaling is off";
  if (info_.max_rx_queues < workers)
    return name_ + " has " + std::to_string(info_.max_rx_queues) + " receive queue" +
           (info_.max_rx_queues == 1 ? "" : "s");
  if (scaling == ReceiveScaling::kAuto && !hashes_symmetrically())
    return name_ + " (" + info_.driver_name + ") is not known to give both directions of a flow the same queue";
  return {};
}

std::uint16_t Port::queues_unscaled() const noexcept {
  // What these have was asked for by their arguments, and each queue brings packets of its own.
  constexpr std::array<std::string_view, 4> kEachQueueBrings{"net_pcap", "net_ring", "net_af_packet", "net_af_xdp"};
  const bool all = std::any_of(kEachQueueBrings.begin(), kEachQueueBrings.end(),
                               [this](std::string_view name) { return driver_is(info_, name); });
  const std::uint32_t wanted = options_.dpdk.rx_queues != 0 ? options_.dpdk.rx_queues : all ? info_.max_rx_queues : 1U;
  return static_cast<std::uint16_t>(
      std::clamp<std::uint32_t>(wanted, 1, std::max<std::uint32_t>(info_.max_rx_queues, 1)));
}

rte_eth_conf Port::configuration(bool hashed) {
  rte_eth_conf configuration{};
  const std::uint64_t offered = info_.rx_offload_capa;
  std::uint64_t& offloads = configuration.rxmode.offloads;
  const bool scatters = (offered & RTE_ETH_RX_OFFLOAD_SCATTER) != 0;
  frame_bytes_max_ = std::min(info_.max_rx_pktlen == 0 ? kFrameBytesMax : info_.max_rx_pktlen, kFrameBytesMax);
  // Without scatter a frame has to fit one buffer; net_pcap cuts up frames that do not, and does not say so.
  const std::uint32_t fitting = scatters ? frame_bytes_max_ : std::min(frame_bytes_max_, options_.dpdk.mbuf_data_bytes);
  const std::uint32_t mtu_max = std::min<std::uint32_t>(info_.max_mtu, fitting - kFrameOverheadBytes);
  configuration.rxmode.mtu = std::max<std::uint32_t>(info_.min_mtu, mtu_max);
  if (scatters && frame_bytes_max_ > options_.dpdk.mbuf_data_bytes) offloads |= RTE_ETH_RX_OFFLOAD_SCATTER;
  vlan_stripped_ = options_.dpdk.vlan_strip && (offered & RTE_ETH_RX_OFFLOAD_VLAN_STRIP) != 0;
  if (vlan_stripped_) offloads |= RTE_ETH_RX_OFFLOAD_VLAN_STRIP;
  time_ = PortTime::kSystem;
  std::uint64_t ticks = 0;
  if (options_.dpdk.hardware_timestamps) {
    if (driver_is(info_, "net_pcap")) time_ = PortTime::kRecorded;
    if ((offered & RTE_ETH_RX_OFFLOAD_TIMESTAMP) != 0 && rte_eth_read_clock(id_, &ticks) != -ENOTSUP) {
      time_ = PortTime::kDevice;
      offloads |= RTE_ETH_RX_OFFLOAD_TIMESTAMP;
    }
  }
  if (hashed && info_.flow_type_rss_offloads != 0) {
    static std::array<std::uint8_t, 256> key = symmetric_hash_key();
    configuration.rxmode.mq_mode = RTE_ETH_MQ_RX_RSS;
    configuration.rx_adv_conf.rss_conf = {
        .rss_key = key.data(), .rss_key_len = hash_key_bytes(), .rss_hf = kHashTypes & info_.flow_type_rss_offloads};
  }
  return configuration;
}

Result<void> Port::configure(std::uint16_t queues, std::uint16_t transmit_queues, rte_eth_conf& configuration) {
  int status = rte_eth_dev_configure(id_, queues, transmit_queues, &configuration);
  rte_eth_rss_conf& hash = configuration.rx_adv_conf.rss_conf;
  if (status != 0 && hash.rss_key != nullptr) {  // some cards cannot be given a key
    hash.rss_key = nullptr;
    hash.rss_key_len = 0;
    status = rte_eth_dev_configure(id_, queues, transmit_queues, &configuration);
  }
  if (status != 0) return refused("be configured with " + std::to_string(queues) + " receive queues", -status);
  return {};
}

Result<rte_mempool*> Port::make_pool() {
  const DpdkOptions& dpdk = options_.dpdk;
  // In flight: the ring, what is held of batches, and what may lie in the caches of the thread that polls and of the
  // one that sets up (a cache holds half as much again as its size before it gives back).
  const std::uint32_t needed =
      descriptors_ + kBatchesHeld * static_cast<std::uint32_t>(kBatchPackets) + 2 * (dpdk.mbuf_cache * 3 / 2);
  if (dpdk.mbufs != 0 && dpdk.mbufs < needed)
    return Error{name_ + ": mbufs = " + std::to_string(dpdk.mbufs) + " are too few for " +
                 std::to_string(descriptors_) + " descriptors; make it at least " + std::to_string(needed) +
                 " in [capture.dpdk], or 0"};
  const std::uint32_t count = dpdk.mbufs != 0 ? dpdk.mbufs : needed;
  static unsigned made = 0;  // names are never used again: a pool of the same queue may still be there
  const std::string name = "netpulse_" + std::to_string(made++);
  const auto room = static_cast<std::uint16_t>(dpdk.mbuf_data_bytes + RTE_PKTMBUF_HEADROOM);
  rte_mempool* pool = rte_pktmbuf_pool_create(name.c_str(), count, dpdk.mbuf_cache, 0, room, node_);
  if (pool == nullptr)  // the node has no memory (left): another one's is slower, and works
    pool = rte_pktmbuf_pool_create(name.c_str(), count, dpdk.mbuf_cache, 0, room, SOCKET_ID_ANY);
  if (pool != nullptr) return pool;
  const std::uint64_t mebibytes = (std::uint64_t{count} * (room + sizeof(rte_mbuf) + RTE_CACHE_LINE_SIZE) >> 20) + 1;
  return Error{name_ + ": no memory for " + std::to_string(count) + " packet buffers (" + std::to_string(mebibytes) +
               " MiB for each queue): " + rte_strerror(rte_errno) + "; fewer rx_descriptors or mbufs, or " +
               more_memory()};
}

Result<void> Port::set_up_queues(std::uint16_t queues, std::uint16_t transmit_queues,
                                 const rte_eth_conf& configuration) {
  auto receive_descriptors = static_cast<std::uint16_t>(std::min<std::uint32_t>(options_.dpdk.rx_descriptors, 32'768));
  std::uint16_t transmit_descriptors = 64;
  if (const int status = rte_eth_dev_adjust_nb_rx_tx_desc(id_, &receive_descriptors, &transmit_descriptors);
      status != 0)
    return refused("take " + std::to_string(options_.dpdk.rx_descriptors) + " descriptors", -status);
  descriptors_ = receive_descriptors;
  for (std::uint16_t queue = 0; queue < queues; ++queue) {
    const auto pool = make_pool();
    if (!pool) return pool.error();
    pools_.push_back(pool.value());
    rte_eth_rxconf queue_options = info_.default_rxconf;
    queue_options.offloads = configuration.rxmode.offloads;
    const int status = rte_eth_rx_queue_setup(id_, queue, receive_descriptors, static_cast<unsigned>(node_),
                                              &queue_options, pools_.back());
    if (status != 0) return refused("set up receive queue " + std::to_string(queue), -status);
  }
  for (std::uint16_t queue = 0; queue < transmit_queues; ++queue) {
    const int status = rte_eth_tx_queue_setup(id_, queue, transmit_descriptors, static_cast<unsigned>(node_), nullptr);
    if (status != 0) return refused("set up transmit queue " + std::to_string(queue), -status);
  }
  return {};
}

Result<void> Port::start_with(std::uint16_t queues, std::uint16_t transmit_queues, bool hashed) {
  rte_eth_conf wanted = configuration(hashed);
  if (auto configured = configure(queues, transmit_queues, wanted); !configured) return configured;
  // What the queues of an attempt before hold goes back to its pool when they are set up again.
  retired_pools_.insert(retired_pools_.end(), pools_.begin(), pools_.end());
  pools_.clear();
  if (auto set_up = set_up_queues(queues, transmit_queues, wanted); !set_up) return set_up;
  free_pools(retired_pools_);
  if (const int status = rte_eth_dev_start(id_); status != 0) return refused("start", -status);
  started_ = true;
  return {};
}

Result<void> Port::start(std::uint16_t queues, bool hashed) {
  if (started_) rte_eth_dev_stop(id_);
  started_ = false;
  // Nothing is sent; but some drivers want as many queues to send as to receive.
  auto first = start_with(queues, 0, hashed);
  if (!first && (info_.max_tx_queues < queues || !start_with(queues, queues, hashed))) return first;
  promiscuous_refused_ = options_.promiscuous && rte_eth_promiscuous_enable(id_) != 0;
  if (!options_.promiscuous) rte_eth_promiscuous_disable(id_);
  eal_log::take_complaints();
  return {};
}

bool Port::hash_in_use() const {
  std::array<std::uint8_t, 256> key{};
  rte_eth_rss_conf in_use{.rss_key = key.data(), .rss_key_len = hash_key_bytes(), .rss_hf = 0};
  if (rte_eth_dev_rss_hash_conf_get(id_, &in_use) != 0) return false;
  const auto wanted = symmetric_hash_key();
  return std::equal(wanted.begin(), wanted.begin() + hash_key_bytes(), key.begin()) &&
         (in_use.rss_hf & kHashTypes) != 0;
}

bool Port::confirm_hash() {
  if (hash_in_use()) return true;
  // Some drivers take it only while they run.
  auto key = symmetric_hash_key();
  rte_eth_rss_conf wanted{
      .rss_key = key.data(), .rss_key_len = hash_key_bytes(), .rss_hf = kHashTypes & info_.flow_type_rss_offloads};
  return rte_eth_dev_rss_hash_update(id_, &wanted) == 0 && hash_in_use();
}

std::uint8_t Port::hash_key_bytes() const noexcept {
  return info_.hash_key_size != 0 ? info_.hash_key_size : kHashKeyBytes;
}

std::vector<std::string> Port::notes() const {
  std::vector<std::string> all;
  if (time_ == PortTime::kDevice) all.push_back(name_ + " stamps packets with its own clock");
  if (time_ == PortTime::kRecorded) all.push_back(name_ + " has the time stamps of its capture file");
  if (options_.dpdk.vlan_strip && !vlan_stripped_)
    all.push_back(name_ + " cannot strip VLAN tags: they stay in the frames");
  if (promiscuous_refused_)
    all.push_back(name_ + " refuses promiscuous mode: frames for other stations may be missing");
  if (descriptors_ != options_.dpdk.rx_descriptors)
    all.push_back(name_ + " has rings of " + std::to_string(descriptors_) + " descriptors, not " +
                  std::to_string(options_.dpdk.rx_descriptors));
  for (const int core : options_.dpdk.worker_cores) {
    const unsigned far = static_cast<unsigned>(core);
    const int node = far < RTE_MAX_LCORE ? static_cast<int>(rte_lcore_to_socket_id(far)) : node_;
    if (node_ >= 0 && node != node_)
      all.push_back(name_ + " is on NUMA node " + std::to_string(node_) + ", core " + std::to_string(core) +
                    " on node " + std::to_string(node) + ": cores of its own node would be faster");
  }
  return all;
}

Result<std::vector<std::unique_ptr<Port>>> find_ports(const CaptureOptions& options, const Eal& eal) {
  const std::string complaints = eal.complaints().empty() ? "" : " (" + eal.complaints() + ")";
  // -i names ports as well.
  std::vector<std::string> names = options.dpdk.ports;
  names.insert(names.end(), options.interfaces.begin(), options.interfaces.end());
  std::string known;
  std::vector<std::uint16_t> ids;
  std::uint16_t id = 0;
  for (; (id = next_port(id)) != RTE_MAX_ETHPORTS; ++id) {
    std::array<char, RTE_ETH_NAME_MAX_LEN> name{};
    rte_eth_dev_get_name_by_port(id, name.data());
    known += (known.empty() ? "" : ", ") + std::to_string(id) + " (" + name.data() + ")";
    if (names.empty()) ids.push_back(id);
  }
  if (known.empty())
    return Error{
        "DPDK finds no port" + complaints +
        "; bind a card to it (sudo dpdk-devbind.py --bind=vfio-pci 0000:BB:DD.F; --status lists "
        "them), or name a virtual device: \"--vdev=net_af_packet0,iface=eth0\" in eal_arguments of [capture.dpdk]"};
  for (const std::string& name : names) {
    bool found = rte_eth_dev_get_port_by_name(name.c_str(), &id) == 0;
    if (!found && name.size() <= 5 && name.find_first_not_of("0123456789") == std::string::npos) {
      id = static_cast<std::uint16_t>(std::min(std::stoul(name), 0xffffUL));
      found = rte_eth_dev_is_valid_port(id) != 0;
    }
    if (!found || std::find(ids.begin(), ids.end(), id) != ids.end())
      return Error{found ? "port " + name + " is named twice; name each port once in ports of [capture.dpdk] or with -i"
                         : "DPDK has no port " + name + complaints + "; there are: " + known +
                               "; name one of these in ports of [capture.dpdk] or with -i"};
    ids.push_back(id);
  }
  if (ids.size() > kInterfacesMax)
    return Error{"DPDK has " + std::to_string(ids.size()) + " ports; name at most " + std::to_string(kInterfacesMax) +
                 " in ports of [capture.dpdk]"};
  std::vector<std::unique_ptr<Port>> ports;
  for (const std::uint16_t chosen : ids) {
    auto port = Port::find(chosen, options);
    if (!port) return port.error();
    ports.push_back(std::move(port).value());
  }
  return ports;
}

}  // namespace netpulse
