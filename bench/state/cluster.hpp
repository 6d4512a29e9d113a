/// A simulated cluster that lives in one process: it plays the master towards state replicas.
#pragma once

#include "protocol/master.hpp"

#include <caf/all.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <utility>
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

/// Times in milliseconds that several threads note.
class time_log {
 public:
  void note(std::chrono::steady_clock::duration time) {
    std::lock_guard lock(mutex_);
    all_.push_back(std::chrono::duration<double, std::milli>(time).count());
  }
  /// What was noted since the last call.
  std::vector<double> take() {
    std::lock_guard lock(mutex_);
    return std::exchange(all_, {});
  }

 private:
  std::mutex mutex_;
  std::vector<double> all_;
};

/// A message that the master only notes the delay of.
struct master_event {
  std::chrono::steady_clock::time_point sent;
};

/// Running tasks as the cluster has them.
std::vector<mesos::v1::Task> sample_tasks(std::size_t count);

/// A plain handle for what the bench tells its master: `std::size_t n` is "update n tasks now", and
/// `master_event`.
struct simulated_master {
  caf::actor handle;
  std::shared_ptr<delta_times> times;
  std::shared_ptr<time_log> waited;  ///< from a `master_event` to its turn
  std::shared_ptr<time_log> reached; ///< from deltas to the replica that has applied them

  /// What replicas take for the master.
  master_actor as_master() const { return caf::actor_cast<master_actor>(handle); }
};

/// Keeps every task, as a master does, and feeds each replica that attaches itself.
simulated_master spawn_cluster(caf::actor_system& system, const cluster_shape& shape);

} // namespace troupe::bench

TROUPE_MESSAGE(troupe::bench::master_event)
