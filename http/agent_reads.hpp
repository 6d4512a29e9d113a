/// How the agent's endpoints get what they show: a view of the agent, the usage of its containers.
#pragma once

#include "http/ask.hpp"
#include "protocol/agent.hpp"

#include <functional>
#include <string>

namespace troupe::http {

using agent_view_ptr = shared<agent_state_view>;
using usage_ptr = shared<usage_list>;

struct agent_reads {
  caf::actor_system& system;
  agent_actor agent;
  containerizer_actor containerizer;

  /// Calls `use` with the agent's view, or answers 503 while it recovers.
  void with_state(const responder& respond, std::function<void(const agent_view_ptr&)> use) const;

  /// Calls `use` with the agent's view and the usage of its containers, read after it.
  void with_usage(const responder& respond,
                  std::function<void(const agent_state_view&, const usage_list&)> use) const;
};

} // namespace troupe::http
