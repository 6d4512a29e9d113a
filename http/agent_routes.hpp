/// All endpoints of an agent.
#pragma once

#include "http/agent_json.hpp"
#include "http/common_routes.hpp"
#include "http/file_table.hpp"

#include <memory>

namespace troupe::http {

struct agent_routes_config {
  daemon_identity daemon;
  agent_json_config json;
};

router make_agent_router(caf::actor_system& system, agent_routes_config config,
                         const agent_actor& agent, const containerizer_actor& containerizer,
                         std::shared_ptr<const file_table> files, const metrics_actor& metrics);

/// Attaches the sandboxes of `work_dir` under the names that clients use: their real paths, and
/// `/frameworks/…` as soon as the agent knows its id. Ends then.
void attach_sandboxes(caf::actor_system& system, const agent_actor& agent,
                      std::shared_ptr<file_table> files, std::string work_dir);

} // namespace troupe::http
