/// All chance of the simulation: the same seed gives the same numbers on every machine.
#pragma once

#include <chrono>
#include <cstdint>
#include <iterator>
#include <string>

namespace troupe::simulation {

using duration = std::chrono::nanoseconds;

/// A generator of its own for each part (`fork`), so that one part's draws never shift another's.
class dice {
 public:
  explicit dice(std::uint64_t seed)
      : state_(seed) {}

  /// splitmix64 (Steele, Lea, Flood 2014).
  std::uint64_t next() {
    state_ += 0x9e3779b97f4a7c15;
    auto x = state_;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
    x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
    return x ^ (x >> 31);
  }

  dice fork() { return dice{next()}; }
  /// In [0, bound); `bound` is not 0.
  std::uint64_t below(std::uint64_t bound) { return next() % bound; }
  /// In [low, high].
  std::uint64_t between(std::uint64_t low, std::uint64_t high) {
    return low + below(high - low + 1);
  }
  duration between(duration low, duration high) {
    return low + duration{static_cast<std::int64_t>(
                     below(static_cast<std::uint64_t>((high - low).count()) + 1))};
  }
  /// In [0, 1).
  double unit() { return static_cast<double>(next() >> 11) / 9007199254740992.0; }
  bool chance(double probability) { return unit() < probability; }

  template <class Container>
  auto& pick(Container& items) {
    return items[below(std::size(items))];
  }

 private:
  std::uint64_t state_;
};

} // namespace troupe::simulation
