#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "engine/analysis/expectation_table.h"
#include "engine/base/bytes.h"
#include "engine/base/ip_address.h"
#include "engine/base/time.h"
#include "engine/flow/flow_record.h"
#include "engine/packet/packet_view.h"

namespace netpulse {

/// A quarter of the sequence numbers: what is older than that looks new.
inline constexpr std::size_t kStreamSkipBytesMax = std::size_t{1} << 30;

/// What AnalyzerContext::assemble() has of a message by now.
struct Assembly {
  Bytes contiguous;       ///< from its offset 0 to the first hole; valid until the next call
  bool conflict = false;  ///< fragment gave other bytes for a place that was known already (the first ones stay)
  bool whole = true;      ///< false: part of fragment lay outside the window of kStreamPrefixBytes, or found no room
};

/// What an analyzer may do besides reading its packet. Implemented by the dispatcher for the packet in hand, and by a
/// recording one in tests. Virtual calls happen only when something was found, not per packet.
class AnalyzerContext {
 public:
  virtual ~AnalyzerContext() = default;

  /// The flow's cold record; a scratch record that nobody reads when the pool is empty. Fields it owns: tls_*, ja*,
  /// alpn, ech.
  virtual FlowDetail& detail() noexcept = 0;
  /// The flow's name: 1-255 bytes, stored in lower case; application and category follow from it. The first one stays
  /// (later calls for the same flow are ignored), but a name found by an analyzer replaces one from a DNS answer.
  virtual void set_server_name(std::string_view name) noexcept = 0;
  /// A name that the server gives itself, in its certificate: the flow's only if it has none; at most 255 bytes. May be
  /// a wildcard.
  virtual void suggest_server_name(std::string_view name) noexcept = 0;
  /// Adds a name to the report's list (index into the analyzer's kNameLists). Costs nothing unless a report was asked
  /// for.
  virtual void observe_name(std::size_t list_index, std::string_view name) noexcept = 0;
  /// A DNS answer: client was told that address belongs to name, for ttl_seconds. Only packets with a port of
  /// kTeachingPorts can tell, so that the number of workers changes nothing.
  virtual void learn_address(const IpAddress& client, const IpAddress& address, std::string_view name,
                             std::uint32_t ttl_seconds) noexcept = 0;
  /// A flow over UDP that this one announces: address and port are one end of it, and it belongs to the analyzer
  /// kExpects[expected_index] as soon as that one's probe() does not say no. Only packets that may
  /// teach can announce, as with learn_address().
  virtual void expect_flow(std::size_t expected_index, const IpAddress& address, std::uint16_t port,
                           const ExpectationNote& note) noexcept = 0;
  /// The note of a flow of the calling analyzer that was announced for address and port; null if none was. Valid until
  /// the next expect_flow().
  virtual const ExpectationNote* expectation(const IpAddress& address, std::uint16_t port) noexcept = 0;
  /// Adds a row to a table of the report (index into the analyzer's kTables) about what the sender sent: the flow's
  /// ends become the row's. values by column, at most kReportColumnsMax. Costs nothing unless a report was asked for.
  virtual void add_row(std::size_t table_index, Direction sender, Timestamp begun_at,
                       std::span<const std::int64_t> values) noexcept = 0;
  /// The same for a table whose rows are about hosts: the row is about host. For the analyzer's report() alone.
  virtual void add_host_row(std::size_t table_index, const IpAddress& host,
                            std::span<const std::int64_t> values) noexcept = 0;
  /// Adds to a counter (index into the analyzer's kCounters), or observes a duration (into kHistograms).
  virtual void count(std::size_t counter_index, std::uint64_t increment = 1) noexcept = 0;
  virtual void observe_latency(std::size_t histogram_index, Duration latency) noexcept = 0;
  /// Observes a plain value into one of kHistograms that has bounds; at least 0.
  virtual void observe_value(std::size_t histogram_index, double value) noexcept = 0;
  /// kStreamPrefix over TCP: drop the first count bytes of this direction's prefix; the next call starts behind them.
  virtual void discard_stream(std::size_t count) noexcept = 0;
  /// kStreamPrefix over TCP: drop the whole prefix and the count bytes of this direction that follow it, at most
  /// kStreamSkipBytesMax. They are passed over by their sequence numbers, seen or not, at next to no cost, and do not
  /// count against the packets that a flow may take: for bodies whose length is known.
  virtual void skip_stream(std::size_t count) noexcept = 0;
  /// True if this packet travels from the initiator (the IPFIX source) to the responder.
  virtual bool from_initiator() const noexcept = 0;
  /// True when this direction's stream has a hole that the prefix limit or lost segments will never fill.
  virtual bool stream_gave_up() const noexcept = 0;
  /// A text of the flow record; the first one of its kind stays. Kept for as long as there is room in the pool.
  virtual void set_attribute(FlowAttribute kind, std::string_view text) noexcept = 0;
  /// A number of the flow record, of what sender sends; the first one of its kind stays. As set_attribute().
  virtual void set_number(FlowNumber kind, Direction sender, std::int64_t value) noexcept = 0;
  /// Over UDP: puts a fragment at its offset of the message that this direction is sending (QUIC CRYPTO, DTLS
  /// handshake), in any order. The buffer is taken from the stream pool and may be lost to other flows: then contiguous
  /// begins anew. It is given back by drop_assembly() and when the flow is done.
  virtual Assembly assemble(std::size_t offset, Bytes fragment) noexcept = 0;
  /// Over UDP: forgets what assemble() holds of this direction.
  virtual void drop_assembly() noexcept = 0;
  /// What follows belongs to another protocol (STARTTLS, CONNECT, media behind STUN): over TCP the bytes behind those
  /// discarded, in both directions; over UDP this datagram and those behind it. Return kDone with it: the flow is
  /// decided anew, and keeps its name, its findings and, until another analyzer claims it, its protocol.
  virtual void hand_over() noexcept = 0;

  /// The analyzer's own memory of this worker: A::PerWorker.
  template <class T>
  T& per_worker() noexcept {
    return *static_cast<T*>(per_worker_memory());
  }

 private:
  virtual void* per_worker_memory() noexcept = 0;
};

}  // namespace netpulse
