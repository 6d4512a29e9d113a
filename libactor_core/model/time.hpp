/// Points in time as values; who reads a clock is another matter (`runtime/clock.hpp`).
#pragma once

#include <chrono>

namespace troupe {

/// Wall time: what statuses, the registry and people see. May jump when the machine's clock is set.
using wall_time = std::chrono::time_point<std::chrono::system_clock, std::chrono::nanoseconds>;
/// Time that only goes forward: deadlines, ages, measurements.
using steady_time = std::chrono::time_point<std::chrono::steady_clock, std::chrono::nanoseconds>;

} // namespace troupe
