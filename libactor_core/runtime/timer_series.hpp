/// The samples of one timer and the statistics over its window.
#pragma once

#include "protocol/metrics.hpp"
#include "runtime/clock.hpp"

#include <deque>
#include <optional>

namespace troupe {

/// Keeps at most `capacity` samples: when it is full, every second one of the older half goes, so
/// that old times stay represented.
class timer_series {
 public:
  static constexpr std::size_t capacity = 1000;

  /// Statistics over the last `window`; without it only the last value is shown.
  void set_window(std::chrono::nanoseconds window) { window_ = window; }

  void add(double milliseconds, steady_time now);

  /// Adds `<name>_ms` and, from two samples within the window on, `<name>_ms/count`, `/max`, `/min`
  /// and percentiles (linear between neighbours). Nothing before the first sample.
  void append_to(gauge_values& out, const std::string& name, steady_time now);

 private:
  struct sample {
    steady_time at;
    double value;
  };

  void drop_older_than(steady_time limit);

  std::optional<std::chrono::nanoseconds> window_;
  std::optional<double> last_;
  std::deque<sample> samples_;
};

/// The value below which `fraction` (0 to 1) of `sorted` lies, linear between neighbours. Not for
/// an empty list.
double percentile(const std::vector<double>& sorted, double fraction);

} // namespace troupe
