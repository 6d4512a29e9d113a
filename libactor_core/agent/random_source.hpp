/// The agent's own randomness, so that the same seed gives the same history.
#pragma once

#include <chrono>
#include <cstdint>
#include <random>
#include <string>

namespace troupe::agent {

class random_source {
 public:
  explicit random_source(std::uint64_t seed)
      : engine_(seed) {}

  /// 16 bytes of a version 4 UUID.
  std::string uuid();
  /// The same as text, 36 characters.
  std::string uuid_text();
  /// Evenly distributed in [0, most].
  std::chrono::nanoseconds up_to(std::chrono::nanoseconds most);
  /// For somebody else's random source.
  std::uint64_t seed() { return engine_(); }

 private:
  std::mt19937_64 engine_;
};

} // namespace troupe::agent
