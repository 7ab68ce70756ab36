#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/place/place_database.h"
#include "engine/worker/engine.h"
#include "exporters/common/latest_snapshot.h"
#include "tools/netpulse/flow_selection.h"
#include "tools/netpulse/settings.h"

namespace netpulse {

/// What run and read share: catalogue, engine, configured exporters, and the loop around them.
class Session {
 public:
  /// interfaces: names of live interfaces; empty for files. lasting: may run for days, so that its report lists the
  /// latest findings and no names.
  static Result<std::unique_ptr<Session>> open(const Settings& settings,
                                               std::vector<std::unique_ptr<PacketSource>> sources,
                                               std::vector<std::string> interfaces, bool lasting);

  Engine& engine() noexcept { return *engine_; }
  const LatestSnapshot& latest() const noexcept { return *latest_; }
  PlaceDatabase& places() noexcept { return places_; }

  /// Runs until the input ends, duration_seconds have passed or a signal came; tick is called some 20 times a second.
  RunReport run(std::optional<double> duration_seconds, const std::function<void()>& tick);
  /// After run(): what exporters could not write.
  std::vector<std::string> exporter_errors() const;
  /// After run(): what Settings::flow_filter has selected; null if there is none.
  const SelectionSummary* selection() const noexcept { return selection_ ? &selection_->summary() : nullptr; }

 private:
  Result<void> add_sinks(const Settings& settings);
  Session(Catalogue catalogue, const Settings& settings);

  // In the order of their lives: the engine goes first.
  Catalogue catalogue_;
  PlaceDatabase places_;
  std::vector<std::unique_ptr<FlowSink>> sinks_;
  std::unique_ptr<FlowSelection> selection_;
  std::unique_ptr<LatestSnapshot> latest_;
  std::unique_ptr<Engine> engine_;
};

}  // namespace netpulse
