/// A whole cluster in this process: the real master, allocator, sorters and registrar, with
/// simulated agents and frameworks around them.
#pragma once

#include "crowd.hpp"
#include "fleet.hpp"
#include "protocol/storage.hpp"
#include "runtime/clock.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

namespace troupe::bench {

using latencies = std::vector<double>; ///< seconds, sorted

struct cluster_plan {
  std::size_t agents = 1'000;
  std::size_t frameworks = 10;
  std::size_t tasks_per_agent = 10;
};

class cluster {
 public:
  explicit cluster(const cluster_plan& plan);
  ~cluster();

  cluster(const cluster&) = delete;
  cluster& operator=(const cluster&) = delete;

  /// Seconds until every agent is registered.
  double register_agents();
  void subscribe_frameworks();
  /// Seconds until all tasks run and every framework has acknowledged its own.
  double fill();
  /// Ends one task after the other, on agents all over the cluster, and lets the frameworks replace
  /// them: from each end to the next offer of that agent to anyone.
  latencies turn_over(std::size_t tasks, std::chrono::microseconds pause);
  /// Another master takes over: seconds from its start until it has every agent back, with all its tasks.
  double change_master();

 private:
  void start_master();
  void stop_master();
  std::size_t tasks_of_master();
  template <class Question, class Use>
  void ask_frameworks(Question question, Use use);
  /// Until frameworks are offered nothing more: what is left was refused by all.
  void wait_for_silence();
  std::vector<framework_history> histories();
  /// Seconds from `begin` until actors have reported `count` times.
  double wait_for(std::size_t count, const std::function<void()>& begin);

  cluster_plan plan_;
  real_clock time_;
  caf::actor_system_config config_;
  std::unique_ptr<caf::actor_system> system_;
  watcher_actor watcher_;
  store_actor store_;
  master_actor master_;
  std::vector<caf::actor> helpers_; ///< of the master, and gone with it
  std::vector<simulated_agent> agents_;
  std::vector<simulated_framework> frameworks_;
};

} // namespace troupe::bench
