/// When cycles run, as plain code.
#pragma once

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

namespace troupe::allocator {

/// A batch is due `interval` after the end of the one before (the first after one interval). An
/// event asks for a cycle of its own: at once, but not within `gap` after the last cycle, nor within the time that one
/// took, so that event cycles never take more than half of the time; requests that come until then share it. Nothing
/// is due while a cycle runs.
class cycle_schedule {
 public:
  using time = std::chrono::steady_clock::time_point;
  enum class work { none, event_cycle, batch };

  cycle_schedule(std::chrono::nanoseconds interval, std::chrono::nanoseconds gap)
      : interval_(interval)
      , gap_(gap) {}

  /// Nothing is due before.
  void start(time now) {
    started_ = true;
    next_batch_ = now + interval_;
    next_event_ = now;
  }
  /// Something could be offered.
  void request() { requested_ = true; }
  /// What to do now; it counts as running until `finish`.
  work take(time now) {
    if (!started_ || running_ != work::none)
      return work::none;
    if (now >= next_batch_)
      return begin(work::batch, now);
    if (requested_ && now >= next_event_)
      return begin(work::event_cycle, now);
    return work::none;
  }
  void finish(time now) {
    if (std::exchange(running_, work::none) == work::batch)
      next_batch_ = now + interval_;
    next_event_ = now + std::max<std::chrono::nanoseconds>(gap_, now - begun_);
  }
  /// When to call `take` again at the latest, unless a cycle runs or an event comes before.
  std::optional<time> wake_up() const {
    if (!started_ || running_ != work::none)
      return std::nullopt;
    return requested_ ? std::min(next_event_, next_batch_) : next_batch_;
  }

 private:
  work begin(work what, time now) {
    requested_ = false;
    begun_ = now;
    return running_ = what;
  }

  std::chrono::nanoseconds interval_;
  std::chrono::nanoseconds gap_;
  bool started_ = false;
  bool requested_ = false;
  work running_ = work::none;
  time begun_;
  time next_batch_;
  time next_event_;
};

} // namespace troupe::allocator
