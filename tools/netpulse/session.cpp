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
  if (Result<void> added = session->add_sinks(settings); !added) return added.error();
  session->latest_ =
      std::make_unique<LatestSnapshot>(make_zero_snapshot(engine.names(), options.worker_count, source_count));
  engine.add_metrics_sink(*session->latest_);
  return session;
}

Result<void> Session::add_sinks(const Settings& settings) {
  auto sinks = make_flow_sinks(settings.exporters, engine_->names());
  if (!sinks.ok()) return sinks.error();
  sinks_ = std::move(sinks).value();
  if (const std::string& expression = settings.flow_filter; !expression.empty()) {
    for (std::size_t i = 0; i <= sinks_.size(); ++i) {  // one for each, and one for the selection
      auto filter = FlowFilter::parse(expression, schema_names(engine_->names()));
      if (const auto* fault = std::get_if<FilterFault>(&filter))
        return Error{"--filter: " + fault->message + "\n" + marked(expression, *fault) +
                     "\n\"netpulse read --filter help\" explains the language and lists the fields; packets are "
                     "selected with -f and a pcap-filter(7) expression"};
      FlowFilter& parsed = std::get<FlowFilter>(filter);
      if (i < sinks_.size())
        sinks_[i] = std::make_unique<SelectingSink>(std::move(parsed), std::move(sinks_[i]));
      else
        selection_ = std::make_unique<FlowSelection>(expression, std::move(parsed), engine_->names());
    }
    engine_->add_flow_watcher(*selection_);
  }
  for (const auto& sink : sinks_) engine_->add_flow_sink(*sink);
  return {};
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
