/// What `/state` and the metrics show of the agent.
#include "agent/agent_core.hpp"

namespace troupe::agent {

namespace v1 = mesos::v1;

shared<agent_executor_view> agent_core::view_of(executor_entry& executor) const {
  if (executor.view)
    return executor.view;
  auto view = std::make_shared<agent_executor_view>();
  view->info = executor.info;
  view->container = executor.container();
  view->directory = executor.spec->directory;
  view->command_executor = executor.command;
  view->used = used_by(executor);
  for (const auto& [id, task] : executor.tasks) {
    if (task.phase == task_phase::queued) {
      view->queued_tasks.push_back(task.info);
      view->waiting_tasks.push_back(task.task);
    } else if (task.phase == task_phase::delivered) {
      view->tasks.push_back(task.task);
    } else {
      view->terminated_tasks.push_back(task.task);
    }
  }
  view->completed_tasks.assign(executor.completed.begin(), executor.completed.end());
  executor.view = std::move(view);
  return executor.view;
}

shared<agent_state_view> agent_core::view() {
  if (view_)
    return view_;
  auto view = std::make_shared<agent_state_view>();
  view->id = id_;
  view->info = info_;
  view->pid = agent_pid(config_);
  view->total = total_;
  view->started = started_.wall;
  view->master_hostname = master_hostname_;
  view->recovering = phase_ == agent_phase::recovering || phase_ == agent_phase::reconnecting;
  const auto add = [&](framework_entry& framework, auto& list) {
    auto out = std::make_shared<agent_framework_view>();
    out->id = framework.id;
    out->info = framework.info;
    for (auto& [id, executor] : framework.executors)
      out->executors.push_back(view_of(executor));
    out->completed_executors.assign(framework.completed.begin(), framework.completed.end());
    list.push_back(std::move(out));
  };
  for (auto& [id, framework] : frameworks_)
    add(framework, view->frameworks);
  for (auto& framework : completed_frameworks_)
    add(framework, view->completed_frameworks);
  view_ = std::move(view);
  return view_;
}

namespace {

void add_resource_gauges(std::map<std::string, double, std::less<>>& out, const resources& total,
                         const resources& used, const std::string& infix) {
  for (const char* name : {"cpus", "gpus", "mem", "disk"}) {
    const auto all = total.get_scalar(name).to_double();
    const auto part = used.get_scalar(name).to_double();
    const auto key = std::string("slave/") + name + infix;
    out[key + "_total"] = all;
    out[key + "_used"] = part;
    out[key + "_percent"] = all > 0 ? part / all : 0;
  }
}

} // namespace

std::map<std::string, double, std::less<>> agent_core::counts() const {
  return {
      {"slave/tasks_finished", double(counters_.tasks_finished)},
      {"slave/tasks_failed", double(counters_.tasks_failed)},
      {"slave/tasks_killed", double(counters_.tasks_killed)},
      {"slave/tasks_lost", double(counters_.tasks_lost)},
      {"slave/tasks_gone", double(counters_.tasks_gone)},
      {"slave/tasks_error", 0}, // the master finds those; a known exporter reads the key
      {"slave/executors_terminated", double(counters_.executors_terminated)},
      {"slave/executors_preempted", 0}, // nothing corrects a use of revocable resources yet
      {"slave/valid_status_updates", double(counters_.valid_status_updates)},
      {"slave/invalid_status_updates", double(counters_.invalid_status_updates)},
      {"slave/valid_framework_messages", double(counters_.valid_framework_messages)},
      {"slave/invalid_framework_messages", double(counters_.invalid_framework_messages)},
      {"slave/container_launch_errors", double(counters_.container_launch_errors)},
      {"slave/recovery_errors", double(counters_.recovery_errors)},
      {"resource_provider_manager/events/subscribe", 0}, // there are no providers yet
      {"resource_provider_manager/events/disconnect", 0},
  };
}

std::map<std::string, double, std::less<>> agent_core::gauges(moment now) const {
  double staging = 0, starting = 0, running = 0, killing = 0;
  double registering = 0, executing = 0, terminating = 0;
  resources used;
  for (const auto& [id, framework] : frameworks_) {
    for (const auto& [executor_id, executor] : framework.executors) {
      registering += executor.phase == executor_phase::registering;
      executing += executor.phase == executor_phase::running;
      terminating += executor.phase == executor_phase::terminating;
      if (executor.phase != executor_phase::terminated)
        used += used_by(executor);
      for (const auto& [task_id, task] : executor.tasks) {
        staging += task.task->state() == v1::TASK_STAGING;
        starting += task.task->state() == v1::TASK_STARTING;
        running += task.task->state() == v1::TASK_RUNNING;
        killing += task.task->state() == v1::TASK_KILLING;
      }
    }
  }
  auto out = counts();
  out.merge(std::map<std::string, double, std::less<>>{
      {"slave/uptime_secs", to_seconds(now.steady - started_.steady)},
      {"slave/registered", registered() ? 1 : 0},
      {"slave/frameworks_active", double(frameworks_.size())},
      {"slave/tasks_staging", staging},
      {"slave/tasks_starting", starting},
      {"slave/tasks_running", running},
      {"slave/tasks_killing", killing},
      {"slave/executors_registering", registering},
      {"slave/executors_running", executing},
      {"slave/executors_terminating", terminating},
      {"slave/executor_directory_max_allowed_age_secs", to_seconds(gc_.allowed_age())},
      {"resource_provider_manager/subscribed", 0}, // there are none yet
      {"gc/path_removals_pending", double(gc_.size())},
  });
  if (recovery_seconds_)
    out["slave/recovery_time_secs"] = *recovery_seconds_;
  add_resource_gauges(out, total_.non_revocable(), used.non_revocable(), "");
  add_resource_gauges(out, total_.revocable(), used.revocable(), "_revocable");
  return out;
}

} // namespace troupe::agent
