#pragma once

#include <array>
#include <string_view>

#include "engine/analysis/analyzer.h"
#include "engine/analysis/analyzer_context.h"

/// Protocols that nobody speaks, each to show one thing that the engine does for analyzers.
namespace netpulse::toys {

inline constexpr std::uint8_t kTcp = 6, kUdp = 17;

/// A toy protocol over TCP: "NAME <name>\n" once, from either side.
struct Line {
  struct State {};
  static constexpr std::string_view kName = "line", kNameSource = "line_name";
  static constexpr Input kInput = Input::kStreamPrefix;
  static constexpr bool kEncrypted = true, kStateOverUdp = false;
  static constexpr std::array<Pattern, 1> kPatterns{Pattern{"^NAME"}};
  static constexpr std::array<PortRange, 1> kPorts{PortRange{kTcp, 7000, 7000}};
  static constexpr std::array<std::string_view, 1> kNameLists{"line_names"};
  static constexpr std::array<MetricDescription, 1> kCounters{MetricDescription{"line_total", "Lines."}};
  static constexpr std::array<MetricDescription, 0> kHistograms{};

  static Verdict probe(const PacketView& packet) noexcept {
    const std::string_view text = as_text(packet.payload());
    const std::string_view start = std::string_view("NAME ").substr(0, text.size());
    if (text.substr(0, start.size()) != start) return Verdict::kNotMine;
    return text.size() < 5 ? Verdict::kNeedMore : Verdict::kDone;
  }
  static Verdict consume(const PacketView& packet, State&, AnalyzerContext& context) noexcept {
    const std::string_view text = as_text(packet.payload());
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return Verdict::kNeedMore;
    context.set_server_name(text.substr(5, end - 5));
    context.observe_name(0, text.substr(5, end - 5));
    context.count(0, 1);
    return Verdict::kDone;
  }
};

/// A toy protocol over UDP that teaches: "<d><name>" says that address 192.0.2.d is called name.
struct Teacher {
  struct State {
    std::uint8_t calls;
  };
  static constexpr std::string_view kName = "teacher", kNameSource = "";
  static constexpr Input kInput = Input::kDatagram;
  static constexpr bool kEncrypted = false, kStateOverUdp = false;
  static constexpr std::array<Pattern, 0> kPatterns{};
  static constexpr std::array<PortRange, 1> kPorts{PortRange{kUdp, 53, 5300}};
  static constexpr std::array<TeachingPorts, 1> kTeachingPorts{TeachingPorts{{kUdp, 53, 53}, true}};
  static constexpr std::array<std::string_view, 0> kNameLists{};
  static constexpr std::array<MetricDescription, 1> kCounters{MetricDescription{"teacher_total", "Lessons."}};
  static constexpr std::array<MetricDescription, 0> kHistograms{};

  static Verdict probe(const PacketView&) noexcept { return Verdict::kDone; }
  static Verdict consume(const PacketView& packet, State& state, AnalyzerContext& context) noexcept {
    if (++state.calls != 1) return Verdict::kMalformed;  // state_over_udp is false: always the first call
    const std::uint8_t address[4] = {192, 0, 2, packet.payload()[0]};
    context.learn_address(packet.dst_addr(), IpAddress::from_v4(address), as_text(packet.payload().subspan(1)), 300);
    context.count(0, 1);
    return Verdict::kNeedMore;
  }
};

/// A toy protocol over TCP that makes room for another one: "GO\n" from the client, "OK\n" from the server.
struct Upgrade {
  struct State {
    std::uint8_t asked;
  };
  static constexpr std::string_view kName = "upgrade", kNameSource = "";
  static constexpr Input kInput = Input::kStreamPrefix;
  static constexpr bool kEncrypted = false, kStateOverUdp = false;
  static constexpr std::array<Pattern, 0> kPatterns{};
  static constexpr std::array<PortRange, 1> kPorts{PortRange{kTcp, 7001, 7001}};
  static constexpr std::array<std::string_view, 0> kNameLists{};
  static constexpr std::array<MetricDescription, 0> kCounters{};
  static constexpr std::array<MetricDescription, 0> kHistograms{};

  static Verdict probe(const PacketView&) noexcept { return Verdict::kDone; }
  static Verdict consume(const PacketView& packet, State& state, AnalyzerContext& context) noexcept {
    if (packet.payload().size() < 3 || (state.asked != 0) == context.from_initiator()) return Verdict::kNeedMore;
    context.discard_stream(3);
    if (state.asked != 0) {
      context.set_attribute(FlowAttribute::kServerSoftware, "upgrader");
      context.hand_over();
      return Verdict::kDone;
    }
    state.asked = 1;
    return Verdict::kTentative;
  }
};

/// A toy protocol over UDP: "<offset><piece>" of a name that ends with '.'; "!" hands the flow over, "?" asks for an
/// answer that is never there.
struct Puzzle {
  struct State {
    std::uint8_t conflict;
  };
  struct PerWorker {
    std::uint64_t datagrams = 0, open_questions = 0;
  };
  static constexpr std::string_view kName = "puzzle", kNameSource = "puzzle_name";
  static constexpr Input kInput = Input::kDatagram;
  static constexpr bool kEncrypted = false, kStateOverUdp = true;
  static constexpr std::array<Pattern, 0> kPatterns{};
  static constexpr std::array<PortRange, 1> kPorts{PortRange{kUdp, 7002, 7002}};
  static constexpr std::array<std::string_view, 0> kNameLists{};
  static constexpr std::array<MetricDescription, 3> kCounters{MetricDescription{"puzzle_datagrams", "Datagrams."},
                                                              MetricDescription{"puzzle_conflicts", "Conflicts."},
                                                              MetricDescription{"puzzle_unanswered", "Unanswered."}};
  static constexpr std::array<MetricDescription, 0> kHistograms{};

  static Verdict probe(const PacketView& packet) noexcept {
    return packet.payload()[0] < 'A' ? Verdict::kDone : Verdict::kNotMine;
  }
  static Verdict consume(const PacketView& packet, State&, AnalyzerContext& context) noexcept {
    PerWorker& mine = context.per_worker<PerWorker>();
    ++mine.datagrams;
    const Bytes payload = packet.payload();
    if (payload[0] == '?') {
      ++mine.open_questions;
      return Verdict::kNeedMore;
    }
    if (payload[0] == '!' || payload[0] >= 'A') {
      context.hand_over();
      return Verdict::kDone;
    }
    const Assembly assembly = context.assemble(payload[0] - std::size_t{'0'}, payload.subspan(1));
    if (assembly.conflict) context.count(1, 1);
    const std::string_view text = as_text(assembly.contiguous);
    if (!text.ends_with('.')) return Verdict::kNeedMore;
    context.set_server_name(text.substr(0, text.size() - 1));
    context.count(0, mine.datagrams);
    context.drop_assembly();
    return Verdict::kNeedMore;
  }
  static void advance(PerWorker& mine, Timestamp, bool last, AnalyzerContext& context) noexcept {
    if (!last) return;
    context.count(2, mine.open_questions);
    mine.open_questions = 0;
  }
};

/// A toy protocol over UDP that nobody can tell by one datagram: "1", "2", "3" in a row on any port.
struct Counting {
  struct State {
    std::uint8_t last;
  };
  static constexpr std::string_view kName = "counting", kNameSource = "";
  static constexpr Input kInput = Input::kDatagram;
  static constexpr bool kEncrypted = false, kStateOverUdp = true;
  static constexpr std::array<Pattern, 1> kPatterns{Pattern{"^[1-9A]"}};
  static constexpr std::array<PortRange, 0> kPorts{};
  static constexpr std::array<std::string_view, 0> kNameLists{};
  static constexpr std::array<MetricDescription, 0> kCounters{};
  static constexpr std::array<MetricDescription, 0> kHistograms{};

  static Verdict probe(const PacketView&) noexcept { return Verdict::kTentative; }
  static Verdict consume(const PacketView& packet, State& state, AnalyzerContext&) noexcept {
    const std::uint8_t digit = packet.payload()[0];
    if (digit == 'A') return Verdict::kTentative;
    if (state.last != 0 && digit != state.last + 1) return Verdict::kNotMine;
    state.last = digit;
    return digit == '3' ? Verdict::kDone : Verdict::kTentative;
  }
};

/// A toy protocol over TCP: "<digits>\n" and as many bytes that nobody reads.
struct Parcel {
  struct State {};
  static constexpr std::string_view kName = "parcel", kNameSource = "";
  static constexpr Input kInput = Input::kStreamPrefix;
  static constexpr bool kEncrypted = false, kStateOverUdp = false;
  static constexpr std::array<Pattern, 0> kPatterns{};
  static constexpr std::array<PortRange, 1> kPorts{PortRange{kTcp, 7003, 7003}};
  static constexpr std::array<std::string_view, 0> kNameLists{};
  static constexpr std::array<MetricDescription, 1> kCounters{MetricDescription{"parcel_total", "Parcels."}};
  static constexpr std::array<MetricDescription, 0> kHistograms{};

  static Verdict probe(const PacketView&) noexcept { return Verdict::kDone; }
  static Verdict consume(const PacketView& packet, State&, AnalyzerContext& context) noexcept {
    std::size_t taken = 0, bytes = 0;
    for (const char c : as_text(packet.payload())) {
      ++taken;
      if (c == '\n') {
        context.count(0, 1);
        const std::size_t here = packet.payload().size() - taken;
        if (here < bytes)
          context.skip_stream(bytes - here);
        else
          context.discard_stream(taken + bytes);
        return Verdict::kNeedMore;
      }
      if (c < '0' || c > '9') return Verdict::kMalformed;
      bytes = bytes * 10 + static_cast<std::size_t>(c - '0');
    }
    return Verdict::kNeedMore;
  }
};

/// A toy protocol over TCP that is sure at once and then makes room for another one all the same, at "!".
struct Fickle {
  struct State {};
  static constexpr std::string_view kName = "fickle", kNameSource = "";
  static constexpr Input kInput = Input::kStreamPrefix;
  static constexpr bool kEncrypted = false, kStateOverUdp = false;
  static constexpr std::array<Pattern, 0> kPatterns{};
  static constexpr std::array<PortRange, 1> kPorts{PortRange{kTcp, 7004, 7004}};
  static constexpr std::array<std::string_view, 0> kNameLists{};
  static constexpr std::array<MetricDescription, 0> kCounters{};
  static constexpr std::array<MetricDescription, 0> kHistograms{};

  static Verdict probe(const PacketView&) noexcept { return Verdict::kDone; }
  static Verdict consume(const PacketView& packet, State&, AnalyzerContext& context) noexcept {
    context.discard_stream(1);
    if (packet.payload()[0] != '!') return Verdict::kNeedMore;
    context.hand_over();
    return Verdict::kDone;
  }
};

/// A toy protocol over UDP that announces: each byte is a port of 192.0.2.7, where guests will call.
struct Herald {
  struct State {};
  static constexpr std::string_view kName = "herald", kNameSource = "";
  static constexpr Input kInput = Input::kDatagram;
  static constexpr bool kEncrypted = false, kStateOverUdp = false;
  static constexpr std::array<Pattern, 0> kPatterns{};
  static constexpr std::array<PortRange, 1> kPorts{PortRange{kUdp, 7005, 7006}};
  static constexpr std::array<TeachingPorts, 1> kTeachingPorts{TeachingPorts{{kUdp, 7005, 7005}, false}};
  static constexpr std::array<std::string_view, 2> kExpects{"guest", "nobody"};
  static constexpr std::array<std::string_view, 0> kNameLists{};
  static constexpr std::array<MetricDescription, 0> kCounters{};
  static constexpr std::array<MetricDescription, 0> kHistograms{};

  static Verdict probe(const PacketView&) noexcept { return Verdict::kDone; }
  static Verdict consume(const PacketView& packet, State&, AnalyzerContext& context) noexcept {
    const std::uint8_t address[4] = {192, 0, 2, 7};
    for (const std::uint8_t port : packet.payload()) {
      context.expect_flow(1, IpAddress::from_v4(address), port, {});
      context.expect_flow(0, IpAddress::from_v4(address), port, {port});
    }
    return Verdict::kNeedMore;
  }
};

/// A toy protocol over UDP that is known only where it was announced; 'b' says good-bye. Its table has a row per flow:
/// the note it was announced with, and its datagrams.
struct Guest {
  struct State {
    std::uint8_t note, datagrams;
  };
  static constexpr std::string_view kName = "guest", kNameSource = "";
  static constexpr Input kInput = Input::kDatagram;
  static constexpr bool kEncrypted = false, kStateOverUdp = true;
  static constexpr std::array<Pattern, 1> kPatterns{Pattern{"^[gb]"}};
  static constexpr std::array<PortRange, 0> kPorts{};
  static constexpr std::array<std::string_view, 0> kNameLists{};
  static constexpr std::array<MetricDescription, 1> kCounters{MetricDescription{"guests_mistaken", "Not guests."}};
  static constexpr std::array<MetricDescription, 0> kHistograms{};
  static constexpr std::array<ReportColumn, 2> kColumns{ReportColumn{"note", ""}, ReportColumn{"datagrams", ""}};
  static constexpr std::array<ReportTableDescription, 1> kTables{
      ReportTableDescription{"guest", "visits", "Visits", kColumns}};

  static Verdict probe(const PacketView& packet) noexcept {
    return packet.payload()[0] == 'g' || packet.payload()[0] == 'b' ? Verdict::kTentative : Verdict::kNotMine;
  }
  static Verdict consume(const PacketView& packet, State& state, AnalyzerContext& context) noexcept {
    const ExpectationNote* note = context.expectation(packet.dst_addr(), packet.dst_port());
    ++state.datagrams;
    if (note != nullptr) state.note = (*note)[0];
    if (state.note == 0) return state.datagrams < 3 ? Verdict::kTentative : Verdict::kNotMine;
    return packet.payload()[0] == 'b' ? Verdict::kDone : Verdict::kNeedMore;
  }
  static void end_flow(State& state, bool mine, AnalyzerContext& context) noexcept {
    if (!mine) return context.count(0, 1);
    context.add_row(0, Direction::kLoToHi, Timestamp{5}, std::array<std::int64_t, 2>{state.note, state.datagrams});
  }
};

inline constexpr std::array<AnalyzerEntry, 9> kAnalyzers{
    make_analyzer_entry<Line>(),   make_analyzer_entry<Teacher>(), make_analyzer_entry<Upgrade>(),
    make_analyzer_entry<Puzzle>(), make_analyzer_entry<Parcel>(),  make_analyzer_entry<Counting>(),
    make_analyzer_entry<Fickle>(), make_analyzer_entry<Herald>(),  make_analyzer_entry<Guest>()};
inline constexpr ProtocolId kLine = 1, kTeacher = 2, kUpgrade = 3, kPuzzle = 4, kParcel = 5, kCounting = 6, kFickle = 7,
                            kHerald = 8, kGuest = 9;

}  // namespace netpulse::toys
