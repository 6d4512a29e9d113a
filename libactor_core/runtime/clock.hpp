/// Time as a dependency. Components are given a `const clock&` and never read a clock of their own,
/// so that simulation and tests move time by hand and the same seed gives the same history.
#pragma once

#include "model/time.hpp"

namespace troupe {

/// Must outlive every actor that was given it.
class clock {
 public:
  virtual ~clock() = default;

  virtual wall_time now() const noexcept = 0;
  virtual steady_time steady() const noexcept = 0;
};

/// The machine's clocks; callable from every thread.
class real_clock final : public clock {
 public:
  wall_time now() const noexcept override { return std::chrono::system_clock::now(); }
  steady_time steady() const noexcept override { return std::chrono::steady_clock::now(); }
};

/// Stands still until it is moved. For one thread only, as CAF's test_coordinator is; the pair of
/// both, moved together, is `deterministic_system`.
class virtual_clock final : public clock {
 public:
  /// Starts at `start`; steady time starts one hour after its epoch, so that "an hour ago" exists.
  explicit virtual_clock(wall_time start = wall_time{std::chrono::hours{24 * 365 * 50}})
      : now_(start) {}

  wall_time now() const noexcept override { return now_; }
  steady_time steady() const noexcept override { return steady_; }

  /// Moves both times forward by `step` (not negative).
  void advance(std::chrono::nanoseconds step) {
    now_ += step;
    steady_ += step;
  }

  /// Sets wall time only, as an operator or NTP would: steady time is not disturbed.
  void set(wall_time now) { now_ = now; }

 private:
  wall_time now_;
  steady_time steady_{std::chrono::hours{1}};
};

/// Seconds since the epoch with their fraction, as the HTTP endpoints print times.
inline double to_seconds(wall_time time) {
  return std::chrono::duration<double>(time.time_since_epoch()).count();
}

/// A duration as seconds with their fraction.
inline double to_seconds(std::chrono::nanoseconds duration) {
  return std::chrono::duration<double>(duration).count();
}

} // namespace troupe
