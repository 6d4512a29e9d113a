/// The agent: it registers with the master, runs tasks through executors, keeps every status update until it
/// is acknowledged, and checkpoints what must survive its own restart.
///
///   link ──master_link_up, …received, …down──▶ agent ──to_master──▶ master link
///   executor ──subscribe_executor, executor_request──▶ agent ──executor_event──▶ executor endpoint
///   agent ──checkpoint──▶ checkpointer              agent ──launch_container──▶ containerizer
#pragma once

#include "protocol/agent_link.hpp"
#include "protocol/containerizer.hpp"
#include "protocol/executor.hpp"
#include "protocol/state_delta.hpp"

namespace troupe {

/// One executor of a framework on this agent, with its tasks.
struct agent_executor_view {
  executor_info_ptr info;
  container_id container;
  std::string directory; ///< sandbox
  bool command_executor = false;
  resources used;
  std::vector<task_ptr> tasks;             ///< the executor was told of them
  std::vector<task_ptr> terminated_tasks;  ///< terminal, not acknowledged
  std::vector<task_ptr> completed_tasks;   ///< terminal and acknowledged
  std::vector<task_info_ptr> queued_tasks; ///< the executor has not subscribed
  std::vector<task_ptr> waiting_tasks;     ///< the same as `queued_tasks`, in the other form
};

struct agent_framework_view {
  framework_id id;
  framework_info_ptr info;
  std::vector<shared<agent_executor_view>> executors;
  std::vector<shared<agent_executor_view>> completed_executors;
};

/// What `/state` of the agent shows, immutable.
struct agent_state_view {
  agent_id id; ///< empty before the first registration
  agent_info_ptr info;
  std::string pid;
  resources total;
  wall_time started{};
  std::string master_hostname; ///< empty while not connected
  bool recovering = false;
  std::vector<shared<agent_framework_view>> frameworks;
  std::vector<shared<agent_framework_view>> completed_frameworks;
};

struct get_agent_state {};

/// SIGUSR1 or an operator: unregister, end all executors, then stop.
struct leave_cluster {};

using agent_actor =
    caf::typed_actor<caf::reacts_to<master_link_up>, caf::reacts_to<master_link_received>,
                     caf::reacts_to<master_link_down>,
                     caf::replies_to<subscribe_executor>::with<api_answer>,
                     caf::replies_to<executor_request>::with<api_answer>,
                     caf::reacts_to<container_started>, caf::reacts_to<container_exited>,
                     caf::replies_to<get_agent_state>::with<shared<agent_state_view>>,
                     caf::reacts_to<leave_cluster>, caf::reacts_to<caf::tick_atom>>;

} // namespace troupe

TROUPE_MESSAGE(troupe::get_agent_state)
TROUPE_MESSAGE(troupe::leave_cluster)
