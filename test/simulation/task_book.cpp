#include "books.hpp"
#include "wire/task_state.hpp"

namespace troupe::simulation {

namespace v1 = mesos::v1;

namespace {

/// How far along a task is; an update that is new to the framework never goes back.
int progress_of(v1::TaskState state) {
  switch (state) {
  case v1::TASK_STAGING:
    return 0;
  case v1::TASK_STARTING:
    return 1;
  case v1::TASK_RUNNING:
    return 2;
  case v1::TASK_KILLING:
    return 3;
  default:
    return 4;
  }
}

/// States that say for certain that the task is no more.
bool is_certain_end(v1::TaskState state) {
  return wire::is_terminal(state) && state != v1::TASK_LOST;
}

std::string name_of(v1::TaskState state) {
  return v1::TaskState_Name(state);
}

/// Whether the end that was told fits what happened to the container.
bool fits(const task_record& task, v1::TaskState told) {
  if (task.unknown_end || task.given_up)
    return true;
  if (!task.wait_status)
    return told != v1::TASK_FINISHED;
  if (task.kill_asked && told == v1::TASK_KILLED)
    return true;
  return told == (*task.wait_status == 0 ? v1::TASK_FINISHED : v1::TASK_FAILED);
}

} // namespace

void task_book::asked_for(const task_name& task, framework_number by, bool partition_aware,
                          bool checkpointed) {
  auto& record = tasks_[task];
  record.framework = by;
  record.partition_aware = partition_aware;
  record.checkpointed = checkpointed;
}

void task_book::kill_asked(const task_name& task) {
  if (auto found = tasks_.find(task); found != tasks_.end())
    found->second.kill_asked = true;
}

void task_book::given_up(const std::string& framework) {
  for (auto task = tasks_.lower_bound({framework, ""});
       task != tasks_.end() && task->first.first == framework; ++task)
    task->second.given_up = true;
}

void task_book::framework_removed(const std::string& framework) {
  removed_frameworks_.insert(framework);
}

std::optional<std::string> task_book::heard(framework_number by, const std::string& framework,
                                            const v1::TaskStatus& status) {
  const task_name name{framework, status.task_id().value()};
  const auto found = tasks_.find(name);
  if (found == tasks_.end() || found->second.framework != by)
    return "framework " + std::to_string(by) + " hears of task " + to_text(name) +
           ", which is not its own";
  auto& task = found->second;
  const auto state = status.state();
  const auto what = "task " + to_text(name) + ": " + name_of(state);
  const bool repeated = status.has_uuid() && task.uuids.contains(status.uuid());
  if (!repeated && task.last_heard && task.partition_aware && is_certain_end(*task.last_heard) &&
      !is_certain_end(state) && state != v1::TASK_UNKNOWN && state != v1::TASK_LOST)
    return what + " after " + name_of(*task.last_heard);
  if (task.partition_aware && task.alive && !task.given_up && is_certain_end(state))
    return what + " although its container is alive";
  if (!repeated)
    task.last_heard = state;
  if (!status.has_uuid())
    return std::nullopt;
  if (repeated)
    return std::nullopt;
  task.uuids.insert(status.uuid());
  if (progress_of(state) < task.progress)
    return what + " comes after a later update";
  task.progress = progress_of(state);
  task.running_heard = task.running_heard || state == v1::TASK_RUNNING;
  if (!wire::is_terminal(state))
    return std::nullopt;
  if (task.final_state && *task.final_state != state)
    return what + " although its end was " + name_of(*task.final_state);
  task.final_state = state;
  if (!fits(task, state))
    return what + " but its container " +
           (task.wait_status ? "ended with wait status " + std::to_string(*task.wait_status)
                             : std::string("never ended by itself"));
  if (state == v1::TASK_FINISHED && !task.running_heard)
    return what + " without TASK_RUNNING before";
  return std::nullopt;
}

std::optional<std::string> task_book::launched(const task_name& name) {
  auto& task = tasks_[name];
  if (std::exchange(task.launched, true))
    return "task " + to_text(name) + " is run a second time";
  task.alive = true;
  ++ran_;
  return std::nullopt;
}

void task_book::ended(const task_name& name, std::optional<int> wait_status) {
  auto& task = tasks_[name];
  task.alive = false;
  task.wait_status = wait_status;
}

std::optional<std::string> task_book::unfinished() const {
  for (const auto& [name, task] : tasks_) {
    if (task.alive)
      return "task " + to_text(name) + " still runs";
    if (task.given_up || removed_frameworks_.contains(name.first))
      continue;
    if (!task.last_heard)
      return "nothing was ever heard of task " + to_text(name);
    if (task.launched && task.checkpointed && task.wait_status && !task.final_state)
      return "task " + to_text(name) + " ended with wait status " +
             std::to_string(*task.wait_status) + ", but its framework heard " +
             name_of(*task.last_heard) + " last";
    if (!wire::is_terminal(*task.last_heard) && *task.last_heard != v1::TASK_UNKNOWN)
      return "the last that was heard of task " + to_text(name) + " is " +
             name_of(*task.last_heard);
  }
  return std::nullopt;
}

} // namespace troupe::simulation
