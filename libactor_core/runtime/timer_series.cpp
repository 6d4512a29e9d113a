#include "runtime/timer_series.hpp"

#include "model/contract.hpp"

#include <algorithm>
#include <cmath>

namespace troupe {

double percentile(const std::vector<double>& sorted, double fraction) {
  expects(!sorted.empty(), "percentile of nothing");
  auto position = fraction * static_cast<double>(sorted.size() - 1);
  auto below = static_cast<std::size_t>(std::floor(position));
  auto above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (position - std::floor(position)) * (sorted[above] - sorted[below]);
}

void timer_series::add(double milliseconds, steady_time now) {
  last_ = milliseconds;
  if (!window_)
    return;
  drop_older_than(now - *window_);
  samples_.push_back({now, milliseconds});
  if (samples_.size() <= capacity)
    return;
  std::deque<sample> thinned;
  for (std::size_t i = 0; i < samples_.size(); ++i)
    if (i >= samples_.size() / 2 || i % 2 == 0)
      thinned.push_back(samples_[i]);
  samples_ = std::move(thinned);
}

void timer_series::drop_older_than(steady_time limit) {
  while (!samples_.empty() && samples_.front().at < limit)
    samples_.pop_front();
}

void timer_series::append_to(gauge_values& out, const std::string& name, steady_time now) {
  if (!last_)
    return;
  auto key = name + "_ms";
  out[key] = *last_;
  if (!window_)
    return;
  drop_older_than(now - *window_);
  if (samples_.size() < 2)
    return;
  std::vector<double> sorted;
  sorted.reserve(samples_.size());
  for (const auto& each : samples_)
    sorted.push_back(each.value);
  std::sort(sorted.begin(), sorted.end());
  out[key + "/count"] = static_cast<double>(sorted.size());
  out[key + "/min"] = sorted.front();
  out[key + "/max"] = sorted.back();
  constexpr std::pair<const char*, double> fractions[] = {{"/p50", 0.5},    {"/p90", 0.9},
                                                          {"/p95", 0.95},   {"/p99", 0.99},
                                                          {"/p999", 0.999}, {"/p9999", 0.9999}};
  for (auto [suffix, fraction] : fractions)
    out[key + suffix] = percentile(sorted, fraction);
}

} // namespace troupe
