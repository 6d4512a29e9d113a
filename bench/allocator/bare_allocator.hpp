/// A simulated cluster, and the allocator's core with its sorters' tables as the actor holds them during
/// a cycle: what most workloads time.
#pragma once

#include "bench/allocator/workload.hpp"

#include "allocator/allocator_core.hpp"
#include "allocator/drf_sorter.hpp"
#include "allocator/random_sorter.hpp"
#include "model/resource_text.hpp"

#include <chrono>
#include <ctime>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace troupe::bench {

using clock = std::chrono::steady_clock;

inline double seconds_since(clock::time_point begin) {
  return std::chrono::duration<double>(clock::now() - begin).count();
}

/// What a piece of one thread's work takes: of the thread's processor time, which on an idle machine
/// is what passes, and of what passes on this one.
class stopwatch {
 public:
  /// Seconds since the start.
  double busy() const { return thread_seconds() - busy_begin_; }
  double wall() const { return seconds_since(begin_); }

 private:
  static double thread_seconds() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
  }

  double busy_begin_ = thread_seconds();
  clock::time_point begin_ = clock::now();
};

inline void add(timings& to, const stopwatch& watch) {
  to.wall.push_back(watch.wall() * 1e3);
  to.values.push_back(watch.busy() * 1e3);
}

add_framework nth_framework(const cluster_shape& shape, std::size_t i);
/// `cpus:24;mem:4096;disk:4096;ports:[31000-32000]`, each a bag of its own.
add_agent nth_agent(std::size_t i);

/// How an offer comes back.
recover_resources give_back(const allocation& offer,
                            std::optional<std::chrono::nanoseconds> filter = {});

struct bare_allocator {
  explicit bare_allocator(const cluster_shape& shape);
  /// With frameworks and agents.
  static bare_allocator full(const cluster_shape& shape);

  template <class Event>
  allocator::reaction tell(const Event& event) {
    return core.on(event, now);
  }
  /// A cycle, if there is a reason to run one.
  std::vector<allocation> run(allocator::allocator_core::scope scope);
  /// The periodic one, a second later.
  std::vector<allocation> batch();

  clock::time_point now{std::chrono::hours{1}};
  allocator::allocator_core core{allocator::allocation_policy{}};
  std::unique_ptr<sorter_table> roles;
  std::unique_ptr<sorter_table> quota_roles;
  std::unique_ptr<sorter_table> frameworks;
};

} // namespace troupe::bench
