#include "agent/command_task.hpp"

#include <algorithm>
#include <csignal>
#include <cstring>
#include <sys/wait.h>

namespace troupe::agent {

namespace v1 = mesos::v1;

std::string describe_wait_status(int status) {
  if (WIFEXITED(status))
    return "exited with status " + std::to_string(WEXITSTATUS(status));
  const int signal = WTERMSIG(status);
  const char* name = sigdescr_np(signal);
  return "terminated with signal " + (name ? std::string(name) : std::to_string(signal)) +
         (WCOREDUMP(status) ? " (core dumped)" : "");
}

command_task::command_task(shared<command_run> run)
    : run_(std::move(run))
    , random_(run_->seed) {
  if (!run_->resumed)
    return;
  const auto& resumed = *run_->resumed;
  task_ = resumed.task;
  running_reported_ =
      resumed.last_state == v1::TASK_RUNNING || resumed.last_state == v1::TASK_KILLING;
  killed_ = resumed.kill_requested || resumed.last_state == v1::TASK_KILLING;
  phase_ = running_reported_ ? command_phase::running : command_phase::launching;
}

command_effects command_task::launch(const v1::TaskInfo& task, moment now) {
  if (task_) {
    auto status = make_status(v1::TASK_FAILED, now);
    *status.mutable_task_id() = task.task_id();
    status.set_message("A command executor runs one task only");
    emit(command_effect::update{std::move(status)});
    return take();
  }
  task_ = std::make_shared<v1::TaskInfo>(task);
  phase_ = next(phase_, command_step::launch);
  emit(command_effect::launch{});
  return take();
}

std::chrono::nanoseconds command_task::own_grace() const {
  if (task_->has_kill_policy() && task_->kill_policy().has_grace_period())
    return std::chrono::nanoseconds{task_->kill_policy().grace_period().nanoseconds()};
  return default_grace;
}

command_effects command_task::kill(const v1::KillPolicy* policy, moment now) {
  if (!task_)
    return take();
  const auto grace = policy && policy->has_grace_period()
                         ? std::chrono::nanoseconds{policy->grace_period().nanoseconds()}
                         : own_grace();
  if (phase_ == command_phase::killing) {
    // Another kill may only shorten the time that is left.
    if (kill_at_ && kill_began_ + grace < *kill_at_) {
      kill_at_ = kill_began_ + grace;
      return tick(now);
    }
  } else {
    begin_kill(grace, true, now);
  }
  return take();
}

void command_task::begin_kill(std::chrono::nanoseconds grace, bool report, moment now) {
  const bool running = phase_ == command_phase::running;
  if (!running && phase_ != command_phase::launching)
    return;
  killed_ = true;
  phase_ = next(phase_, command_step::kill);
  completion_at_.reset();
  if (!running && !run_->resumed) {
    destroy();
    return;
  }
  if (report && run_->may_send_killing && running)
    emit(command_effect::update{make_status(v1::TASK_KILLING, now)});
  emit(command_effect::signal{SIGTERM});
  kill_began_ = now.steady;
  kill_at_ = now.steady + grace;
  if (grace.count() <= 0)
    destroy();
}

void command_task::destroy() {
  kill_at_.reset();
  if (!std::exchange(destroying_, true))
    emit(command_effect::destroy{});
}

command_effects command_task::shut_down(moment now) {
  shutting_down_ = true;
  switch (phase_) {
  case command_phase::waiting:
    exit_ = {run_->spec->id, container_end::destroyed, std::nullopt, "it was never launched", 0};
    finish();
    break;
  case command_phase::launching:
  case command_phase::running:
    begin_kill(own_grace(), true, now);
    break;
  case command_phase::reporting:
    finish();
    break;
  case command_phase::killing:
  case command_phase::done:
    break;
  }
  return take();
}

command_effects command_task::started(moment now) {
  if (phase_ == command_phase::launching) {
    phase_ = next(phase_, command_step::started);
    if (!run_->resumed || run_->resumed->last_state == v1::TASK_STAGING)
      emit(command_effect::update{make_status(v1::TASK_STARTING, now)});
    emit(command_effect::update{make_status(v1::TASK_RUNNING, now)});
    running_reported_ = true;
  } else if (phase_ != command_phase::running || !run_->resumed) {
    return take();
  }
  limit_time(now);
  if (killed_)
    begin_kill(run_->resumed->kill_grace.value_or(own_grace()),
               run_->resumed->last_state != v1::TASK_KILLING, now);
  return take();
}

void command_task::limit_time(moment now) {
  const std::chrono::nanoseconds limit{task_->max_completion_time().nanoseconds()};
  if (limit.count() <= 0)
    return;
  const auto since = run_->resumed ? run_->resumed->running_since : std::nullopt;
  const std::chrono::duration<double> ran{since ? to_seconds(now.wall) - *since : 0};
  completion_at_ = now.steady + limit - std::chrono::duration_cast<std::chrono::nanoseconds>(ran);
}

command_effects command_task::exited(const container_exited& event, moment now) {
  if (phase_ == command_phase::reporting || phase_ == command_phase::done)
    return take();
  exit_ = event;
  kill_at_.reset();
  completion_at_.reset();
  const bool explained = killed_ || too_long_;
  const bool ran = event.end == container_end::exited && event.status.has_value();
  if (phase_ != command_phase::waiting && event.end != container_end::limited && (explained || ran))
    report_end(event, now);
  else
    finish();
  return take();
}

void command_task::report_end(const container_exited& event, moment now) {
  // It ran unseen: its end was found by a restarted agent.
  if (!running_reported_ && event.end == container_end::exited && !killed_) {
    if (!run_->resumed || run_->resumed->last_state == v1::TASK_STAGING)
      emit(command_effect::update{make_status(v1::TASK_STARTING, now)});
    emit(command_effect::update{make_status(v1::TASK_RUNNING, now)});
  }
  phase_ = next(phase_, command_step::exited);
  auto state = v1::TASK_KILLED;
  if (too_long_)
    state = v1::TASK_FAILED;
  else if (!killed_)
    state = event.status == 0 ? v1::TASK_FINISHED : v1::TASK_FAILED;
  auto status = make_status(state, now);
  if (too_long_)
    status.set_reason(v1::TaskStatus::REASON_MAX_COMPLETION_TIME_REACHED);
  if (event.status)
    status.set_message("Command " + describe_wait_status(*event.status));
  else
    status.set_message(running_reported_ ? "Command terminated with signal Killed"
                                         : "Command terminated before it was started");
  last_uuid_ = status.uuid();
  emit(command_effect::update{std::move(status)});
  give_up_at_ = now.steady + report_wait;
  if (shutting_down_)
    finish();
}

command_effects command_task::acknowledged(const std::string& uuid, moment) {
  if (phase_ == command_phase::reporting && uuid == last_uuid_)
    finish();
  return take();
}

command_effects command_task::tick(moment now) {
  if (kill_at_ && *kill_at_ <= now.steady)
    destroy();
  if (completion_at_ && *completion_at_ <= now.steady) {
    completion_at_.reset();
    too_long_ = true;
    destroy();
  }
  if (give_up_at_ && *give_up_at_ <= now.steady)
    finish();
  return take();
}

std::optional<steady_time> command_task::next_deadline() const {
  std::optional<steady_time> first;
  for (const auto& time : {kill_at_, completion_at_, give_up_at_})
    if (time && (!first || *time < *first))
      first = time;
  return first;
}

v1::TaskStatus command_task::make_status(v1::TaskState state, moment now) {
  v1::TaskStatus status;
  *status.mutable_task_id() = task_->task_id();
  status.set_state(state);
  status.set_source(v1::TaskStatus::SOURCE_EXECUTOR);
  status.set_uuid(random_.uuid());
  status.set_timestamp(to_seconds(now.wall));
  if (task_->has_check()) {
    // No result yet: checks of this kind are accepted, and carried in every status.
    auto& check = *status.mutable_check_status();
    check.set_type(task_->check().type());
    switch (task_->check().type()) {
    case v1::CheckInfo::COMMAND:
      check.mutable_command();
      break;
    case v1::CheckInfo::HTTP:
      check.mutable_http();
      break;
    case v1::CheckInfo::TCP:
      check.mutable_tcp();
      break;
    default:
      break;
    }
  }
  return status;
}

void command_task::finish() {
  give_up_at_.reset();
  phase_ = phase_ == command_phase::reporting ? next(phase_, command_step::acknowledged)
                                              : next(phase_, command_step::abandoned);
  emit(command_effect::finish{exit_});
}

} // namespace troupe::agent
