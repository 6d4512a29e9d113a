/// Simulated agents: actors that do at once what the master asks for, over links in this process.
#pragma once

#include "protocol/master.hpp"
#include "watcher.hpp"

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace troupe::bench {

/// An agent's task ends now. The time goes along in the status's data, so that whoever gets the
/// freed resources on offer knows how long that took.
struct end_a_task {};

/// Write down what a new master has to know: `resources` (text form) of each task, by framework who they are.
struct prepare_return {
  std::string resources;
  shared<std::map<framework_id, framework_info_ptr>> frameworks;
};
/// Another master leads now.
struct come_back {
  master_actor master;
};

using simulated_agent =
    agent_link_actor::extend<caf::reacts_to<end_a_task>, caf::reacts_to<prepare_return>,
                             caf::reacts_to<come_back>, caf::reacts_to<caf::ok_atom>>;

struct running_task {
  framework_id framework;
  task_id task;
};

/// What one agent knows.
struct agent_memory {
  static constexpr const char* name = "simulated agent";

  std::string id; // first: CAF hands the actor to states that take it
  master_actor master;
  to_master_ptr introduction; ///< what it tells a master first
  std::uint64_t updates = 0; ///< sent so far; makes the uuids
  std::vector<running_task> running;
};

/// Agent number `number` with `resources` (text form). It registers with the master over link
/// `number + 1` when it is told ok, tells of every task that it runs, and answers pings. `watcher`
/// is told when it is registered, each time, and when it has prepared its return.
simulated_agent::behavior_type agent(simulated_agent::stateful_pointer<agent_memory> self,
                                     std::size_t number, std::string resources, master_actor master,
                                     watcher_actor watcher);

} // namespace troupe::bench

TROUPE_MESSAGE(troupe::bench::end_a_task)
TROUPE_MESSAGE(troupe::bench::prepare_return)
TROUPE_MESSAGE(troupe::bench::come_back)
