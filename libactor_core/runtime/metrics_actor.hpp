/// The metrics collector: see protocol/metrics.hpp for its conversation.
#pragma once

#include "protocol/metrics.hpp"
#include "runtime/clock.hpp"
#include "runtime/timer_series.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace troupe {

/// All published metrics, without the actor around them. The caller passes the time in.
class metrics_book {
 public:
  void apply(const metric_batch& batch, steady_time now);
  /// Everything that was published. Not const because samples older than their window are dropped.
  gauge_values read(steady_time now);
  /// The names of all counters.
  const std::set<std::string, std::less<>>& counters() const { return counters_; }

 private:
  void forget(const std::string& prefix);

  gauge_values values_; ///< counters and gauges: a name has one kind
  std::set<std::string, std::less<>> counters_;
  std::map<std::string, timer_series, std::less<>> timers_;
};

struct metrics_config {
  /// `master/uptime_secs` or `slave/uptime_secs`, counted from the spawn; empty: not shown.
  std::string uptime_key;
  /// Show `system/load_1min` and the other facts of the machine.
  bool with_system = true;
};

struct metrics_state {
  static inline const char* name = "metrics";

  metrics_book book;
  std::vector<caf::weak_actor_ptr> sources; ///< held weakly: metrics keep nobody alive
  steady_time started;
};

metrics_actor::behavior_type metrics(metrics_actor::stateful_pointer<metrics_state> self,
                                     metrics_config config, const clock& time);

} // namespace troupe
