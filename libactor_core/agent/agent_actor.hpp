/// The agent as an actor: a thin shell that turns messages into events of `agent_core` and its
/// effects into messages.
///
///   connector ──master_link_up, …received, …down──▶ agent
///   agent ──write_checkpoint, append_checkpoint──▶ checkpointer ──checkpoint_done──▶ agent
///   agent ──spawn──▶ command executor ──launch_container──▶ containerizer
///
/// It starts by recovering from its checkpoints; until that is done calls are answered 503 and the
/// link waits. When a checkpoint cannot be written it ends with an error rather than go on with
/// promises it cannot keep.
#pragma once

#include "agent/agent_core.hpp"
#include "agent/effect_gate.hpp"
#include "agent/sandbox_keeper.hpp"
#include "protocol/agent.hpp"
#include "protocol/checkpoint.hpp"
#include "protocol/metrics.hpp"

#include <map>
#include <memory>
#include <set>

namespace troupe::agent {

/// Why an agent ended, as exit reason of its actor.
enum class agent_ec : std::uint8_t {
  none = 0,
  recovery_failed,   ///< checkpoints are damaged or do not fit this configuration
  checkpoint_failed, ///< the disk refused a write
  refused,           ///< the master assigned another id, or the like: this agent can't go on
};

std::string_view to_string(agent_ec code);
caf::error make_error(agent_ec code, std::string reason);

/// The actors an agent works with. `sandboxes` and `metrics` may be null: then sandboxes are never
/// removed, nothing is counted.
struct agent_neighbours {
  containerizer_actor containerizer;
  checkpointer_actor checkpointer;
  sandbox_keeper_actor sandboxes;
  metrics_actor metrics;
};

/// `agent_actor` plus its gauges for the metrics collector.
using agent_shell_actor = agent_actor::extend<caf::replies_to<get_gauges>::with<gauge_values>>;

struct agent_state {
  const char* name = "agent";

  std::unique_ptr<agent_core> core;
  agent_neighbours neighbours;
  const troupe::clock* clock = nullptr;
  effect_gate gate;
  master_link_actor link; ///< null while there is none

  std::map<endpoint_id, executor_endpoint_actor> endpoints;
  std::map<caf::actor_addr, endpoint_id> endpoint_ids;
  /// Built-in executors: only they may speak for command tasks.
  std::map<caf::actor_addr, executor_key> built_in;
  std::map<request_id, caf::typed_response_promise<api_answer>> open_calls;
  std::uint64_t last_number = 0;    ///< of endpoints and requests
  std::optional<steady_time> armed; ///< when the next tick is due to arrive
};

/// Spawn it with `sys.spawn(agent::agent, config, neighbours, std::cref(clock))`. Ends normally
/// after `leave_cluster` or the master's shutdown, with an `agent_ec` when it must give up.
agent_shell_actor::behavior_type agent(agent_shell_actor::stateful_pointer<agent_state> self,
                                       const agent_config& config,
                                       const agent_neighbours& neighbours,
                                       const troupe::clock& clock);

} // namespace troupe::agent
