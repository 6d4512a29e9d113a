/// Simulated frameworks: each runs as many tasks as it was told to, on whatever it is offered.
#pragma once

#include "protocol/master.hpp"
#include "watcher.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace troupe::bench {

/// Keep so many tasks running.
struct run_tasks {
  std::size_t wanted = 0;
};

/// Something happened to an agent's resources.
struct moment_of {
  std::string agent;
  std::chrono::steady_clock::time_point at;
};
struct framework_history {
  std::vector<moment_of> ended;   ///< tasks, at their agent
  std::vector<moment_of> offered; ///< whatever was free there
};
/// Asked at the end.
struct get_history {};

/// What the framework subscribed with, and its id.
struct get_framework_info {};

using simulated_framework =
    framework_endpoint_actor::extend<caf::reacts_to<run_tasks>, caf::reacts_to<api_answer>,
                                     caf::replies_to<get_history>::with<framework_history>,
                                     caf::replies_to<get_framework_info>::with<framework_info_ptr>,
                                     caf::replies_to<caf::get_atom>::with<std::size_t>>;

struct framework_memory {
  static constexpr const char* name = "simulated framework";

  std::string id;
  std::size_t wanted = 0;
  std::size_t running = 0;  ///< their TASK_RUNNING was acknowledged
  std::size_t launched = 0; ///< accepted, not yet known to run
  std::uint64_t next_task = 0;
  framework_history history;
};

struct framework_plan {
  std::size_t number = 0;
  std::string role;
  std::string task; ///< resources of each task, text form
  master_actor master;
  /// Is told when it is subscribed, then whenever all tasks that are wanted run, each acknowledged.
  watcher_actor watcher;
};

/// `get_atom` asks for the number of offers so far.
simulated_framework::behavior_type
framework(simulated_framework::stateful_pointer<framework_memory> self, framework_plan plan);

} // namespace troupe::bench

TROUPE_MESSAGE(troupe::bench::run_tasks)
TROUPE_MESSAGE(troupe::bench::get_history)
TROUPE_MESSAGE(troupe::bench::get_framework_info)
TROUPE_MESSAGE(troupe::bench::framework_history)
TROUPE_MESSAGE(troupe::bench::framework_plan)
