#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

/// Clients that read big answers while one reads an event stream.
namespace bench {

/// An event's payload: the nanoseconds of the monotonic clock when it was pushed, in so many digits.
constexpr size_t time_digits = 19;

struct reader_row {
  int readers = 0;
  double answers_per_s = 0; ///< of all readers
  double p50_ms = 0;        ///< from an event's push to its reader
  double p99_ms = 0;
  double worst_ms = 0;
};

/// `readers` connections that GET `/big` again and again; meanwhile one reads `/ticks`, which gets an event
/// a millisecond, until it has `events` of them.
reader_row measure_readers(uint16_t port, int readers, int events);

void print(const std::vector<reader_row>& rows);

} // namespace bench
