/// Inside of the agent's actor: how effects of the core become messages.
#pragma once

#include "agent/agent_actor.hpp"

namespace troupe::agent {

using self_pointer = agent_shell_actor::stateful_pointer<agent_state>;

/// What every event ends with: carries the effects out, as far as the disk allows, and arms the
/// clock.
void react(self_pointer self, effects batch);

/// Answers every open call, closes every stream, ends.
void end(self_pointer self, caf::error why);

} // namespace troupe::agent
