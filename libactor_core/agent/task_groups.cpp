/// From accepted tasks, single or in groups, to LAUNCH events.
#include "agent/agent_core.hpp"

#include "agent/executor_info.hpp"
#include "runtime/logging.hpp"

#include <algorithm>

namespace troupe::agent {

namespace v1 = mesos::v1;

void agent_core::run_task_group(const link::RunTaskGroup& record, moment now) {
  auto& framework = admit_framework(record.framework());
  std::vector<task_info_ptr> tasks;
  std::optional<std::string> invalid;
  auto wanted = bag_of(record.executor().resources());
  for (const auto& task : record.task_group().tasks()) {
    if (framework.task_index.contains(task_id{task.task_id().value()})) {
      log_warning("task group ignored: a task of it is here already",
                  {{"framework", framework.id}, {"task", task.task_id().value()}});
      return;
    }
    if (auto why = check_id(task.task_id().value()))
      invalid = "bad task id: " + *why;
    wanted += bag_of(task.resources());
    tasks.push_back(std::make_shared<v1::TaskInfo>(task));
  }
  const executor_id executor{record.executor().executor_id().value()};
  if (auto why = check_id(executor.value()))
    invalid = "bad executor id: " + *why;
  if (record.executor().type() == v1::ExecutorInfo::DEFAULT)
    invalid = "this agent has no default executor: launch the group with a CUSTOM executor";
  const executor_key key{framework.id, executor};
  std::optional<verdict> refused;
  if (framework.terminating)
    refused = {v1::TASK_DROPPED, v1::TaskStatus::REASON_EXECUTOR_TERMINATED,
               "Framework is shutting down on the agent"};
  else if (invalid)
    refused = {v1::TASK_ERROR, v1::TaskStatus::REASON_TASK_GROUP_INVALID, *invalid};
  else if (auto unknown = check_resources(wanted))
    refused = std::move(unknown);
  else if (record.has_launch_executor())
    refused = check_running(key, record.launch_executor());
  if (!refused)
    return launch(framework, std::make_shared<v1::ExecutorInfo>(record.executor()), false,
                  std::move(tasks), true, now);
  refuse_launch(framework, tasks, executor_id{}, *refused, now);
  if (record.launch_executor())
    report_missing_executor(key);
}

std::optional<verdict> agent_core::check_running(const executor_key& key, bool starts) {
  if (starts || find_executor(key) != nullptr)
    return std::nullopt;
  return verdict{v1::TASK_DROPPED, v1::TaskStatus::REASON_EXECUTOR_TERMINATED,
                 "Executor '" + key.executor.value() + "' has terminated"};
}

void agent_core::report_missing_executor(const executor_key& key) {
  if (find_executor(key) != nullptr)
    return; // its end will be reported
  link::ToMaster record;
  auto& exited = *record.mutable_executor_exited();
  exited.mutable_framework_id()->set_value(key.framework.value());
  exited.mutable_executor_id()->set_value(key.executor.value());
  exited.set_status(-1);
  send(std::move(record));
}

void agent_core::refuse_launch(framework_entry& framework, const std::vector<task_info_ptr>& tasks,
                               const executor_id& executor, const verdict& why, moment now) {
  for (const auto& task : tasks) {
    auto update = make_status(task_id{task->task_id().value()},
                              for_framework(framework.id, static_cast<v1::TaskState>(why.state)),
                              why.reason, why.message, now);
    if (!executor.empty())
      update.mutable_executor_id()->set_value(executor.value());
    apply_update(framework.id, nullptr, std::move(update), now);
  }
  remove_if_idle(framework.id);
}

void agent_core::launch(framework_entry& framework, executor_info_ptr info, bool command,
                        std::vector<task_info_ptr> tasks, bool group, moment now) {
  const executor_id id{info->executor_id().value()};
  auto* executor = find_executor({framework.id, id});
  if (executor && (executor->phase == executor_phase::terminating ||
                   executor->phase == executor_phase::terminated)) {
    refuse_launch(
        framework, tasks, id,
        {v1::TASK_DROPPED, v1::TaskStatus::REASON_EXECUTOR_TERMINATED, "Executor terminating"},
        now);
    return;
  }
  const bool fresh = executor == nullptr;
  if (fresh)
    executor = &start_executor(framework, std::move(info), command, *tasks.front(), now);

  launch_batch batch{{}, group};
  for (auto& task : tasks) {
    const task_id name{task->task_id().value()};
    task_entry entry;
    entry.task = std::make_shared<v1::Task>(
        make_task(*task, *framework.info, *executor->info, executor->command));
    entry.info = std::move(task);
    if (checkpoints(framework))
      write(task_dir(*executor, name) + "/task.info", encode_record(*entry.info));
    framework.task_index[name] = id;
    executor->tasks[name] = std::move(entry);
    batch.tasks.push_back(name);
  }
  executor->queue.push_back(std::move(batch));
  touch(*executor);
  if (fresh && !executor->command) {
    emit(effect::launch_executor{executor->spec});
  } else if (fresh) {
    auto run = std::make_shared<command_run>();
    run->key = executor->key;
    run->spec = executor->spec;
    run->may_send_killing =
        has_capability(*framework.info, v1::FrameworkInfo::Capability::TASK_KILLING_STATE);
    run->seed = random_.seed();
    emit(effect::run_command{std::move(run)});
  } else if (executor->connected()) {
    deliver(*executor, now);
  }
}

void agent_core::deliver(executor_entry& executor, moment) {
  if (executor.queue.empty())
    return;
  resize(executor);
  for (const auto& batch : std::exchange(executor.queue, {})) {
    v1::executor::Event event;
    if (batch.group) {
      event.set_type(v1::executor::Event::LAUNCH_GROUP);
      for (const auto& task : batch.tasks)
        *event.mutable_launch_group()->mutable_task_group()->add_tasks() =
            *executor.tasks.at(task).info;
    } else {
      event.set_type(v1::executor::Event::LAUNCH);
      *event.mutable_launch()->mutable_task() = *executor.tasks.at(batch.tasks.front()).info;
    }
    for (const auto& task : batch.tasks)
      executor.tasks.at(task).phase = task_phase::delivered;
    tell(executor, std::move(event));
  }
  touch(executor);
}

} // namespace troupe::agent
