/// Executors start, are shut down, end.
#include "agent/agent_core.hpp"

#include "agent/executor_info.hpp"
#include "model/text.hpp"
#include "runtime/logging.hpp"
#include "wire/task_state.hpp"

namespace troupe::agent {

namespace v1 = mesos::v1;

executor_entry& agent_core::start_executor(framework_entry& framework, executor_info_ptr info,
                                           bool command, const v1::TaskInfo& first_task, moment) {
  executor_entry entry;
  entry.key = {framework.id, executor_id{info->executor_id().value()}};
  entry.info = std::move(info);
  entry.command = command;
  entry.own = bag_of(entry.info->resources());
  container_request request{id_,
                            framework.info.get(),
                            entry.info.get(),
                            command ? &first_task : nullptr,
                            container_id{random_.uuid_text()},
                            entry.own + bag_of(first_task.resources())};
  entry.spec = make_container_spec(request, config_);
  if (checkpoints(framework))
    write(meta::executor_info(id_, entry.key), encode_record(*entry.info));
  containers_[entry.container()] = entry.key;
  gc_.unschedule(entry.spec->directory);
  log_info("executor starts", {{"framework", framework.id},
                               {"executor", entry.key.executor},
                               {"container", entry.container()}});
  auto id = entry.key.executor;
  return framework.executors.insert_or_assign(std::move(id), std::move(entry)).first->second;
}

effects agent_core::container_started(const troupe::container_started& event, moment now) {
  const auto found = containers_.find(event.id);
  if (found == containers_.end())
    return take();
  auto& executor = *find_executor(found->second);
  executor.pid = event.pid;
  if (!executor.command && !executor.recovered && executor.phase == executor_phase::registering &&
      !executor.endpoint)
    set_deadline(executor, now.steady + config_.executor_registration_timeout);
  return take();
}

effects agent_core::container_exited(const troupe::container_exited& event, moment now) {
  if (const auto found = containers_.find(event.id); found != containers_.end())
    executor_ended(*find_executor(found->second), event, now);
  return take();
}

effects agent_core::command_executor_lost(const executor_key& key, moment now) {
  auto* executor = find_executor(key);
  if (!executor || !executor->command || executor->phase == executor_phase::terminated)
    return take();
  log_error("the built-in executor of a task is gone",
            {{"framework", key.framework}, {"executor", key.executor}});
  const auto container = executor->container();
  emit(effect::destroy{container});
  executor_ended(*executor, {container, container_end::destroyed, std::nullopt, {}, 0}, now);
  return take();
}

namespace {

verdict verdict_of(const container_exited& event) {
  switch (event.end) {
  case container_end::launch_failed:
    return {v1::TASK_FAILED, v1::TaskStatus::REASON_CONTAINER_LAUNCH_FAILED,
            "Failed to launch container: " + event.message};
  case container_end::limited:
    return {v1::TASK_FAILED, event.reason, event.message};
  case container_end::lost:
    return {v1::TASK_FAILED, v1::TaskStatus::REASON_EXECUTOR_TERMINATED,
            "Executor terminated while the agent was away"};
  case container_end::exited:
  case container_end::destroyed:
    break;
  }
  return {v1::TASK_FAILED, v1::TaskStatus::REASON_EXECUTOR_TERMINATED, "Executor terminated"};
}

} // namespace

void agent_core::executor_ended(executor_entry& executor, const troupe::container_exited& event,
                                moment now) {
  const auto key = executor.key;
  auto& framework = *find_framework(key.framework);
  log_info("executor ended", {{"framework", key.framework},
                              {"executor", key.executor},
                              {"container", executor.container()},
                              {"status", event.status.value_or(-1)},
                              {"message", event.message}});
  executor.phase = next(executor.phase, executor_step::exited);
  executor.recovered = false;
  set_deadline(executor, std::nullopt);
  unbind_endpoint(executor, "the executor has ended");
  containers_.erase(executor.container());
  ++counters_.executors_terminated;
  if (event.end == container_end::launch_failed)
    ++counters_.container_launch_errors;
  if (!executor.command && registered()) {
    link::ToMaster record;
    auto& exited = *record.mutable_executor_exited();
    exited.mutable_framework_id()->set_value(key.framework.value());
    exited.mutable_executor_id()->set_value(key.executor.value());
    exited.set_status(event.status.value_or(-1));
    send(std::move(record));
  }
  executor.queue.clear();
  if (!framework.terminating) {
    const auto why = executor.judged.value_or(verdict_of(event));
    for (auto& [id, task] : executor.tasks)
      if (task.phase != task_phase::terminated)
        judge(executor, task, why, now);
    if (checkpoints(framework) && !executor.tasks.empty())
      write(meta::run_dir(id_, key, executor.container()) + "/executor.sentinel", "1");
  }
  touch(executor);
  complete_if_done(key, now);
  if (phase_ == agent_phase::reconnecting)
    reconnected(now);
}

void agent_core::complete_if_done(executor_key key, moment now) {
  auto* executor = find_executor(key);
  if (!executor || executor->phase != executor_phase::terminated)
    return;
  auto& framework = *find_framework(key.framework);
  if (framework.terminating) {
    for (auto& [id, task] : executor->tasks) {
      auto last = std::make_shared<v1::Task>(*task.task);
      if (!wire::is_terminal(last->state()))
        last->set_state(v1::TASK_KILLED);
      task.task = std::move(last);
    }
    while (!executor->tasks.empty())
      complete_task(*executor, executor->tasks.begin()->first);
  }
  if (!executor->tasks.empty())
    return;
  gc_.schedule(executor->spec->directory, now.steady);
  touch(*executor);
  framework.completed.push_back(view_of(*executor));
  if (framework.completed.size() > config_.max_completed_executors)
    framework.completed.pop_front();
  if (checkpoints(framework))
    remove(meta::executor_dir(id_, key));
  framework.executors.erase(key.executor);
  remove_if_idle(key.framework);
}

void agent_core::shut_executor_down(executor_entry& executor, moment now) {
  if (executor.phase == executor_phase::terminating || executor.phase == executor_phase::terminated)
    return;
  if (executor.connected()) {
    v1::executor::Event event;
    event.set_type(v1::executor::Event::SHUTDOWN);
    tell(executor, std::move(event));
  }
  const bool told = executor.connected();
  executor.phase = next(executor.phase, executor_step::shut_down);
  touch(executor);
  // A built-in executor always subscribes, and then hears SHUTDOWN.
  if (told || executor.command)
    set_deadline(executor, now.steady + shutdown_grace(*executor.info, config_));
  else
    destroy_executor(executor, std::nullopt);
}

void agent_core::destroy_executor(executor_entry& executor, std::optional<verdict> why) {
  if (!executor.judged)
    executor.judged = std::move(why);
  executor.phase = next(executor.phase, executor_step::shut_down);
  set_deadline(executor, std::nullopt);
  touch(executor);
  emit(effect::destroy{executor.container()});
}

void agent_core::executor_deadline(executor_entry& executor, moment) {
  if (executor.phase == executor_phase::terminating) {
    destroy_executor(executor, std::nullopt);
  } else if (executor.recovered) {
    destroy_executor(executor,
                     verdict{v1::TASK_GONE, v1::TaskStatus::REASON_EXECUTOR_REREGISTRATION_TIMEOUT,
                             "Executor did not re-register within " +
                                 to_text(config_.executor_reregistration_timeout)});
    executor.recovered = false;
  } else if (executor.phase == executor_phase::registering) {
    destroy_executor(executor,
                     verdict{v1::TASK_FAILED, v1::TaskStatus::REASON_EXECUTOR_REGISTRATION_TIMEOUT,
                             "Executor did not register within " +
                                 to_text(config_.executor_registration_timeout)});
  }
}

void agent_core::set_deadline(executor_entry& executor, std::optional<steady_time> at) {
  if (executor.deadline)
    deadlines_.erase({*executor.deadline, executor.key});
  executor.deadline = at;
  if (at)
    deadlines_.insert({*at, executor.key});
}

resources agent_core::used_by(const executor_entry& executor) const {
  auto sum = executor.own;
  for (const auto& [id, task] : executor.tasks)
    if (task.phase != task_phase::terminated)
      sum += bag_of(task.info->resources());
  return sum;
}

void agent_core::resize(const executor_entry& executor) {
  if (!executor.command && executor.phase == executor_phase::running)
    emit(effect::resize{executor.container(), used_by(executor)});
}

void agent_core::unbind_endpoint(executor_entry& executor, const std::string& reason) {
  if (!executor.endpoint)
    return;
  emit(effect::close_endpoint{*executor.endpoint, reason});
  endpoints_.erase(*executor.endpoint);
  executor.endpoint.reset();
}

} // namespace troupe::agent
