/// How a task's state changes: updates are checked, checkpointed, sent, acknowledged.
#include "agent/agent_core.hpp"

#include "agent/executor_info.hpp"
#include "runtime/logging.hpp"
#include "wire/task_state.hpp"

#include <algorithm>

namespace troupe::agent {

namespace v1 = mesos::v1;

namespace {

constexpr int remembered_statuses = 100;
/// Acknowledgements after which the log of a task's updates is written anew.
constexpr std::size_t longest_log = 256;

/// An update that came after its task was forgotten, told by its UUID.
bool was_acknowledged(const executor_entry& executor, const v1::TaskStatus& status) {
  return std::any_of(executor.completed.begin(), executor.completed.end(), [&](const auto& task) {
    return task->task_id().value() == status.task_id().value() &&
           std::any_of(task->statuses().begin(), task->statuses().end(),
                       [&](const auto& x) { return x.uuid() == status.uuid(); });
  });
}

} // namespace

task_ptr with_status(const v1::Task& before, const v1::TaskStatus& status) {
  auto after = std::make_shared<v1::Task>(before);
  after->set_state(status.state());
  auto& history = *after->mutable_statuses();
  if (history.empty() || history.rbegin()->state() != status.state()) {
    if (history.size() >= remembered_statuses)
      history.DeleteSubrange(0, 1);
    history.Add();
  }
  *history.rbegin() = status;
  history.rbegin()->clear_data();
  return after;
}

agent_core::status agent_core::make_status(const task_id& task, v1::TaskState state, int reason,
                                           std::string message, moment now) {
  status out;
  out.mutable_task_id()->set_value(task.value());
  out.set_state(state);
  out.set_source(v1::TaskStatus::SOURCE_AGENT);
  out.set_reason(static_cast<v1::TaskStatus::Reason>(reason));
  out.set_message(std::move(message));
  *out.mutable_agent_id() = info_->id();
  out.set_timestamp(to_seconds(now.wall));
  out.set_uuid(random_.uuid());
  return out;
}

v1::TaskState agent_core::for_framework(const framework_id& id, v1::TaskState state) {
  const auto* framework = find_framework(id);
  // Of an unknown framework the master knows whether to translate.
  if (!framework)
    return state;
  return wire::visible_state(
      state, has_capability(*framework->info, v1::FrameworkInfo::Capability::PARTITION_AWARE));
}

void agent_core::judge(executor_entry& executor, task_entry& task, const verdict& why, moment now) {
  const task_id id{task.info->task_id().value()};
  auto update =
      make_status(id, for_framework(executor.key.framework, static_cast<v1::TaskState>(why.state)),
                  why.reason, why.message, now);
  *update.mutable_executor_id() = executor.info->executor_id();
  apply_update(executor.key.framework, &executor, std::move(update), now);
}

void agent_core::apply_update(const framework_id& framework, executor_entry* executor,
                              status update, moment now) {
  const task_key key{framework, task_id{update.task_id().value()}};
  using enum update_streams::addition;
  const auto known = streams_.check(key, update);
  if (known == pending)
    return;
  task_entry* entry = nullptr;
  if (executor) {
    const auto found = executor->tasks.find(key.task);
    entry = found == executor->tasks.end() ? nullptr : &found->second;
    if (known == acknowledged || (!entry && was_acknowledged(*executor, update))) {
      acknowledge_to(*executor, key.task, update.uuid());
      return;
    }
    if (!entry || entry->phase == task_phase::terminated) {
      ++counters_.invalid_status_updates;
      log_warning("status update ignored",
                  {{"framework", framework},
                   {"task", key.task},
                   {"state", v1::TaskState_Name(update.state())},
                   {"why", entry ? "the task has ended" : "the task is unknown"}});
      return;
    }
  }
  ++counters_.valid_status_updates;
  const bool terminal = wire::is_terminal(update.state());
  const auto shared_update = std::make_shared<const status>(std::move(update));
  std::optional<outgoing_update> head;
  if (streams_.add(key, shared_update, now.steady, &head) != accepted)
    return;
  if (terminal)
    count_terminal(shared_update->state());
  if (entry) {
    entry->task = with_status(*entry->task, *shared_update);
    touch(*executor);
    if (checkpoints(*find_framework(framework)))
      append(task_dir(*executor, key.task) + "/task.updates", encode_update(*shared_update));
    if (terminal) {
      entry->phase = task_phase::terminated;
      resize(*executor);
    }
  }
  if (head)
    forward(*head);
}

void agent_core::forward(const outgoing_update& update) {
  link::ToMaster record;
  auto& message = *record.mutable_status_update();
  message.mutable_framework_id()->set_value(update.task.framework.value());
  if (update.status->has_executor_id())
    *message.mutable_executor_id() = update.status->executor_id();
  *message.mutable_status() = *update.status;
  message.set_latest_state(update.status->state());
  auto* framework = find_framework(update.task.framework);
  if (auto* executor = framework ? executor_of(*framework, update.task.task) : nullptr) {
    auto& task = executor->tasks.at(update.task.task);
    message.set_latest_state(task.task->state());
    auto sent = std::make_shared<v1::Task>(*task.task);
    sent->set_status_update_state(update.status->state());
    sent->set_status_update_uuid(update.status->uuid());
    task.task = std::move(sent);
    touch(*executor);
  }
  send(std::move(record));
}

void agent_core::log_acknowledgement(executor_entry& executor, const task_key& key,
                                     const status& update) {
  const auto path = task_dir(executor, key.task) + "/task.updates";
  auto& logged = executor.tasks.at(key.task).logged;
  // The file of a talkative task would grow for ever; its last state is all that a restart needs.
  if (++logged >= longest_log && streams_.pending(key) == 0) {
    logged = 0;
    write(path, encode_update(update) + encode_acknowledgement(update.uuid()));
  } else {
    append(path, encode_acknowledgement(update.uuid()));
  }
}

void agent_core::acknowledged(const link::Acknowledge& record, moment now) {
  const task_key key{framework_id{record.framework_id().value()},
                     task_id{record.task_id().value()}};
  const auto result = streams_.acknowledge(key, record.uuid(), now.steady);
  if (!result.status) {
    log_warning("acknowledgement ignored: it is not of the update on its way",
                {{"framework", key.framework}, {"task", key.task}});
    return;
  }
  auto* framework = find_framework(key.framework);
  auto* executor = framework ? executor_of(*framework, key.task) : nullptr;
  if (executor) {
    if (checkpoints(*framework))
      log_acknowledgement(*executor, key, *result.status);
    if (result.status->source() == v1::TaskStatus::SOURCE_EXECUTOR)
      acknowledge_to(*executor, key.task, record.uuid());
  }
  if (result.next)
    forward(*result.next);
  if (!result.closed || !executor)
    return;
  const auto owner = executor->key;
  complete_task(*executor, key.task);
  complete_if_done(owner, now);
}

void agent_core::complete_task(executor_entry& executor, const task_id& task) {
  const auto found = executor.tasks.find(task);
  auto& framework = *find_framework(executor.key.framework);
  // A command task's files go with its executor, which has nothing else.
  if (checkpoints(framework) && !executor.command && !framework.terminating)
    remove(task_dir(executor, task));
  executor.completed.push_back(found->second.task);
  if (executor.completed.size() > config_.max_completed_tasks)
    executor.completed.pop_front();
  executor.tasks.erase(found);
  framework.task_index.erase(task);
  touch(executor);
}

void agent_core::count_terminal(v1::TaskState state) {
  switch (state) {
  case v1::TASK_FINISHED:
    ++counters_.tasks_finished;
    break;
  case v1::TASK_FAILED:
    ++counters_.tasks_failed;
    break;
  case v1::TASK_KILLED:
    ++counters_.tasks_killed;
    break;
  case v1::TASK_LOST:
  case v1::TASK_DROPPED:
    ++counters_.tasks_lost;
    break;
  case v1::TASK_GONE:
    ++counters_.tasks_gone;
    break;
  default:
    break;
  }
}

} // namespace troupe::agent
