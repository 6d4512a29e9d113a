/// What the agent makes out of a task: the executor that runs it, the container, the environment,
/// the `Task` that frameworks and operators see.
#pragma once

#include "agent/agent_config.hpp"
#include "agent/keys.hpp"
#include "protocol/containerizer.hpp"

#include <mesos/v1/mesos.pb.h>

#include <map>
#include <string>

namespace troupe::agent {

/// The executor of a command task: id and source are the task's id, its name shows the first
/// characters of the command, its resources are the overhead (0.1 cpus, 32 MB) in the task's role,
/// its grace that of the kill policy and two seconds more.
executor_info_ptr command_executor_info(const mesos::v1::TaskInfo& task,
                                        const framework_id& framework);

/// How long the executor may take to shut down.
std::chrono::nanoseconds shutdown_grace(const mesos::v1::ExecutorInfo& executor,
                                        const agent_config& config);

/// What a container is started for.
struct container_request {
  agent_id agent;
  const mesos::v1::FrameworkInfo* framework = nullptr;
  const mesos::v1::ExecutorInfo* executor = nullptr;
  /// The task that the container runs itself (command task), or null.
  const mesos::v1::TaskInfo* task = nullptr;
  container_id id;
  resources limits;
};
/// With the complete environment of executor-api section 5: later wins: the operator's variables,
/// the fixed ones, for command tasks the operator's task variables, then those of the command.
container_spec_ptr make_container_spec(const container_request& request,
                                       const agent_config& config);

/// `executor`: absent for command tasks.
mesos::v1::Task make_task(const mesos::v1::TaskInfo& info,
                          const mesos::v1::FrameworkInfo& framework,
                          const mesos::v1::ExecutorInfo& executor, bool command);

/// Resources that the master has validated; a list that does not convert counts as none.
resources bag_of(const google::protobuf::RepeatedPtrField<mesos::v1::Resource>& list);

bool has_capability(const mesos::v1::FrameworkInfo& framework, int type);

} // namespace troupe::agent
