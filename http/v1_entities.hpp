/// Agents, frameworks and executors as the v1 operator API shows them. Pure.
#pragma once

#include "model/resources.hpp"
#include "protocol/state_delta.hpp"

#include <mesos/v1/master.pb.h>

namespace troupe::http {

/// `allocated` and `offered` carry their allocation roles.
mesos::v1::master::Response::GetAgents::Agent
v1_agent(const agent_view& view, const resources& allocated, const resources& offered);

/// Without the lists of offers and resources; times that never were are left out.
mesos::v1::master::Response::GetFrameworks::Framework v1_framework(const framework_view& view);

mesos::v1::FrameworkInfo v1_framework_info(const framework_view& view);

/// With its id.
mesos::v1::AgentInfo v1_agent_info(const agent_id& id, const mesos::v1::AgentInfo& info);

mesos::v1::master::Response::GetExecutors::Executor
v1_executor(const framework_id& framework, const agent_id& agent,
            const mesos::v1::ExecutorInfo& info);

} // namespace troupe::http
