/// Text forms of flags and endpoints: durations and sizes. Brings in attributes and role names.
#pragma once

#include "model/attributes.hpp"
#include "model/outcome.hpp"
#include "model/roles.hpp"

#include <chrono>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace troupe {

/// A size in bytes.
struct byte_size {
  std::uint64_t count = 0;

  friend auto operator<=>(const byte_size&, const byte_size&) = default;
};

/// Parses `5secs`, `1.5mins`, `100ms`: number and one of ns, us, ms, secs, mins, hrs, days, weeks.
outcome<std::chrono::nanoseconds> parse_duration(std::string_view text);
/// The largest unit that keeps it exact: `1mins`, `90secs`, `2weeks`; `0ns`.
std::string to_text(std::chrono::nanoseconds duration);

/// Parses `512B`, `4KB`, `2GB`: a whole number and one of B, KB, MB, GB, TB (1024 based).
outcome<byte_size> parse_bytes(std::string_view text);
/// The largest unit that keeps it exact: `2GB`, `1536MB`, `0B`.
std::string to_text(byte_size size);

} // namespace troupe
