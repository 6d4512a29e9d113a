#include "master/tasks.hpp"

#include "master/events.hpp"
#include "master/offers.hpp"
#include "master/views.hpp"
#include "wire/arena_message.hpp"
#include "wire/task_state.hpp"

#include <troupe/link.pb.h>

namespace troupe::master {

using mesos::v1::Task;

namespace {

void tally(turn& t, framework_entry& framework, TaskState state, int by) {
  t.book.task_states[state] += by;
  framework.task_states[state] += by;
}

void count_terminal(turn& t, framework_entry& framework, TaskState state,
                    const TaskStatus& status) {
  framework.counts.ended_task(state);
  auto word = metric_word(TaskState_Name(state));
  t.book.metrics.count("master/tasks_" + word.substr(5));
  auto key = "master/" + word + "/" + metric_word(TaskStatus::Source_Name(status.source()));
  if (status.has_reason())
    key += "/" + metric_word(TaskStatus::Reason_Name(status.reason()));
  t.book.metrics.count(key);
}

void release(turn& t, framework_entry& framework, task_entry& task) {
  if (!task.holds_resources)
    return;
  task.holds_resources = false;
  if (auto* agent = t.book.find(task.agent))
    agent->put_out_of_use(task.used);
  give_back(t, framework.id, task.agent, task.used);
}

void remember_status(Task& task, const TaskStatus& status, std::size_t most) {
  auto* statuses = task.mutable_statuses();
  if (!statuses->empty() && statuses->rbegin()->state() == status.state())
    statuses->RemoveLast();
  *statuses->Add() = status;
  statuses->rbegin()->clear_data();
  if (static_cast<std::size_t>(statuses->size()) > most)
    statuses->DeleteSubrange(0, 1);
}

/// Takes the task out of the active set and of its agent.
task_entry extract(turn& t, framework_entry& framework, const task_id& id) {
  auto node = framework.tasks.extract(id);
  auto& task = node.mapped();
  tally(t, framework, task.view->state(), -1);
  release(t, framework, task);
  if (auto* agent = t.book.find(task.agent)) {
    if (auto here = agent->tasks.find(framework.id); here != agent->tasks.end()) {
      here->second.erase(id);
      if (here->second.empty())
        agent->tasks.erase(here);
    }
    if (auto asked = agent->kills.find(framework.id); asked != agent->kills.end()) {
      asked->second.erase(id);
      if (asked->second.empty())
        agent->kills.erase(asked);
    }
  }
  return std::move(task);
}

/// The task as it is after the master's own status.
packed_task_ptr with_status(const turn& t, const packed_task& task, const TaskStatus& status) {
  auto progress = task.unpack_progress();
  progress.set_state(status.state());
  remember_status(progress, status, t.config.keep.statuses_per_task);
  return std::make_shared<const packed_task>(task.after(progress));
}

} // namespace

std::optional<executor_id> executor_of(const Task& task) {
  return task.has_executor_id() ? std::optional(executor_id{task.executor_id().value()})
                                : std::nullopt;
}

void add_task(turn& t, framework_entry& framework, agent_entry& agent, packed_task task,
              std::optional<executor_id> executor, resources used) {
  const task_id id{std::string(task.task())};
  task_entry entry;
  entry.agent = agent.id;
  entry.holds_resources = !wire::is_terminal(task.state());
  entry.executor = std::move(executor);
  if (entry.holds_resources)
    agent.take_into_use(used);
  entry.used = std::move(used);
  tally(t, framework, task.state(), 1);
  entry.view = std::make_shared<const packed_task>(std::move(task));
  t.changed(delta::task_changed{entry.view});
  agent.tasks[framework.id].insert(id);
  framework.tasks.insert_or_assign(id, std::move(entry));
}

void add_executor(turn& t, framework_entry& framework, agent_entry& agent,
                  mesos::v1::ExecutorInfo info, resources used) {
  executor_id id{info.executor_id().value()};
  agent.take_into_use(used);
  agent.executor_frameworks.insert(framework.id);
  executor_entry entry{std::make_shared<const mesos::v1::ExecutorInfo>(std::move(info)),
                       std::move(used)};
  t.changed(delta::executor_added{view_of(framework.id, agent.id, entry)});
  framework.executors[agent.id].insert_or_assign(id, std::move(entry));
}

void remove_executor(turn& t, framework_entry& framework, agent_entry& agent,
                     const executor_id& id) {
  auto here = framework.executors.find(agent.id);
  if (here == framework.executors.end())
    return;
  auto node = here->second.extract(id);
  if (node.empty())
    return;
  agent.put_out_of_use(node.mapped().used);
  give_back(t, framework.id, agent.id, node.mapped().used);
  t.changed(delta::executor_removed{framework.id, agent.id, id});
  if (here->second.empty()) {
    framework.executors.erase(here);
    agent.executor_frameworks.erase(framework.id);
  }
}

void apply_status(turn& t, framework_entry& framework, const task_id& id, const TaskStatus& status,
                  TaskState latest) {
  auto& entry = framework.tasks.at(id);
  auto progress = entry.view->unpack_progress();
  auto before = progress.state();
  if (!wire::is_terminal(before)) {
    tally(t, framework, before, -1);
    tally(t, framework, latest, 1);
    progress.set_state(latest);
  }
  if (status.has_uuid()) {
    // The state is noted in any case, so that reconciliation does not run ahead of an update that
    // is still to be heard; acknowledged is only what was sent on.
    progress.set_status_update_state(status.state());
    progress.clear_status_update_uuid();
    if (framework.connected())
      progress.set_status_update_uuid(status.uuid());
  }
  remember_status(progress, status, t.config.keep.statuses_per_task);
  entry.view = std::make_shared<const packed_task>(entry.view->after(progress));
  if (!wire::is_terminal(before) && wire::is_terminal(latest)) {
    count_terminal(t, framework, latest, status);
    release(t, framework, entry);
  }
  t.changed(delta::task_changed{entry.view});
}

void complete_task(turn& t, framework_entry& framework, const task_id& id) {
  auto task = extract(t, framework, id);
  t.changed(delta::task_completed{task.view});
  framework.completed_tasks.put(id, std::move(task.view),
                                t.config.keep.completed_tasks_per_framework);
}

void end_task(turn& t, framework_entry& framework, const task_id& id, TaskState state,
              TaskStatus::Reason reason, const std::string& message) {
  auto task = extract(t, framework, id);
  auto status = make_status(t, id, task, state, reason, message);
  count_terminal(t, framework, state, status);
  auto view = with_status(t, *task.view, status);
  t.tell(framework, update_event(std::move(status)));
  t.changed(delta::task_completed{view});
  framework.completed_tasks.put(id, std::move(view), t.config.keep.completed_tasks_per_framework);
}

void strand_task(turn& t, framework_entry& framework, const task_id& id, wall_time since,
                 const std::string& message) {
  auto task = extract(t, framework, id);
  auto state = wire::visible_state(TaskState::TASK_UNREACHABLE, framework.traits.partition_aware);
  auto status = make_status(t, id, task, state, TaskStatus::REASON_AGENT_REMOVED, message);
  if (state == TaskState::TASK_UNREACHABLE)
    status.mutable_unreachable_time()->set_nanoseconds(since.time_since_epoch().count());
  else
    count_terminal(t, framework, state, status);
  auto view = with_status(t, *task.view, status);
  t.tell(framework, update_event(std::move(status)));
  t.changed(delta::task_unreachable{view});
  framework.unreachable_tasks.put(id, std::move(view),
                                  t.config.keep.unreachable_tasks_per_framework);
}

void drop_all_tasks(turn& t, framework_entry& framework) {
  while (!framework.tasks.empty()) {
    auto id = framework.tasks.begin()->first;
    if (wire::is_terminal(framework.tasks.begin()->second.view->state()))
      complete_task(t, framework, id);
    else
      end_task(t, framework, id, TaskState::TASK_KILLED, TaskStatus::REASON_FRAMEWORK_REMOVED,
               "Framework " + framework.id.value() + " removed");
  }
  while (!framework.executors.empty()) {
    const auto& [agent, executors] = *framework.executors.begin();
    remove_executor(t, framework, *t.book.find(agent_id{agent}),
                    executor_id{executors.begin()->first});
  }
}

void report(turn& t, framework_entry& framework, TaskStatus status) {
  if (wire::is_terminal(status.state()) && status.reason() != TaskStatus::REASON_RECONCILIATION)
    count_terminal(t, framework, status.state(), status);
  t.tell(framework, update_event(std::move(status)));
}

void on_status_update(turn& t, agent_entry& agent, const link::StatusUpdate& update) {
  t.count("master/messages_status_update");
  framework_id number{update.framework_id().value()};
  task_id id{update.status().task_id().value()};
  auto* framework = t.book.find(number);
  if (framework == nullptr) {
    t.count("master/invalid_status_updates");
    t.warning("status update of an unknown framework dropped",
              {{"framework", number.value()}, {"task", id.value()}, {"agent", agent.id.value()}});
    return;
  }
  auto event = wire::make_arena_message<scheduler_event>();
  event->set_type(scheduler_event::UPDATE);
  auto& status = *event->mutable_update()->mutable_status();
  status = update.status();
  bool aware = framework->traits.partition_aware;
  status.set_state(wire::visible_state(status.state(), aware));
  status.mutable_agent_id()->set_value(agent.id.value());
  if (!status.has_executor_id() && update.has_executor_id())
    *status.mutable_executor_id() = update.executor_id();
  if (!status.has_timestamp())
    status.set_timestamp(t.timestamp());
  auto latest = update.has_latest_state() ? wire::visible_state(update.latest_state(), aware)
                                          : status.state();
  t.tell(*framework, scheduler_event_ptr{event});

  auto task = framework->tasks.find(id);
  if (task == framework->tasks.end() || task->second.agent != agent.id) {
    t.count("master/invalid_status_updates");
    t.warning("status update of an unknown task passed on",
              {{"framework", number.value()}, {"task", id.value()}, {"agent", agent.id.value()}});
    return;
  }
  t.count("master/valid_status_updates");
  apply_status(t, *framework, id, status, latest);
  // Nobody will acknowledge a status without uuid.
  if (!status.has_uuid() && wire::is_terminal(status.state()))
    complete_task(t, *framework, id);
}

void on_executor_exited(turn& t, agent_entry& agent, const link::ExecutorExited& exited) {
  t.count("master/messages_exited_executor");
  executor_id id{exited.executor_id().value()};
  auto* framework = t.book.find(framework_id{exited.framework_id().value()});
  if (framework == nullptr) {
    t.warning("end of an executor of an unknown framework ignored",
              {{"framework", exited.framework_id().value()}, {"executor", id.value()}});
    return;
  }
  remove_executor(t, *framework, agent, id);
  if (!exited.command_executor())
    t.tell(*framework, failure_event(agent.id, id, exited.status()));
}

void on_executor_message(turn& t, agent_entry& agent, const link::ExecutorMessage& message) {
  t.count("master/messages_executor_to_framework");
  auto* framework = t.book.find(framework_id{message.framework_id().value()});
  if (framework == nullptr || !framework->connected()) {
    t.count("master/invalid_executor_to_framework_messages");
    t.warning("message of an executor dropped: its framework is not connected",
              {{"framework", message.framework_id().value()},
               {"executor", message.executor_id().value()}});
    return;
  }
  t.count("master/valid_executor_to_framework_messages");
  t.tell(*framework,
         message_event(agent.id, executor_id{message.executor_id().value()}, message.data()));
}

} // namespace troupe::master
