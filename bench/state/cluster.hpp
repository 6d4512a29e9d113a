/// A simulated cluster that lives in one process: it plays the master towards state replicas.
#pragma once

#include "protocol/master.hpp"

#include <caf/all.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <vector>

namespace troupe::bench {

/// Five frameworks with two running tasks on each agent, and five completed ones with two completed
/// tasks of each agent.
struct cluster_shape {
  std::size_t agents = 0;

  static constexpr std::size_t frameworks = 5;
  static constexpr std::size_t tasks_per_agent = 2; ///< of each framework

  std::size_t running() const { return agents * frameworks * tasks_per_agent; }
  std::size_t completed() const { return running(); }
};

/// When each delta was sent, by its number. Written by the simulated master only; readers look at
/// numbers that they have seen in an answer, or wait until the master is idle.
class delta_times {
 public:
  using clock = std::chrono::steady_clock;

  explicit delta_times(std::size_t capacity)
      : times_(capacity) {}

  void sent(std::uint64_t number) {
    times_[number % times_.size()] = clock::now();
    last_.store(number, std::memory_order_release);
  }

  std::uint64_t last() const { return last_.load(std::memory_order_acquire); }
  clock::time_point at(std::uint64_t number) const { return times_[number % times_.size()]; }

 private:
  std::vector<clock::time_point> times_;
  std::atomic<std::uint64_t> last_{0};
};

/// Running tasks as the cluster has them.
std::vector<task_ptr> sample_tasks(std::size_t count);

/// A plain handle for what the bench tells its master: `std::size_t n` is "update n tasks now".
struct simulated_master {
  caf::actor handle;
  std::shared_ptr<delta_times> times;

  /// What replicas take for the master.
  master_actor as_master() const { return caf::actor_cast<master_actor>(handle); }
};

/// Keeps every task, as a master does, and feeds each replica that attaches itself.
simulated_master spawn_cluster(caf::actor_system& system, const cluster_shape& shape);

} // namespace troupe::bench
