/// An agent breaks off, or goes for good.
#include "master/agent_steps.hpp"
#include "master/events.hpp"
#include "master/inverse_offers.hpp"
#include "master/offers.hpp"
#include "master/tasks.hpp"
#include "wire/task_state.hpp"

#include <mesos/v1/mesos.pb.h>
#include <troupe/link.pb.h>

namespace troupe::master {

namespace {

void remove_executors(turn& t, agent_entry& agent, framework_entry& framework) {
  auto here = framework.executors.find(agent.id);
  if (here == framework.executors.end())
    return;
  std::vector<executor_id> ids;
  for (const auto& [id, executor] : here->second)
    ids.push_back(id);
  for (const auto& id : ids)
    remove_executor(t, framework, agent, id);
}

/// The frameworks that have a task or an executor on the agent.
std::set<framework_id> frameworks_on(const agent_entry& agent) {
  auto result = agent.executor_frameworks;
  for (const auto& [framework, tasks] : agent.tasks)
    result.insert(framework);
  return result;
}

std::set<task_id> tasks_of(const agent_entry& agent, const framework_id& framework) {
  auto here = agent.tasks.find(framework);
  return here == agent.tasks.end() ? std::set<task_id>{} : here->second;
}

/// What keeps no checkpoints on the agent does not outlive the agent's process. What has ended
/// already stays: the agent may come back with its last updates.
void drop_unchecked(turn& t, agent_entry& agent) {
  for (const auto& id : frameworks_on(agent)) {
    auto& framework = *t.book.find(id);
    if (framework.info->checkpoint())
      continue;
    for (const auto& task : tasks_of(agent, id))
      if (!wire::is_terminal(framework.tasks.at(task).view->state()))
        end_task(t, framework, task, TaskState::TASK_LOST, TaskStatus::REASON_AGENT_DISCONNECTED,
                 "Agent " + agent.info->hostname() + " disconnected");
    remove_executors(t, agent, framework);
  }
}

void tell_frameworks(turn& t, const agent_id& agent) {
  for (auto& [id, framework] : t.book.frameworks)
    t.tell(framework, failure_event(agent));
}

/// Nothing when the cause is not counted by itself.
std::optional<counter> removal_metric(loss_cause cause) {
  switch (cause) {
  case loss_cause::unhealthy:
    return counter{"master/slave_removals/reason_unhealthy"};
  case loss_cause::unregistered:
    return counter{"master/slave_removals/reason_unregistered"};
  case loss_cause::machine_down:
  case loss_cause::gone:
    return std::nullopt;
  case loss_cause::replaced:
    break;
  }
  return counter{"master/slave_removals/reason_registered"};
}

/// Ends a task of an agent that will not come back.
void end_lost_task(turn& t, framework_entry& framework, const task_id& task, loss_cause cause,
                   const std::string& message) {
  if (cause == loss_cause::gone)
    end_task(
        t, framework, task,
        wire::visible_state(TaskState::TASK_GONE_BY_OPERATOR, framework.traits.partition_aware),
        TaskStatus::REASON_AGENT_REMOVED_BY_OPERATOR, message);
  else
    end_task(t, framework, task, TaskState::TASK_LOST, TaskStatus::REASON_AGENT_REMOVED, message);
}

void tell_to_shut_down(turn& t, const agent_entry& agent, const std::string& reason) {
  link::ToAgent record;
  record.mutable_shutdown()->set_reason(reason);
  t.tell(agent, std::move(record));
}

void drop_agent(turn& t, agent_entry& agent, const loss& step) {
  bool unreachable = step.cause == loss_cause::unhealthy;
  auto message = "Agent " + agent.info->hostname() +
                 (unreachable ? " is unreachable: " : " removed: ") + step.reason;
  rescind_all(t, agent);
  rescind_inverse_offers(t, agent);
  for (const auto& id : frameworks_on(agent)) {
    auto& framework = *t.book.find(id);
    for (const auto& task : tasks_of(agent, id)) {
      if (wire::is_terminal(framework.tasks.at(task).view->state()))
        complete_task(t, framework, task);
      else if (unreachable)
        strand_task(t, framework, task, step.since, message);
      else
        end_lost_task(t, framework, task, step.cause, message);
    }
    remove_executors(t, agent, framework);
  }
  t.tell_allocator(remove_agent{agent.id});
  t.book.timers.disarm(timer::agent_ping, agent.id.value());
  t.book.timers.disarm(timer::agent_return, agent.id.value());
  if (auto at = t.book.agents_by_pid.find(agent.pid);
      at != t.book.agents_by_pid.end() && at->second == agent.id)
    t.book.agents_by_pid.erase(at);
  if (step.cause == loss_cause::gone)
    tell_to_shut_down(t, agent, step.reason);
  if (agent.connected())
    t.close_link(agent.link, message);
  t.changed(delta::agent_removed{agent.id});
  t.book.agents.erase(agent_id{agent.id});
}

} // namespace

void disconnect(turn& t, agent_entry& agent) {
  agent.link = 0;
  t.book.timers.disarm(timer::agent_ping, agent.id.value());
  t.book.timers.arm(timer::agent_return, agent.id.value(),
                    t.now.steady + t.config.agent_return_timeout);
  t.tell_allocator(deactivate_agent{agent.id});
  rescind_all(t, agent);
  rescind_inverse_offers(t, agent);
  drop_unchecked(t, agent);
  t.agent_changed(agent);
}

void begin_loss(turn& t, const agent_id& agent, loss_cause cause, const std::string& reason) {
  if (t.book.busy_agents.contains(agent))
    return;
  t.info("agent is given up", {{"agent", agent.value()}, {"reason", reason}});
  loss step{agent, cause, reason, t.now.wall, 0};
  if (cause != loss_cause::unhealthy) {
    t.store(registry_op::remove{agent}, step);
    return;
  }
  t.count("master/slave_unreachable_scheduled");
  t.store(registry_op::mark_unreachable{agent, t.now.wall.time_since_epoch().count()}, step);
}

std::optional<api_answer> mark_gone(turn& t, const agent_id& agent, request_id request) {
  if (t.book.gone_agents.contains(agent))
    return api_answer{200, "", nullptr};
  if (t.book.busy_agents.contains(agent))
    return api_answer{503,
                      "Agent " + agent.value() +
                          " cannot be marked gone now: another change of it is being stored",
                      nullptr};
  if (t.book.find(agent) == nullptr && !t.book.recovered_agents.contains(agent) &&
      !t.book.unreachable_agents.contains(agent))
    return api_answer{404, "No agent found with ID " + agent.value(), nullptr};
  t.info("agent is marked gone", {{"agent", agent.value()}});
  t.store(registry_op::mark_gone{agent, t.now.wall.time_since_epoch().count()},
          loss{agent, loss_cause::gone, "marked gone by an operator", t.now.wall, request});
  return std::nullopt;
}

namespace {

void remember_gone(turn& t, const loss& step) {
  t.book.gone_agents.emplace(step.agent, step.since.time_since_epoch().count());
  if (t.book.unreachable_agents.erase(step.agent))
    t.master_changed();
}

} // namespace

void finish(turn& t, const loss& step) {
  bool recovered = t.book.recovered_agents.erase(step.agent) != 0;
  if (recovered) {
    t.count("master/recovery_slave_removals");
    t.changed(delta::recovered_agent_removed{step.agent});
  }
  if (auto* agent = t.book.find(step.agent))
    drop_agent(t, *agent, step);
  t.info("agent removed", {{"agent", step.agent.value()}, {"reason", step.reason}});
  t.count("master/slave_removals");
  if (auto which = removal_metric(step.cause))
    t.count(*which);
  if (step.cause == loss_cause::unhealthy) {
    t.count("master/slave_unreachable_completed");
    t.book.unreachable_agents.put(step.agent, step.since, t.config.keep.lost_agents);
    t.master_changed();
  }
  if (step.cause == loss_cause::gone)
    remember_gone(t, step);
  tell_frameworks(t, step.agent);
  if (step.request != 0)
    t.out.push_back(effect::answer{step.request, {200, "", nullptr}});
}

} // namespace troupe::master
