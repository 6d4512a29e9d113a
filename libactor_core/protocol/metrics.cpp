#include "protocol/metrics.hpp"

#include <utility>

namespace troupe {

namespace {

template <class Map>
auto& slot(Map& map, std::string_view name) {
  auto found = map.lower_bound(name);
  if (found == map.end() || found->first != name)
    found = map.emplace_hint(found, std::string(name), typename Map::mapped_type{});
  return found->second;
}

} // namespace

void metric_batch::count(std::string_view name, double by) {
  slot(counters_, name) += by;
}

void metric_batch::set(std::string_view name, double value) {
  slot(gauges_, name) = value;
}

void metric_batch::sample(std::string_view name, std::chrono::nanoseconds duration) {
  slot(samples_, name).push_back(std::chrono::duration<double, std::milli>(duration).count());
}

void metric_batch::declare_timer(std::string_view name, std::chrono::nanoseconds window) {
  slot(timers_, name) = window;
}

void metric_batch::forget(std::string_view prefix) {
  forgotten_.emplace_back(prefix);
}

bool metric_batch::empty() const {
  return counters_.empty() && gauges_.empty() && samples_.empty() && timers_.empty() &&
         forgotten_.empty();
}

metric_batch metric_batch::take() {
  return std::exchange(*this, metric_batch{});
}

} // namespace troupe
