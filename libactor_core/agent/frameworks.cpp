/// Tasks and frameworks come in, and go.
#include "agent/agent_core.hpp"

#include "agent/call_validation.hpp"
#include "agent/executor_info.hpp"
#include "runtime/logging.hpp"

namespace troupe::agent {

namespace v1 = mesos::v1;

framework_entry& agent_core::admit_framework(const v1::FrameworkInfo& info) {
  const framework_id id{info.id().value()};
  if (auto* known = find_framework(id))
    return *known;
  framework_entry entry;
  const auto old = std::find_if(completed_frameworks_.begin(), completed_frameworks_.end(),
                                [&](const auto& x) { return x.id == id && !x.terminating; });
  if (old != completed_frameworks_.end()) {
    entry = std::move(*old);
    completed_frameworks_.erase(old);
  }
  entry.id = id;
  const bool changed = !entry.info || entry.info->SerializeAsString() != info.SerializeAsString();
  entry.info = std::make_shared<v1::FrameworkInfo>(info);
  if (changed && info.checkpoint())
    write(meta::framework_info(id_, id), encode_record(info));
  view_.reset();
  return frameworks_.emplace(id, std::move(entry)).first->second;
}

void agent_core::update_framework(const v1::FrameworkInfo& info) {
  auto* framework = find_framework(framework_id{info.id().value()});
  if (!framework)
    return;
  framework->info = std::make_shared<v1::FrameworkInfo>(info);
  if (checkpoints(*framework))
    write(meta::framework_info(id_, framework->id), encode_record(info));
  view_.reset();
}

std::optional<std::string> agent_core::refuse_task(framework_entry& framework,
                                                   const v1::TaskInfo& task) const {
  const bool command = !task.has_executor();
  const auto& executor = command ? task.task_id().value() : task.executor().executor_id().value();
  if (auto why = check_id(task.task_id().value()))
    return "bad task id: " + *why;
  if (auto why = check_id(executor))
    return "bad executor id: " + *why;
  if (auto why = check_id(framework.id.value()))
    return "bad framework id: " + *why;
  if (!command && task.executor().type() == v1::ExecutorInfo::DEFAULT)
    return "a single task cannot use the default executor";
  if (command && !task.has_command())
    return "the task has neither a command nor an executor";
  return command ? check_task_checks(task) : std::nullopt;
}

void agent_core::run_task(const link::RunTask& record, moment now) {
  const auto& info = record.task();
  const task_id task{info.task_id().value()};
  auto& framework = admit_framework(record.framework());
  if (framework.task_index.contains(task)) {
    log_warning("task ignored: it is here already", {{"framework", framework.id}, {"task", task}});
    return;
  }
  auto task_info = std::make_shared<const v1::TaskInfo>(info);
  const bool command = !info.has_executor();
  const executor_key key{framework.id, executor_id{info.executor().executor_id().value()}};
  std::optional<verdict> refused;
  if (framework.terminating)
    refused = {v1::TASK_DROPPED, v1::TaskStatus::REASON_EXECUTOR_TERMINATED,
               "Framework is shutting down on the agent"};
  else if (const auto why = refuse_task(framework, info))
    refused = {v1::TASK_ERROR, v1::TaskStatus::REASON_TASK_INVALID, *why};
  else if (auto unknown =
               check_resources(bag_of(info.resources()) + bag_of(info.executor().resources())))
    refused = std::move(unknown);
  else if (record.has_launch_executor() && !command)
    refused = check_running(key, record.launch_executor());
  if (refused) {
    refuse_launch(framework, {task_info}, executor_id{}, *refused, now);
    if (record.launch_executor())
      report_missing_executor(key);
    return;
  }
  auto executor = command ? command_executor_info(info, framework.id)
                          : std::make_shared<const v1::ExecutorInfo>(info.executor());
  launch(framework, std::move(executor), command, {std::move(task_info)}, false, now);
}

void agent_core::shut_framework_down(framework_id id, moment now) {
  auto* framework = find_framework(id);
  if (!framework || framework->terminating)
    return;
  log_info("framework is shutting down", {{"framework", id}});
  framework->terminating = true;
  streams_.drop(id);
  view_.reset();
  std::vector<executor_key> keys;
  for (const auto& [executor_id, executor] : framework->executors)
    keys.push_back(executor.key);
  for (const auto& key : keys) {
    auto& executor = *find_executor(key);
    if (executor.phase == executor_phase::terminated)
      complete_if_done(key, now);
    else
      shut_executor_down(executor, now);
  }
  remove_if_idle(id);
}

void agent_core::remove_if_idle(framework_id id) {
  auto* framework = find_framework(id);
  if (!framework || !framework->executors.empty())
    return;
  if (framework->terminating) {
    if (checkpoints(*framework))
      remove(meta::framework_dir(id_, id));
    removed_frameworks_.push_back(framework->info);
    if (removed_frameworks_.size() > config_.max_completed_frameworks)
      removed_frameworks_.pop_front();
  }
  framework->task_index.clear();
  completed_frameworks_.push_back(std::move(*framework));
  frameworks_.erase(id);
  if (completed_frameworks_.size() > config_.max_completed_frameworks) {
    const auto& oldest = completed_frameworks_.front();
    if (!oldest.terminating && checkpoints(oldest))
      remove(meta::framework_dir(id_, oldest.id));
    completed_frameworks_.pop_front();
  }
  view_.reset();
  stop_if_empty();
}

} // namespace troupe::agent
