/// Random numbers that are the same on every platform for the same seed.
#pragma once

#include <cstdint>
#include <string_view>

namespace troupe::allocator {

/// One step of splitmix64 (Steele, Lea, Flood 2014): a bijection that spreads every bit.
constexpr std::uint64_t mix_bits(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

/// A well spread number for a text (FNV-1a, then mixed).
constexpr std::uint64_t mix_text(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (char c : text)
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  return mix_bits(hash);
}

/// The splitmix64 generator.
class random_source {
 public:
  explicit random_source(std::uint64_t seed)
      : state_(seed) {}

  std::uint64_t next() {
    auto result = mix_bits(state_);
    state_ += 0x9e3779b97f4a7c15u;
    return result;
  }
  /// Uniform in [0, 1).
  double unit() { return static_cast<double>(next() >> 11) * 0x1p-53; }
  /// Uniform below `limit` (> 0); the bias is below 2^-32 for limits that fit 32 bits.
  std::uint64_t below(std::uint32_t limit) { return ((next() >> 32) * limit) >> 32; }

 private:
  std::uint64_t state_;
};

} // namespace troupe::allocator
