/// Answers to "what do you know of these tasks and operations?"
#include "master/task_calls.hpp"
#include "master/tasks.hpp"
#include "wire/task_state.hpp"

namespace troupe::master {

namespace {

using mesos::v1::OperationStatus;
using mesos::v1::scheduler::Response;

TaskStatus latest_status(const turn& t, const task_id& id, const task_entry& task) {
  const auto known = task.view->unpack_progress();
  // What the framework was told last, if anything: it must not hear of a state before its update.
  auto state = known.has_status_update_state() ? known.status_update_state() : known.state();
  auto status = make_status(t, id, task, state, TaskStatus::REASON_RECONCILIATION,
                            "Reconciliation: Latest task state");
  if (known.statuses_size() == 0)
    return status;
  const auto& newest = *known.statuses().rbegin();
  if (newest.has_healthy())
    status.set_healthy(newest.healthy());
  if (newest.has_check_status())
    *status.mutable_check_status() = newest.check_status();
  if (newest.has_container_status())
    *status.mutable_container_status() = newest.container_status();
  return status;
}

/// The agent of a task that is not active: the one named, or that of the unreachable task.
std::optional<agent_id> agent_of(const framework_entry& framework,
                                 const Call::Reconcile::Task& asked) {
  if (asked.has_agent_id())
    return agent_id{asked.agent_id().value()};
  if (const auto* task = framework.unreachable_tasks.find(task_id{asked.task_id().value()}))
    return agent_id{std::string((*task)->agent())};
  return std::nullopt;
}

TaskStatus status_of_unknown(const turn& t, const framework_entry& framework, const task_id& task,
                             const std::optional<agent_id>& agent) {
  bool aware = framework.traits.partition_aware;
  auto make = [&](TaskState state, const std::string& message) {
    auto status = make_status(t, task, wire::visible_state(state, aware),
                              TaskStatus::REASON_RECONCILIATION, "Reconciliation: " + message);
    if (agent)
      status.mutable_agent_id()->set_value(agent->value());
    return status;
  };
  if (auto known = agent ? t.book.agents.find(*agent) : t.book.agents.end();
      known != t.book.agents.end()) {
    // While its link is down, an agent may still run tasks that were already given up as lost.
    if (!known->second.connected())
      return make(TaskState::TASK_UNKNOWN, "Task is unknown and its agent is disconnected");
    return make(TaskState::TASK_GONE, "Task is unknown to the agent");
  }
  if (const auto* since = agent ? t.book.unreachable_agents.find(*agent) : nullptr) {
    auto status = make(TaskState::TASK_UNREACHABLE, "Task is unreachable");
    if (aware)
      status.mutable_unreachable_time()->set_nanoseconds(since->time_since_epoch().count());
    return status;
  }
  if (agent && t.book.gone_agents.contains(*agent))
    return make(TaskState::TASK_GONE_BY_OPERATOR, "Task is gone by operator");
  return make(TaskState::TASK_UNKNOWN, "Task is unknown");
}

void reconcile_one(turn& t, framework_entry& framework, const Call::Reconcile::Task& asked) {
  task_id id{asked.task_id().value()};
  if (auto task = framework.tasks.find(id); task != framework.tasks.end()) {
    report(t, framework, latest_status(t, id, task->second));
    return;
  }
  auto agent = agent_of(framework, asked);
  bool may_be_known =
      agent ? t.book.recovered_agents.contains(*agent) : !t.book.recovered_agents.empty();
  if (may_be_known) {
    t.info("reconciliation not answered: an agent that may know the task is not back yet",
           {{"framework", framework.id.value()}, {"task", id.value()}});
    return;
  }
  report(t, framework, status_of_unknown(t, framework, id, agent));
}

OperationStatus operation_status(const turn& t, const Call::ReconcileOperations::Operation& asked) {
  OperationStatus status;
  *status.mutable_operation_id() = asked.operation_id();
  if (asked.has_resource_provider_id())
    *status.mutable_resource_provider_id() = asked.resource_provider_id();
  auto say = [&](mesos::v1::OperationState state, const std::string& message) {
    status.set_state(state);
    status.set_message("Reconciliation: " + message);
  };
  if (!asked.has_agent_id()) {
    say(mesos::v1::OPERATION_UNKNOWN, "Operation is unknown and no 'agent_id' was provided");
    return status;
  }
  agent_id agent{asked.agent_id().value()};
  *status.mutable_agent_id() = asked.agent_id();
  if (t.book.recovered_agents.contains(agent))
    say(mesos::v1::OPERATION_RECOVERING, "Agent is recovered but has not re-registered");
  else if (t.book.agents.contains(agent))
    say(mesos::v1::OPERATION_UNKNOWN, "Operation is unknown");
  else if (t.book.unreachable_agents.contains(agent))
    say(mesos::v1::OPERATION_UNREACHABLE, "Agent is unreachable");
  else if (t.book.gone_agents.contains(agent))
    say(mesos::v1::OPERATION_GONE_BY_OPERATOR, "Agent marked gone by operator");
  else
    say(mesos::v1::OPERATION_UNKNOWN, "Both operation and agent are unknown");
  return status;
}

} // namespace

void reconcile(turn& t, framework_entry& framework, const Call::Reconcile& reconcile) {
  for (const auto& asked : reconcile.tasks())
    reconcile_one(t, framework, asked);
  if (reconcile.tasks().empty())
    for (const auto& [id, task] : framework.tasks)
      report(t, framework, latest_status(t, id, task));
}

Response reconcile_operations(const turn& t, const Call::ReconcileOperations& wanted) {
  Response response;
  response.set_type(Response::RECONCILE_OPERATIONS);
  auto* body = response.mutable_reconcile_operations();
  for (const auto& asked : wanted.operations())
    *body->add_operation_statuses() = operation_status(t, asked);
  return response;
}

} // namespace troupe::master
