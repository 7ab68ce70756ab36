#include "tools/netpulse/session.h"

#include <chrono>
#include <thread>
#include <utility>

#include "configs/catalogue/bundled.h"
#include "configs/places/bundled.h"
#include "plugins/registry.h"
#include "tools/netpulse/stop_signals.h"

namespace netpulse {
namespace {

// Short captures are read in a millisecond; nobody should wait for a longer nap.
constexpr std::chrono::milliseconds kNapMin{1}, kNapMax{50};

}  // namespace

Session::Session(Catalogue catalogue, const Settings& settings)
    : catalogue_(std::move(catalogue)), places_(bundled_countries(), settings.geoip_databases) {}

Result<std::unique_ptr<Session>> Session::open(const Settings& settings,
                                               std::vector<std::unique_ptr<PacketSource>> sources,
                                               std::vector<std::string> interfaces, bool lasting) {
  auto catalogue = load_catalogue(settings.catalogue_files);
  if (!catalogue.ok()) return catalogue.error();
  std::unique_ptr<Session> session(new Session(std::move(catalogue).value(), settings));
  auto plan = AnalysisPlan::build(registered_analyzers(), session->catalogue_);
  if (!plan.ok()) return plan.error();
  EngineOptions options = settings.engine;
  options.collect_names = !lasting;
  options.collect_latest = lasting;
  const std::size_t source_count = sources.size();
  session->engine_ =
      std::make_unique<Engine>(options, std::move(sources), std::move(plan).value(), std::move(interfaces));
  Engine& engine = *session->engine_;
  engine.use_places(session->places_);
  auto sinks = make_flow_sinks(settings.exporters, engine.names());
  if (!sinks.ok()) return sinks.error();
  session->sinks_ = std::move(sinks).value();
  for (const auto& sink : session->sinks_) engine.add_flow_sink(*sink);
  session->latest_ =
      std::make_unique<LatestSnapshot>(make_zero_snapshot(engine.names(), options.worker_count, source_count));
  engine.add_metrics_sink(*session->latest_);
  return session;
}

RunReport Session::run(std::optional<double> duration_seconds, const std::function<void()>& tick) {
  using Clock = std::chrono::steady_clock;
  const StopSignals signals(*engine_);
  const auto begin = Clock::now();
  engine_->start();
  for (auto nap = kNapMin; !engine_->finished(); nap = std::min(nap * 2, kNapMax)) {
    std::this_thread::sleep_for(nap);
    tick();
    if (duration_seconds && std::chrono::duration<double>(Clock::now() - begin).count() >= *duration_seconds)
      engine_->request_stop();
  }
  return engine_->wait();
}

std::vector<std::string> Session::exporter_errors() const {
  std::vector<std::string> errors;
  for (const auto& sink : sinks_)
    if (std::string error = sink->error(); !error.empty()) errors.push_back(std::move(error));
  return errors;
}

}  // namespace netpulse
