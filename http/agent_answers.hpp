/// The agent's answers to calls of its operator API: pure, from its view and its containers' usage.
#pragma once

#include "protocol/agent.hpp"

#include <mesos/v1/agent.pb.h>

#include <string>

namespace troupe::http {

mesos::v1::agent::Response agent_info_response(const agent_state_view& view);
mesos::v1::agent::Response frameworks_response(const agent_state_view& view);
mesos::v1::agent::Response executors_response(const agent_state_view& view);
mesos::v1::agent::Response tasks_response(const agent_state_view& view);
mesos::v1::agent::Response state_response(const agent_state_view& view);

/// No operation is known: reservations and volumes are carried out as the master says them.
mesos::v1::agent::Response operations_response(const agent_state_view& view);
mesos::v1::agent::Response resource_providers_response(const agent_state_view& view);

/// Containers of executors that have one, and on demand those nested in them and standalone ones.
mesos::v1::agent::Response containers_response(const agent_state_view& view,
                                               const usage_list& usage,
                                               const mesos::v1::agent::Call::GetContainers& wanted);

/// As JSON. Lists of tasks, executors and frameworks are shown when they are empty, too.
std::string agent_answer_json(const mesos::v1::agent::Response& response);

} // namespace troupe::http
