#include "master/agent_arrival.hpp"

#include "master/events.hpp"
#include "master/tasks.hpp"
#include "wire/task_state.hpp"

#include <mesos/v1/mesos.pb.h>

namespace troupe::master {

void arrival::drop_missing_executors() {
  std::set<std::pair<framework_id, executor_id>> told;
  for (const auto& executor : report.executors)
    told.emplace(executor.framework, executor_id{executor.info.executor_id().value()});
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
  std::set<std::pair<framework_id, task_id>> told;
  for (const auto& task : report.tasks)
    told.emplace(framework_id{task.task.framework_id().value()},
                 task_id{task.task.task_id().value()});
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
  for (const auto& [owner, id] : unnamed_tasks()) {
    auto& framework = t.book.frameworks.at(owner);
    const auto& view = *framework.tasks.at(id).view;
    if (!wire::is_terminal(view.state()))
      continue;
    t.tell(framework,
           update_event(make_status(t, view, view.state(), TaskStatus::REASON_RECONCILIATION,
                                    "Reconciliation: Latest task state")));
    complete_task(t, framework, id);
  }
}

void arrival::take_new() {
  for (const auto& executor : report.executors)
    take(executor);
  for (const auto& task : report.tasks)
    take(task);
}

/// The framework of something that runs on the agent and is not in the books; nothing when the
/// agent has to shut it down.
framework_entry* arrival::owner_of(const framework_id& id, bool ended) {
  auto* framework = t.book.find(id);
  // What keeps no checkpoints was declared lost when the link broke.
  bool given_up = framework != nullptr && was_known && !ended && !framework->info->checkpoint();
  if (framework != nullptr && !given_up)
    return framework;
  t.warning("an agent runs something that has been given up; it is shut down",
            {{"agent", agent.id.value()}, {"framework", id.value()}});
  to_shut_down.insert(id);
  return nullptr;
}

void arrival::take(const reported_executor& told) {
  executor_id id{told.info.executor_id().value()};
  if (auto* known = t.book.find(told.framework)) {
    auto here = known->executors.find(agent.id);
    if (here != known->executors.end() && here->second.contains(id))
      return;
  }
  if (auto* framework = owner_of(told.framework, false)) {
    add_executor(t, *framework, agent, told.info, told.used);
    grown = grown || !told.used.empty();
  }
}

void arrival::take(const reported_task& told) {
  task_id id{told.task.task_id().value()};
  framework_id owner{told.task.framework_id().value()};
  if (auto* known = t.book.find(owner))
    if (auto task = known->tasks.find(id); task != known->tasks.end()) {
      if (task->second.agent != agent.id)
        t.error("two agents claim the same task; that of the older agent counts",
                {{"task", id.value()}, {"agent", agent.id.value()}});
      return;
    }
  bool terminal = wire::is_terminal(told.task.state());
  auto* framework = owner_of(owner, terminal);
  if (framework == nullptr)
    return;
  framework->unreachable_tasks.erase(id);
  auto task = told.task;
  // Only what this master passes on itself may be acknowledged through it. The state stays: it is
  // that of the agent's next update, and reconciliation must not run ahead of it.
  task.clear_status_update_uuid();
  *task.mutable_agent_id() = agent.info->id();
  auto status = make_status(t, task, task.state(), TaskStatus::REASON_AGENT_REREGISTERED,
                            "Agent re-registered with the task");
  add_task(t, *framework, agent, std::move(task), told.used);
  grown = grown || !terminal;
  // The agent itself repeats a terminal update; after a failover nobody was told otherwise.
  if (!terminal && !was_expected)
    t.tell(*framework, update_event(std::move(status)));
}

} // namespace troupe::master
