/// When sandboxes that nobody uses any more are deleted.
#pragma once

#include "agent/moment.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace troupe::agent {

/// A schedule: each path is deleted `delay` after its last use, sooner when the disk fills up.
class gc_schedule {
 public:
  /// `headroom` (0 to 1): the part of the disk that collection tries to keep free.
  gc_schedule(std::chrono::nanoseconds delay, double headroom)
      : delay_(delay)
      , headroom_(headroom)
      , age_(delay) {}

  /// `path` was used last at `at`; a path that is scheduled already keeps its time.
  void schedule(const std::string& path, steady_time at) {
    if (last_use_.emplace(path, at).second)
      by_time_.insert({at, path});
  }

  /// It is in use again.
  void unschedule(const std::string& path) {
    const auto found = last_use_.find(path);
    if (found == last_use_.end())
      return;
    by_time_.erase({found->second, path});
    last_use_.erase(found);
  }

  /// The largest age allowed at this disk usage (0 to 1): delay · max(0, 1 − headroom − usage).
  void disk_usage(double used) {
    const auto part = 1.0 - headroom_ - used;
    age_ = part <= 0
               ? std::chrono::nanoseconds{0}
               : std::chrono::nanoseconds{static_cast<std::int64_t>(double(delay_.count()) * part)};
  }
  std::chrono::nanoseconds allowed_age() const { return age_; }

  /// Takes out what has reached the allowed age.
  std::vector<std::string> due(steady_time now) {
    std::vector<std::string> out;
    while (!by_time_.empty() && by_time_.begin()->first + age_ <= now) {
      out.push_back(by_time_.begin()->second);
      last_use_.erase(out.back());
      by_time_.erase(by_time_.begin());
    }
    return out;
  }
  std::optional<steady_time> next_due() const {
    if (by_time_.empty())
      return std::nullopt;
    return by_time_.begin()->first + age_;
  }

  std::size_t size() const { return last_use_.size(); }

 private:
  std::chrono::nanoseconds delay_;
  double headroom_;
  std::chrono::nanoseconds age_;
  std::map<std::string, steady_time> last_use_;
  std::set<std::pair<steady_time, std::string>> by_time_;
};

} // namespace troupe::agent
