/// Simulated agents: actors that do at once what the master asks for, over links in this process.
#pragma once

#include "protocol/master.hpp"
#include "watcher.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace troupe::bench {

/// An agent's task ends now. The time goes along in the status's data, so that whoever gets the
/// freed resources on offer knows how long that took.
struct end_a_task {};

using simulated_agent =
    agent_link_actor::extend<caf::reacts_to<end_a_task>, caf::reacts_to<caf::ok_atom>>;

struct running_task {
  framework_id framework;
  task_id task;
};

/// What one agent knows.
struct agent_memory {
  static constexpr const char* name = "simulated agent";

  std::string id;
  std::uint64_t updates = 0; ///< sent so far; makes the uuids
  std::vector<running_task> running;
};

/// Agent number `number` with `resources` (text form). It registers with the master over link
/// `number + 1` when it is told ok, tells of every task that it runs, and answers pings. `watcher`
/// is told when it is registered.
simulated_agent::behavior_type agent(simulated_agent::stateful_pointer<agent_memory> self,
                                     std::size_t number, std::string resources, master_actor master,
                                     watcher_actor watcher);

} // namespace troupe::bench

TROUPE_MESSAGE(troupe::bench::end_a_task)
