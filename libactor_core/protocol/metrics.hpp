/// The metrics collector keeps every number that `/metrics/snapshot` shows. Components send it what
/// changed; nobody reads a component's state from outside.
///
///   component ──metric_batch──────▶ metrics     counters, gauges, timer samples; any time
///   component ──add_gauge_source──▶ metrics     gauges that are computed only on demand
///   reader    ──get_metrics───────▶ metrics ──get_gauges───▶ sources
///   reader    ◀─metrics_snapshot─── metrics ◀──gauge_values── sources     late ones are left out
#pragma once

#include "protocol/base.hpp"

#include <chrono>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace troupe {

/// Name to number, sorted by name.
using gauge_values = std::map<std::string, double, std::less<>>;

/// Changes to publish, gathered where they happen and sent at leisure: counting in a batch is a map
/// look-up. Keys are the full names of the endpoint (`master/tasks_finished`); one name has one
/// kind for ever.
class metric_batch {
 public:
  /// Adds to a counter; 0 declares it, so that it is shown from the start.
  void count(std::string_view name, double by = 1);
  /// Sets a gauge.
  void set(std::string_view name, double value);
  /// Adds a measured duration to the timer `name`; it is shown as `<name>_ms`.
  void sample(std::string_view name, std::chrono::nanoseconds duration);
  /// Makes the timer `name` keep statistics (`<name>_ms/p99` …) over the samples of the last
  /// `window`. Without a declaration a timer shows its last value only.
  void declare_timer(std::string_view name, std::chrono::nanoseconds window);
  /// Forgets every metric whose name starts with `prefix`. Carried out before the rest of its
  /// batch.
  void forget(std::string_view prefix);

  bool empty() const;
  /// Hands the content over and is empty afterwards: `send(metrics, batch.take())`.
  metric_batch take();

  const gauge_values& counters() const { return counters_; }
  const gauge_values& gauges() const { return gauges_; }
  const std::map<std::string, std::vector<double>, std::less<>>& samples() const {
    return samples_;
  }
  const std::map<std::string, std::chrono::nanoseconds, std::less<>>& timers() const {
    return timers_;
  }
  const std::vector<std::string>& forgotten() const { return forgotten_; }

 private:
  gauge_values counters_;
  gauge_values gauges_;
  std::map<std::string, std::vector<double>, std::less<>> samples_; ///< milliseconds
  std::map<std::string, std::chrono::nanoseconds, std::less<>> timers_;
  std::vector<std::string> forgotten_;
};

/// Asked of a component when somebody looks: its gauges of this moment.
struct get_gauges {};

using gauge_source_actor = caf::typed_actor<caf::replies_to<get_gauges>::with<gauge_values>>;

/// From now on ask `source` at every snapshot, until it is gone.
struct add_gauge_source {
  gauge_source_actor source;
};

/// Ask for all metrics. Gauge sources that take longer than `timeout` (10 s when zero) are left
/// out.
struct get_metrics {
  std::chrono::nanoseconds timeout{0};
};

struct metrics_snapshot {
  gauge_values values;
  std::set<std::string, std::less<>> counters{}; ///< those of `values` that only grow
};

using metrics_actor =
    caf::typed_actor<caf::reacts_to<metric_batch>, caf::reacts_to<add_gauge_source>,
                     caf::replies_to<get_metrics>::with<metrics_snapshot>>;

} // namespace troupe

TROUPE_MESSAGE(troupe::metric_batch)
TROUPE_MESSAGE(troupe::gauge_values)
TROUPE_MESSAGE(troupe::get_gauges)
TROUPE_MESSAGE(troupe::add_gauge_source)
TROUPE_MESSAGE(troupe::get_metrics)
TROUPE_MESSAGE(troupe::metrics_snapshot)
