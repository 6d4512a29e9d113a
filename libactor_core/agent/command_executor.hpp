/// The built-in executor of one command task: an actor inside the agent, so a command task costs no
/// daemon process. It speaks the executor protocol like any other.
///
///   executor ──subscribe_executor──▶ agent ──executor_event (SUBSCRIBED, LAUNCH, KILL, …)──▶
///   executor executor ──launch_container, signal_container, destroy_container──▶ containerizer
///   executor ◀──container_started, container_exited── container
///   executor ──executor_request (UPDATE)──▶ agent     executor ──container_started, …exited──▶
///   agent
///
/// Its end is `container_exited`, passed on to the agent after the terminal update was
/// acknowledged; a launch failure or a limit is passed on at once, for the agent to report. It dies
/// with the agent.
#pragma once

#include "agent/command_task.hpp"
#include "protocol/agent.hpp"

#include <deque>
#include <memory>

namespace troupe::agent {

/// An endpoint of the agent and a listener of its container.
using command_executor_actor =
    caf::typed_actor<caf::reacts_to<executor_event>, caf::reacts_to<endpoint_close>,
                     caf::reacts_to<troupe::container_started>,
                     caf::reacts_to<troupe::container_exited>, caf::reacts_to<caf::tick_atom>>;

struct command_executor_state {
  const char* name = "command_executor";

  std::unique_ptr<command_task> task;
  shared<command_run> run;
  agent_actor agent;
  containerizer_actor containerizer;
  const troupe::clock* clock = nullptr;
  bool subscribed = false;
  std::deque<executor_call_ptr> unsent; ///< updates made before SUBSCRIBED
  std::optional<steady_time> armed;
};

command_executor_actor::behavior_type
command_executor(command_executor_actor::stateful_pointer<command_executor_state> self,
                 const shared<command_run>& run, const agent_actor& agent,
                 const containerizer_actor& containerizer, const troupe::clock& clock);

} // namespace troupe::agent
