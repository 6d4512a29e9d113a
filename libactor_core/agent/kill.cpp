/// Killing tasks, before and after they were handed to their executor.
#include "agent/agent_core.hpp"

#include "runtime/logging.hpp"

#include <algorithm>

namespace troupe::agent {

namespace v1 = mesos::v1;

namespace {

bool is_completed(const framework_entry& framework, const task_id& task) {
  const auto same = [&](const task_ptr& x) { return x->task_id().value() == task.value(); };
  for (const auto& [id, executor] : framework.executors)
    if (std::any_of(executor.completed.begin(), executor.completed.end(), same))
      return true;
  return std::any_of(framework.completed.begin(), framework.completed.end(), [&](const auto& x) {
    return std::any_of(x->completed_tasks.begin(), x->completed_tasks.end(), same);
  });
}

} // namespace

void agent_core::kill_task(const link::KillTask& record, moment now) {
  const task_key key{framework_id{record.framework_id().value()},
                     task_id{record.task_id().value()}};
  auto* framework = find_framework(key.framework);
  if (!framework || framework->terminating) {
    log_warning("kill ignored: no such framework here",
                {{"framework", key.framework}, {"task", key.task}});
    return;
  }
  auto* executor = executor_of(*framework, key.task);
  if (!executor) {
    if (!is_completed(*framework, key.task) && !streams_.is_open(key))
      apply_update(key.framework, nullptr,
                   make_status(key.task, for_framework(key.framework, v1::TASK_DROPPED),
                               v1::TaskStatus::REASON_EXECUTOR_TERMINATED,
                               "Cannot kill the task: it is unknown to the agent", now),
                   now);
    return;
  }
  auto& task = executor->tasks.at(key.task);
  if (task.phase == task_phase::queued) {
    kill_queued(*executor, key.task, now);
    return;
  }
  if (task.phase == task_phase::terminated || executor->phase == executor_phase::terminated)
    return;
  log_info("killing task", {{"framework", key.framework}, {"task", key.task}});
  if (executor->command && checkpoints(*framework))
    write(task_dir(*executor, key.task) + "/task.killed",
          encode_record("k" + record.kill_policy().SerializeAsString()));
  task.kill_requested = true;
  v1::executor::Event event;
  event.set_type(v1::executor::Event::KILL);
  *event.mutable_kill()->mutable_task_id() = record.task_id();
  if (record.has_kill_policy())
    *event.mutable_kill()->mutable_kill_policy() = record.kill_policy();
  if (executor->connected())
    tell(*executor, std::move(event));
  else
    task.undelivered_kill = std::make_shared<v1::executor::Event>(std::move(event));
}

void agent_core::kill_queued(executor_entry& executor, const task_id& task, moment now) {
  const auto batch = std::find_if(executor.queue.begin(), executor.queue.end(), [&](const auto& x) {
    return std::find(x.tasks.begin(), x.tasks.end(), task) != x.tasks.end();
  });
  const auto tasks = batch->tasks;
  executor.queue.erase(batch);
  for (const auto& id : tasks)
    judge(executor, executor.tasks.at(id),
          {v1::TASK_KILLED, v1::TaskStatus::REASON_TASK_KILLED_DURING_LAUNCH,
           "Killed before delivery to the executor"},
          now);
  const bool at_work = std::any_of(executor.tasks.begin(), executor.tasks.end(), [](const auto& x) {
    return x.second.phase != task_phase::terminated;
  });
  if (!at_work && !executor.subscribed_before)
    shut_executor_down(executor, now);
}

} // namespace troupe::agent
