#include "http/v1_entities.hpp"

#include "http/v1_list.hpp"
#include "wire/resource_convert.hpp"

namespace troupe::http {

namespace v1 = mesos::v1;
using v1::master::Response;

static_assert(v1_list::tasks == Response::GetTasks::kTasksFieldNumber);
static_assert(v1_list::completed_tasks == Response::GetTasks::kCompletedTasksFieldNumber);
static_assert(v1_list::unreachable_tasks == Response::GetTasks::kUnreachableTasksFieldNumber);
static_assert(v1_list::executors == Response::GetExecutors::kExecutorsFieldNumber);
static_assert(v1_list::offers == Response::GetFrameworks::Framework::kOffersFieldNumber);

static_assert(v1_list::agents == Response::GetAgents::kAgentsFieldNumber);

namespace {

void set(v1::TimeInfo& time, wall_time value) {
  time.set_nanoseconds(value.time_since_epoch().count());
}

} // namespace

v1::AgentInfo v1_agent_info(const agent_id& id, const v1::AgentInfo& info) {
  auto result = info;
  result.mutable_id()->set_value(id.value());
  return result;
}

Response::GetAgents::Agent v1_agent(const agent_view& view, const resources& allocated,
                                    const resources& offered) {
  constexpr auto format = wire::resource_format::endpoint;
  Response::GetAgents::Agent agent;
  *agent.mutable_agent_info() = v1_agent_info(view.id, *view.info);
  agent.set_active(view.active);
  agent.set_version(view.version);
  agent.set_pid(view.pid);
  set(*agent.mutable_registered_time(), view.registered);
  if (view.reregistered)
    set(*agent.mutable_reregistered_time(), *view.reregistered);
  *agent.mutable_total_resources() = wire::to_proto(view.total, format);
  *agent.mutable_allocated_resources() = wire::to_proto(allocated, format);
  *agent.mutable_offered_resources() = wire::to_proto(offered, format);
  for (const auto& name : view.capabilities)
    if (v1::AgentInfo::Capability::Type type; v1::AgentInfo::Capability::Type_Parse(name, &type))
      agent.add_capabilities()->set_type(type);
  return agent;
}

v1::FrameworkInfo v1_framework_info(const framework_view& view) {
  auto info = *view.info;
  info.mutable_id()->set_value(view.id.value());
  return info;
}

Response::GetFrameworks::Framework v1_framework(const framework_view& view) {
  Response::GetFrameworks::Framework framework;
  *framework.mutable_framework_info() = v1_framework_info(view);
  framework.set_active(view.active);
  framework.set_connected(view.connected);
  framework.set_recovered(view.recovered);
  // One that was only recovered has never registered with this master. The peer's other frameworks
  // have been re-registered since they registered.
  if (view.registered != wall_time{}) {
    set(*framework.mutable_registered_time(), view.registered);
    set(*framework.mutable_reregistered_time(), view.reregistered.value_or(view.registered));
  }
  if (view.unregistered)
    set(*framework.mutable_unregistered_time(), *view.unregistered);
  return framework;
}

Response::GetExecutors::Executor v1_executor(const framework_id& framework, const agent_id& agent,
                                             const v1::ExecutorInfo& info) {
  Response::GetExecutors::Executor executor;
  *executor.mutable_executor_info() = info;
  executor.mutable_executor_info()->mutable_framework_id()->set_value(framework.value());
  executor.mutable_agent_id()->set_value(agent.value());
  return executor;
}

} // namespace troupe::http
