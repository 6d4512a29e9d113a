/// The agent's restart: books and streams from the checkpoints, containers taken over.
#include "agent/agent_core.hpp"

#include "agent/executor_info.hpp"
#include "runtime/logging.hpp"
#include "wire/task_state.hpp"

namespace troupe::agent {

namespace v1 = mesos::v1;

effects agent_core::start(const checkpoint_files& files, moment now) {
  started_ = now;
  // The next life has the same seed, but must not draw the same ids.
  random_ =
      random_source{config_.seed ^ static_cast<std::uint64_t>(now.wall.time_since_epoch().count())};
  next_disk_look_ = now.steady;
  auto found = read_recovered(files);
  for (const auto& damage : found.damage)
    log_error("damaged checkpoint", {{"what", damage}});
  if (!found.damage.empty() && config_.strict) {
    emit(effect::stop{true, "damaged checkpoint: " + found.damage.front() +
                                "; start with --strict=false to go on without it, or remove " +
                                config_.work_dir + "/meta to start as a new agent"});
    return take();
  }
  counters_.recovery_errors += found.damage.size();

  const bool rebooted = !found.boot_id.empty() && found.boot_id != config_.boot_id;
  if (found.info) {
    const auto why = incompatibility(*found.info, *config_.info, config_.reconfiguration);
    if (why && !rebooted) {
      emit(effect::stop{true,
                        "this agent cannot go on as " + found.info->id().value() + ": " + *why +
                            "; change it back, use another --reconfiguration_policy, or "
                            "remove " +
                            config_.work_dir + "/meta/slaves/latest to start as a new agent"});
      return take();
    }
    if (why) {
      log_warning("starting as a new agent after a reboot", {{"why", *why}});
      remove(meta::latest);
      remove(meta::agent_dir(agent_id{found.info->id().value()}));
      found.info = nullptr;
      found.frameworks.clear();
    }
  }
  if (const auto why = restore_resources(found)) {
    emit(effect::stop{true, *why});
    return take();
  }
  restore(found, now);
  for (const auto& path : found.leftovers)
    remove(path);
  if (found.boot_id != config_.boot_id)
    write(meta::boot_id, config_.boot_id);
  return take();
}

void agent_core::restore(recovered_agent& found, moment now) {
  effect::take_over take_over;
  const bool rebooted = found.boot_id != config_.boot_id;
  if (found.info) {
    id_ = agent_id{found.info->id().value()};
    auto info = std::make_shared<v1::AgentInfo>(*config_.info);
    *info->mutable_id() = found.info->id();
    info_ = std::move(info);
    if (info_->SerializeAsString() != found.info->SerializeAsString())
      write(meta::agent_info(id_), encode_record(*info_));
    log_info("recovering", {{"agent", id_}, {"frameworks", found.frameworks.size()}});
  }
  for (auto& [id, framework] : found.frameworks) {
    auto& entry = frameworks_[id];
    entry.id = id;
    entry.info = framework.info;
    for (auto& [executor_id, executor] : framework.executors)
      restore_executor(entry, executor, rebooted, take_over, now);
  }
  std::vector<executor_key> keys;
  for (const auto& [id, framework] : frameworks_)
    for (const auto& [executor_id, executor] : framework.executors)
      keys.push_back(executor.key);
  for (const auto& key : keys) {
    judge_recovered(*find_executor(key), rebooted, now);
    complete_if_done(key, now);
  }
  std::vector<framework_id> ids;
  for (const auto& [id, framework] : frameworks_)
    ids.push_back(id);
  for (const auto& id : ids)
    remove_if_idle(id);
  emit(std::move(take_over));
}

void agent_core::restore_executor(framework_entry& framework, recovered_executor& found,
                                  bool rebooted, effect::take_over& take_over, moment) {
  executor_entry entry;
  entry.key = {framework.id, executor_id{found.info->executor_id().value()}};
  entry.info = found.info;
  // Only generated executors name their task as source and id and carry the task's own command.
  entry.command = found.tasks.size() == 1 && !found.tasks.begin()->second.info->has_executor() &&
                  found.tasks.begin()->first.value() == entry.key.executor.value() &&
                  found.info->type() != v1::ExecutorInfo::CUSTOM;
  entry.own = bag_of(found.info->resources());
  entry.subscribed_before = found.subscribed || entry.command;
  auto limits = entry.own;
  bool all_terminal = true;
  for (auto& [id, task] : found.tasks) {
    task_entry restored;
    task_ptr state = std::make_shared<v1::Task>(
        make_task(*task.info, *framework.info, *entry.info, entry.command));
    for (const auto& update : task.updates)
      state = with_status(*state, *update);
    const bool terminal = wire::is_terminal(state->state());
    restored.phase = terminal ? task_phase::terminated : task_phase::delivered;
    restored.task = std::move(state);
    restored.info = task.info;
    restored.kill_requested = task.kill.has_value();
    if (terminal && task.acknowledged == task.updates.size()) {
      entry.completed.push_back(restored.task);
      continue;
    }
    all_terminal = all_terminal && terminal;
    if (!terminal)
      limits += bag_of(task.info->resources());
    streams_.restore({framework.id, id}, task.updates, task.acknowledged);
    framework.task_index[id] = entry.key.executor;
    entry.tasks.emplace(id, std::move(restored));
  }
  const auto* own_task = entry.command ? found.tasks.begin()->second.info.get() : nullptr;
  entry.spec = make_container_spec(
      {id_, framework.info.get(), entry.info.get(), own_task, found.run, limits}, config_);
  for (const auto& [id, task] : found.tasks)
    if (task.repaired)
      write(task_dir(entry, id) + "/task.updates", *task.repaired);

  // A command task's terminal update follows its container's end.
  if (found.ended || rebooted || (entry.command && all_terminal)) {
    entry.phase = executor_phase::terminated;
  } else {
    entry.recovered = true;
    containers_[found.run] = entry.key;
    effect::take_over::item item{entry.spec, nullptr};
    if (entry.command) {
      const auto& task = found.tasks.begin()->second;
      auto run = std::make_shared<command_run>();
      run->key = entry.key;
      run->spec = entry.spec;
      run->may_send_killing =
          has_capability(*framework.info, v1::FrameworkInfo::Capability::TASK_KILLING_STATE);
      run->seed = random_.seed();
      command_run::resumption resumed;
      resumed.task = task.info;
      resumed.last_state = entry.tasks.begin()->second.task->state();
      resumed.kill_requested = task.kill.has_value();
      if (task.kill && task.kill->has_grace_period())
        resumed.kill_grace = std::chrono::nanoseconds{task.kill->grace_period().nanoseconds()};
      for (const auto& update : task.updates)
        if (update->state() == v1::TASK_RUNNING && !resumed.running_since)
          resumed.running_since = update->timestamp();
      run->resumed = std::move(resumed);
      item.run = std::move(run);
    }
    take_over.containers.push_back(std::move(item));
  }
  auto id = entry.key.executor;
  framework.executors.emplace(std::move(id), std::move(entry));
}

void agent_core::judge_recovered(executor_entry& executor, bool rebooted, moment now) {
  if (executor.phase == executor_phase::terminated) {
    const verdict why{v1::TASK_FAILED, v1::TaskStatus::REASON_EXECUTOR_TERMINATED,
                      rebooted ? "Executor terminated: the machine was rebooted"
                               : "Executor terminated"};
    for (auto& [id, task] : executor.tasks)
      if (task.phase != task_phase::terminated)
        judge(executor, task, why, now);
    if (rebooted && !executor.tasks.empty())
      write(meta::run_dir(id_, executor.key, executor.container()) + "/executor.sentinel", "1");
  } else if (!executor.command && !executor.subscribed_before) {
    // It was launched, but never heard of: nothing was delivered to it.
    executor.recovered = false;
    executor.judged = verdict{v1::TASK_DROPPED, v1::TaskStatus::REASON_AGENT_RESTARTED,
                              "The agent was restarted before the executor had registered"};
  }
}

effects agent_core::containers_recovered(moment now) {
  if (phase_ != agent_phase::recovering)
    return take();
  phase_ = agent_phase::reconnecting;
  if (config_.recover == recover_mode::cleanup) {
    log_info("cleaning up: all executors are shut down");
    begin_shutdown(false, now);
    return take();
  }
  const auto until = now.steady + config_.executor_reregistration_timeout;
  bool waiting = false;
  for (auto& [id, framework] : frameworks_)
    for (auto& [executor_id, executor] : framework.executors) {
      if (executor.judged && executor.phase == executor_phase::registering)
        destroy_executor(executor, std::nullopt);
      if (executor.command || !executor.recovered)
        continue;
      waiting = true;
      set_deadline(executor, until);
    }
  if (waiting)
    reconnect_until_ = until;
  reconnected(now);
  return take();
}

void agent_core::reconnected(moment now) {
  if (phase_ != agent_phase::reconnecting)
    return;
  for (const auto& [id, framework] : frameworks_)
    for (const auto& [executor_id, executor] : framework.executors)
      if (executor.recovered && !executor.command)
        return;
  reconnect_until_.reset();
  phase_ = agent_phase::recovered;
  recovery_seconds_ = to_seconds(now.steady - started_.steady);
  view_.reset();
  log_info("recovery finished", {{"agent", id_}});
  if (link_present_)
    registration_.link_up(now.steady);
}

} // namespace troupe::agent
