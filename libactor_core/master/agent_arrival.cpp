#include "master/agent_arrival.hpp"

#include "master/events.hpp"
#include "master/tasks.hpp"
#include "wire/task_state.hpp"

#include <mesos/v1/mesos.pb.h>

namespace troupe::master {

void arrival::decide_shutdowns() {
  for (const auto& executor : report.executors)
    if (is_in_vain(executor.framework, [&] { return is_known(executor); }))
      to_shut_down.insert(executor.framework);
  for (const auto& task : report.tasks) {
    framework_id owner{task.task->framework_id().value()};
    if (is_in_vain(owner, [&] { return is_known(task) || wire::is_terminal(task.task->state()); }))
      to_shut_down.insert(owner);
  }
  for (const auto& id : to_shut_down) {
    t.warning("an agent runs something that has been given up; it is shut down",
              {{"agent", agent.id.value()}, {"framework", id.value()}});
    auto here = agent.tasks.find(id);
    auto tasks = here == agent.tasks.end() ? std::set<task_id>{} : here->second;
    for (const auto& task : tasks)
      tell_end(id, task);
  }
}

void arrival::drop_missing_executors() {
  std::set<std::pair<framework_id, executor_id>> told;
  for (const auto& executor : report.executors)
    told.emplace(executor.framework, executor_id{executor.info->executor_id().value()});
  auto frameworks = agent.executor_frameworks;
  for (const auto& id : frameworks) {
    auto& framework = *t.book.find(id);
    std::vector<executor_id> missing;
    for (const auto& [executor, entry] : framework.executors.at(agent.id))
      if (!told.contains({id, executor}))
        missing.push_back(executor);
    for (const auto& executor : missing)
      remove_executor(t, framework, agent, executor);
  }
}

task_names arrival::unnamed_tasks() const {
  if (agent.tasks.empty())
    return {};
  std::set<std::pair<framework_id, task_id>> told;
  for (const auto& task : report.tasks)
    told.emplace(framework_id{task.task->framework_id().value()},
                 task_id{task.task->task_id().value()});
  task_names unnamed;
  for (const auto& [owner, ids] : agent.tasks)
    for (const auto& id : ids)
      if (!told.contains({owner, id}))
        unnamed.emplace_back(owner, id);
  return unnamed;
}

task_names arrival::unexplained_tasks() const {
  auto tasks = unnamed_tasks();
  std::erase_if(tasks, [&](const auto& task) {
    return wire::is_terminal(t.book.frameworks.at(task.first).tasks.at(task.second).view->state());
  });
  return tasks;
}

void arrival::complete_forgotten_tasks() {
  for (const auto& [owner, id] : unnamed_tasks())
    tell_end(owner, id);
}

void arrival::take_new() {
  for (const auto& executor : report.executors)
    take(executor);
  for (const auto& task : report.tasks)
    take(task);
}

bool arrival::is_known(const reported_executor& told) const {
  const auto* framework = t.book.find(told.framework);
  if (framework == nullptr)
    return false;
  auto here = framework->executors.find(agent.id);
  return here != framework->executors.end() &&
         here->second.contains(executor_id{told.info->executor_id().value()});
}

bool arrival::is_known(const reported_task& told) const {
  const auto* framework = t.book.find(framework_id{told.task->framework_id().value()});
  return framework != nullptr && framework->tasks.contains(task_id{told.task->task_id().value()});
}

/// What keeps no checkpoints was declared lost when the link broke.
template <class Known>
bool arrival::is_in_vain(const framework_id& owner, Known known) const {
  const auto* framework = t.book.find(owner);
  return framework == nullptr || (was_known && !framework->info->checkpoint() && !known());
}

/// Says once more how a task ended, if it has, and completes it.
void arrival::tell_end(const framework_id& owner, const task_id& id) {
  auto& framework = t.book.frameworks.at(owner);
  const auto& task = framework.tasks.at(id);
  const auto state = task.view->state();
  if (!wire::is_terminal(state))
    return;
  t.tell(framework, update_event(make_status(t, id, task, state, TaskStatus::REASON_RECONCILIATION,
                                             "Reconciliation: Latest task state")));
  complete_task(t, framework, id);
}

packed_task arrival::packed(const mesos::v1::Task& told) const {
  if (told.agent_id().value() != agent.id.value()) {
    auto own = told;
    own.mutable_agent_id()->set_value(agent.id.value());
    return packed(own);
  }
  packed_task task(told);
  if (!told.has_status_update_uuid())
    return task;
  // Only what this master passes on itself may be acknowledged through it. The state stays: it is
  // that of the agent's next update, and reconciliation must not run ahead of it.
  auto progress = task.unpack_progress();
  progress.clear_status_update_uuid();
  return task.after(progress);
}

void arrival::take(const reported_executor& told) {
  if (to_shut_down.contains(told.framework) || is_known(told))
    return;
  add_executor(t, *t.book.find(told.framework), agent, *told.info, told.used);
  grown = grown || !told.used.empty();
}

void arrival::take(const reported_task& told) {
  task_id id{told.task->task_id().value()};
  framework_id owner{told.task->framework_id().value()};
  if (to_shut_down.contains(owner))
    return;
  auto& framework = t.book.frameworks.at(owner);
  if (auto known = framework.tasks.find(id); known != framework.tasks.end()) {
    if (known->second.agent != agent.id)
      t.error("two agents claim the same task; that of the older agent counts",
              {{"task", id.value()}, {"agent", agent.id.value()}});
    return;
  }
  framework.unreachable_tasks.erase(id);
  const auto state = told.task->state();
  const bool terminal = wire::is_terminal(state);
  add_task(t, framework, agent, packed(*told.task), executor_of(*told.task), told.used);
  grown = grown || !terminal;
  // The agent itself repeats a terminal update; after a failover nobody was told otherwise.
  if (!terminal && !was_expected)
    t.tell(framework, update_event(make_status(t, id, framework.tasks.at(id), state,
                                               TaskStatus::REASON_AGENT_REREGISTERED,
                                               "Agent re-registered with the task")));
}

} // namespace troupe::master
