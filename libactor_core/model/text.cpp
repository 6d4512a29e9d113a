#include "model/text.hpp"

#include "model/text_scan.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace troupe {

using namespace text_scan;

namespace {

struct unit {
  std::string_view name;
  std::uint64_t size;
};

constexpr std::array duration_units{
    unit{"ns", 1},
    unit{"us", 1'000},
    unit{"ms", 1'000'000},
    unit{"secs", 1'000'000'000},
    unit{"mins", 60'000'000'000},
    unit{"hrs", 3'600'000'000'000},
    unit{"days", 86'400'000'000'000},
    unit{"weeks", 604'800'000'000'000},
};

constexpr std::array byte_units{
    unit{"B", 1},           unit{"KB", 1ULL << 10}, unit{"MB", 1ULL << 20},
    unit{"GB", 1ULL << 30}, unit{"TB", 1ULL << 40},
};

template <class Units>
std::string exact_text(std::uint64_t magnitude, const Units& units) {
  auto best = units.front();
  for (const auto& candidate : units)
    if (magnitude != 0 && magnitude % candidate.size == 0)
      best = candidate;
  return std::to_string(magnitude / best.size) + std::string(best.name);
}

template <class Units>
const unit* find_unit(std::string_view name, const Units& units) {
  for (const auto& candidate : units)
    if (candidate.name == name)
      return &candidate;
  return nullptr;
}

} // namespace

outcome<std::chrono::nanoseconds> parse_duration(std::string_view text) {
  using rep = std::chrono::nanoseconds::rep;
  auto clean = trim(text);
  auto split_at = std::min(clean.find_first_not_of("+-.0123456789"), clean.size());
  auto digits = clean.substr(0, split_at);
  auto* scale = find_unit(clean.substr(split_at), duration_units);
  if (!scale)
    return failure{"duration " + quoted(text) +
                   " needs a unit: ns, us, ms, secs, mins, hrs, days or weeks"};
  auto too_long = failure{"duration " + quoted(text) + " is out of range"};
  // Whole numbers stay exact; a double would lose nanoseconds of long durations.
  if (auto whole = number<rep>(digits)) {
    rep product = 0;
    if (__builtin_mul_overflow(*whole, static_cast<rep>(scale->size), &product))
      return too_long;
    return std::chrono::nanoseconds{product};
  }
  auto value = number<double>(digits);
  if (!value)
    return failure{"duration " + quoted(text) + " does not begin with a number"};
  auto product = std::round(*value * static_cast<double>(scale->size));
  if (std::abs(product) >= static_cast<double>(std::numeric_limits<rep>::max()))
    return too_long;
  return std::chrono::nanoseconds{static_cast<rep>(product)};
}

std::string to_text(std::chrono::nanoseconds duration) {
  auto count = duration.count();
  if (count < 0)
    return "-" + exact_text(0 - static_cast<std::uint64_t>(count), duration_units);
  return exact_text(static_cast<std::uint64_t>(count), duration_units);
}

outcome<byte_size> parse_bytes(std::string_view text) {
  auto clean = trim(text);
  auto split_at = std::min(clean.find_first_not_of("+-.0123456789"), clean.size());
  auto* scale = find_unit(clean.substr(split_at), byte_units);
  if (!scale)
    return failure{"size " + quoted(text) + " needs a unit: B, KB, MB, GB or TB"};
  auto value = number<std::uint64_t>(clean.substr(0, split_at));
  if (!value)
    return failure{"size " + quoted(text) + " does not begin with a whole number that fits"};
  std::uint64_t product = 0;
  if (__builtin_mul_overflow(*value, scale->size, &product))
    return failure{"size " + quoted(text) + " is out of range"};
  return byte_size{product};
}

std::string to_text(byte_size size) {
  return exact_text(size.count, byte_units);
}

} // namespace troupe
