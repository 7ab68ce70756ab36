#pragma once

#include <rte_ethdev.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/source/capture_options.h"
#include "engine/source/dpdk/eal.h"

namespace netpulse {

/// Where the time stamps of a port's packets come from.
enum class PortTime : std::uint8_t {
  kSystem,    ///< the system's clock, once per batch
  kDevice,    ///< the port's clock, in its own ticks
  kRecorded,  ///< microseconds since the epoch, of the capture file that the port plays
};

/// One port of DPDK: configured, started, and at its end stopped and closed. For one thread at a time.
class Port {
 public:
  /// id: of a port that EAL has found.
  static Result<std::unique_ptr<Port>> find(std::uint16_t id, const CaptureOptions& options);
  ~Port();
  Port(const Port&) = delete;
  Port& operator=(const Port&) = delete;

  std::uint16_t id() const noexcept { return id_; }
  const std::string& name() const noexcept { return name_; }
  const char* driver() const noexcept { return info_.driver_name; }
  /// The NUMA node of the device; negative if it has none.
  int node() const noexcept { return node_; }

  /// Why the port cannot give each of so many workers a queue with whole flows; empty: it can, as far as it says.
  std::string why_not_scaled(std::size_t workers) const;
  /// Queues that bring packets when nothing is hashed.
  std::uint16_t queues_unscaled() const noexcept;

  /// Configures and starts the port with so many receive queues, also for a second time. hashed: packets are spread by
  /// the symmetric hash. An error says what the port refuses.
  Result<void> start(std::uint16_t queues, bool hashed);
  /// After a hashed start: tells the port the key once more if need be; true if it says that it uses it.
  bool confirm_hash();

  // After start():
  std::uint32_t descriptors() const noexcept { return descriptors_; }
  PortTime time() const noexcept { return time_; }
  bool vlan_stripped() const noexcept { return vlan_stripped_; }
  /// The longest frame that it may bring.
  std::uint32_t frame_bytes_max() const noexcept { return frame_bytes_max_; }
  /// What a user should know of it, a sentence each.
  std::vector<std::string> notes() const;

 private:
  Port(std::uint16_t id, const CaptureOptions& options);

  rte_eth_conf configuration(bool hashed);
  Result<void> start_with(std::uint16_t queues, std::uint16_t transmit_queues, bool hashed);
  Result<void> configure(std::uint16_t queues, std::uint16_t transmit_queues, rte_eth_conf& configuration);
  Result<void> set_up_queues(std::uint16_t queues, std::uint16_t transmit_queues, const rte_eth_conf& configuration);
  Result<rte_mempool*> make_pool();
  static void free_pools(std::vector<rte_mempool*>& pools) noexcept;
  bool hashes_symmetrically() const;
  bool hash_in_use() const;
  std::uint8_t hash_key_bytes() const noexcept;
  Error refused(const std::string& what, int status) const;

  const std::uint16_t id_;
  const CaptureOptions& options_;
  std::string name_;
  rte_eth_dev_info info_{};
  int node_ = -1;
  std::vector<rte_mempool*> pools_;          // by receive queue
  std::vector<rte_mempool*> retired_pools_;  // of former queues
  bool started_ = false, promiscuous_refused_ = false;
  std::uint32_t descriptors_ = 0, frame_bytes_max_ = 0;
  PortTime time_ = PortTime::kSystem;
  bool vlan_stripped_ = false;
};

/// The ports that options name by device or number, else all. An error lists the ports that there are.
Result<std::vector<std::unique_ptr<Port>>> find_ports(const CaptureOptions& options, const Eal& eal);

}  // namespace netpulse
