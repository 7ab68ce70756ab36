#pragma once

#include <concepts>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <type_traits>

#include "engine/analysis/analyzer_context.h"
#include "engine/flow/flow_record.h"
#include "engine/metrics/metric_description.h"
#include "engine/metrics/report_table.h"
#include "engine/packet/packet_view.h"

namespace netpulse {

enum class Verdict : std::uint8_t {
  kNeedMore,  ///< could still be mine, or: mine, and I want the next packet
  kDone,      ///< probe: mine. consume: all found, do not call me again for this flow
  kNotMine,
  kMalformed,  ///< mine by its start, but broken; the flow is not analyzed further
  /// probe: looks like mine, but one payload proves nothing; claimed only if nobody else is sure, and nobody hears of
  /// it yet. consume, of such a claim: not sure yet. kNeedMore or kDone then confirm it; kNotMine lets others have the
  /// flow. consume, of a flow that is mine: as kNeedMore, but it may well be handed over, so it is not accounted yet.
  kTentative,
};

/// What consume() and probe() are given in packet.payload().
enum class Input : std::uint8_t {
  kDatagram,      ///< the packet's own payload
  kStreamPrefix,  ///< over TCP: the in-order bytes of this direction since the start (or since discard_stream());
                  ///< over UDP: the datagram's payload
};

/// A payload signature for the classifier, in the syntax of SignatureSet::add(), matched against the first bytes of a
/// flow's direction. Let it match within four bytes: a first segment of that size is judged as it is.
struct Pattern {
  const char* expression;
};

struct PortRange {
  std::uint8_t protocol;  ///< IANA number: 6 TCP, 17 UDP, 132 SCTP
  std::uint16_t first, last;
};

/// Ports whose packets teach: what they say of other flows (names, flows to come) every worker has to know. The reader
/// gives them to all workers.
struct TeachingPorts {
  PortRange ports;
  bool sent_from_only;  ///< what is sent to them teaches nothing
};

/// An application-layer protocol. A concept and not a base class: calls to consume() are bound once per registration.
///
/// probe: stateless; payload() as kInput says, never empty. kDone: mine; kNotMine: never mine; kNeedMore: too short to
/// say. consume: called from the first payload on once the flow is mine, in packet order, for both directions. Both run
/// on the packet path: they must not allocate, lock, log, throw or read outside payload().
///
/// Optional: A::PerWorker, default-constructed once for each worker before it starts, reached by
/// context.per_worker<A::PerWorker>(); for what outlives a flow (transactions, crypto contexts). Its size must be
/// bounded. And then optionally advance(PerWorker&, Timestamp now, bool last, AnalyzerContext&) noexcept: called about
/// every second of packet time and a last time at the end of the run; of the context only count() and
/// observe_latency() may be used. What it decides must follow from packet times alone and not from when it is called.
/// And merge(PerWorker& all, const PerWorker& other) noexcept with report(PerWorker& all, AnalyzerContext&): once the
/// workers' threads have ended, what others found is brought into the first one's, which then gives its rows by
/// add_host_row(), the only thing that may be used. They must be the same however flows were shared out.
///
/// Optional: A::kTeachingPorts; A::kExpects, names of the analyzers whose flows it announces by expect_flow();
/// A::kTables, tables of the report that add_row() fills; and end_flow(State&, bool mine, AnalyzerContext&) noexcept,
/// called once when no more packets of a flow will come to consume(): it ended, was given up, or was not mine after
/// all. There is no packet in hand then: only count(), observe_latency(), observe_value(), add_row(), set_number() and
/// per_worker() may be used.
template <class A>
concept Analyzer = std::is_trivially_copyable_v<typename A::State> &&
                   sizeof(typename A::State) <= kAnalyzerStateBytes&& requires(const PacketView& packet,
                                                                               typename A::State& state,
                                                                               AnalyzerContext& context) {
  { A::kName } -> std::convertible_to<std::string_view>;        // "tls": app_protocol's value
  { A::kNameSource } -> std::convertible_to<std::string_view>;  // "tls_sni"; "" if it finds no names
  { A::kInput } -> std::convertible_to<Input>;
  { A::kEncrypted } -> std::convertible_to<bool>;                               // its payload is encrypted
  { A::kStateOverUdp } -> std::convertible_to<bool>;                            // State lives between datagrams
  { A::kPatterns } -> std::convertible_to<std::span<const Pattern>>;            // may be empty
  { A::kPorts } -> std::convertible_to<std::span<const PortRange>>;             // candidates by port; may be empty
  { A::kNameLists } -> std::convertible_to<std::span<const std::string_view>>;  // report lists it fills
  { A::kCounters } -> std::convertible_to<std::span<const MetricDescription>>;
  { A::kHistograms } -> std::convertible_to<std::span<const MetricDescription>>;
  { A::probe(packet) }
  noexcept->std::same_as<Verdict>;
  { A::consume(packet, state, context) }
  noexcept->std::same_as<Verdict>;
};

/// An Analyzer as the dispatcher sees it.
struct AnalyzerEntry {
  using PerWorkerMemory = std::unique_ptr<void, void (*)(void*)>;

  std::string_view name, name_source;
  Input input;
  bool encrypted;
  std::span<const Pattern> patterns;
  std::span<const PortRange> ports;
  std::span<const std::string_view> name_lists;
  std::span<const MetricDescription> counters, histograms;
  std::span<const TeachingPorts> teaching_ports;
  std::span<const std::string_view> expects;
  std::span<const ReportTableDescription> tables;
  bool state_over_tcp,
      state_over_udp;  ///< false: every call starts with a zero State, and the flow needs no cold record
  bool hands_over;     ///< its flows may turn out to be another's: they are not accounted while it wants more
  Verdict (*probe)(const PacketView&) noexcept;
  /// state: kAnalyzerStateBytes, zeroed before the first call.
  Verdict (*consume)(const PacketView&, std::uint8_t* state, AnalyzerContext&) noexcept;
  PerWorkerMemory (*make_per_worker)();  ///< gives null where there is no PerWorker
  void (*advance)(void* per_worker, Timestamp now, bool last, AnalyzerContext&) noexcept;  ///< null: not wanted
  void (*end_flow)(std::uint8_t* state, bool mine, AnalyzerContext&) noexcept;             ///< null: not wanted
  void (*merge)(void* all, const void* other) noexcept;                                    ///< null: not wanted
  void (*report)(void* all, AnalyzerContext&);                                             ///< null: not wanted
};

template <class A>
AnalyzerEntry::PerWorkerMemory make_per_worker_memory() {
  if constexpr (requires { typename A::PerWorker; }) {
    return {new typename A::PerWorker(), [](void* memory) { delete static_cast<typename A::PerWorker*>(memory); }};
  } else {
    return {nullptr, [](void*) {}};
  }
}

template <class A>
constexpr auto advance_of() noexcept -> void (*)(void*, Timestamp, bool, AnalyzerContext&) noexcept {
  if constexpr (requires { &A::advance; }) {
    return [](void* memory, Timestamp now, bool last, AnalyzerContext& context) noexcept {
      A::advance(*static_cast<typename A::PerWorker*>(memory), now, last, context);
    };
  } else {
    return nullptr;
  }
}

template <class A>
constexpr auto end_flow_of() noexcept -> void (*)(std::uint8_t*, bool, AnalyzerContext&) noexcept {
  if constexpr (requires { &A::end_flow; }) {
    return [](std::uint8_t* bytes, bool mine, AnalyzerContext& context) noexcept {
      typename A::State state;
      std::memcpy(&state, bytes, sizeof state);
      A::end_flow(state, mine, context);
      std::memcpy(bytes, &state, sizeof state);
    };
  } else {
    return nullptr;
  }
}

template <class A>
constexpr auto merge_of() noexcept -> void (*)(void*, const void*) noexcept {
  if constexpr (requires { &A::merge; }) {
    return [](void* all, const void* other) noexcept {
      A::merge(*static_cast<typename A::PerWorker*>(all), *static_cast<const typename A::PerWorker*>(other));
    };
  } else {
    return nullptr;
  }
}

template <class A>
constexpr auto report_of() noexcept -> void (*)(void*, AnalyzerContext&) {
  if constexpr (requires { &A::report; }) {
    return [](void* all, AnalyzerContext& context) { A::report(*static_cast<typename A::PerWorker*>(all), context); };
  } else {
    return nullptr;
  }
}

// What an analyzer may leave out.
template <class A>
constexpr std::span<const TeachingPorts> teaching_ports_of() noexcept {
  if constexpr (requires { A::kTeachingPorts; }) {
    return A::kTeachingPorts;
  } else {
    return {};
  }
}
template <class A>
constexpr std::span<const std::string_view> expects_of() noexcept {
  if constexpr (requires { A::kExpects; }) {
    return A::kExpects;
  } else {
    return {};
  }
}
template <class A>
constexpr std::span<const ReportTableDescription> tables_of() noexcept {
  if constexpr (requires { A::kTables; }) {
    return A::kTables;
  } else {
    return {};
  }
}

/// Optional: A::kHandsOver.
template <class A>
constexpr bool hands_over() noexcept {
  if constexpr (requires { A::kHandsOver; }) {
    return A::kHandsOver;
  } else {
    return false;
  }
}

template <class A>
requires Analyzer<A>
constexpr AnalyzerEntry make_analyzer_entry() noexcept {
  return {A::kName,
          A::kNameSource,
          A::kInput,
          A::kEncrypted,
          A::kPatterns,
          A::kPorts,
          A::kNameLists,
          A::kCounters,
          A::kHistograms,
          teaching_ports_of<A>(),
          expects_of<A>(),
          tables_of<A>(),
          !std::is_empty_v<typename A::State>,
          !std::is_empty_v<typename A::State> && A::kStateOverUdp,
          hands_over<A>(),
          [](const PacketView& packet) noexcept { return A::probe(packet); },
          [](const PacketView& packet, std::uint8_t* bytes, AnalyzerContext& context) noexcept {
            typename A::State state;
            std::memcpy(&state, bytes, sizeof state);
            const Verdict verdict = A::consume(packet, state, context);
            std::memcpy(bytes, &state, sizeof state);
            return verdict;
          },
          &make_per_worker_memory<A>,
          advance_of<A>(),
          end_flow_of<A>(),
          merge_of<A>(),
          report_of<A>()};
}

}  // namespace netpulse
