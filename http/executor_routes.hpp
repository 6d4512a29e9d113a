/// `POST /api/v1/executor`: the v1 executor API at the edge of an agent.
#pragma once

#include "http/router.hpp"
#include "protocol/agent.hpp"

namespace troupe::http {

void add_executor_routes(router& r, caf::actor_system& system, const agent_actor& agent);

} // namespace troupe::http
