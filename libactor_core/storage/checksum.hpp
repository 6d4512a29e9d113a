/// A checksum against damage (not against malice).
#pragma once

#include <cstdint>
#include <string_view>

namespace troupe {

/// FNV-1a, 64 bits.
constexpr std::uint64_t checksum(std::string_view bytes) {
  std::uint64_t sum = 14695981039346656037u;
  for (unsigned char byte : bytes)
    sum = (sum ^ byte) * 1099511628211u;
  return sum;
}

} // namespace troupe
