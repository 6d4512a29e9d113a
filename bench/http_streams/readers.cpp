#include "readers.hpp"

#include "load.hpp"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <stdexcept>
#include <thread>

namespace bench {

namespace {

using clock = std::chrono::steady_clock;

/// One event as it comes: chunk head, length, payload, chunk end.
constexpr size_t event_bytes = sizeof "16\r\n19\n" - 1 + time_digits + 2;
constexpr size_t payload_at = sizeof "16\r\n19\n" - 1;

double read_event(int socket) {
  const auto event = read(socket, event_bytes);
  const std::chrono::nanoseconds pushed(std::stoll(event.substr(payload_at, time_digits)));
  return std::chrono::duration<double, std::milli>(clock::now().time_since_epoch() - pushed)
      .count();
}

} // namespace

reader_row measure_readers(uint16_t port, int readers, int events) {
  std::atomic<bool> over{false};
  std::atomic<int> answers{0};
  std::atomic<bool> failed{false};
  std::vector<std::thread> threads;
  for (int i = 0; i < readers; ++i)
    threads.emplace_back([&] {
      try {
        for (auto socket = connect_to(port); !over; ++answers)
          skip_answer(socket.get(), "/big");
      } catch (const std::runtime_error&) {
        failed = true;
      }
    });
  const auto begin = clock::now();
  std::vector<double> times;
  try {
    auto stream = subscribe(port, "/ticks");
    for (int i = 0; i < events; ++i)
      times.push_back(read_event(stream.get()));
  } catch (const std::runtime_error&) {
    failed = true;
  }
  over = true;
  const std::chrono::duration<double> took = clock::now() - begin;
  for (auto& each : threads)
    each.join();
  if (failed)
    throw std::runtime_error("the server closed a connection");
  std::sort(times.begin(), times.end());
  return {readers, answers / took.count(), times[times.size() / 2], times[times.size() * 99 / 100],
          times.back()};
}

void print(const std::vector<reader_row>& rows) {
  std::printf("%11s %10s %14s %14s %14s\n", "readers", "answers/s", "event p50 ms", "event p99 ms",
              "worst ms");
  for (const auto& r : rows)
    std::printf("%11d %10.0f %14.3f %14.3f %14.3f\n", r.readers, r.answers_per_s, r.p50_ms,
                r.p99_ms, r.worst_ms);
}

} // namespace bench
