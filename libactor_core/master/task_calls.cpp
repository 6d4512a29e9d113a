#include "master/task_calls.hpp"

#include "master/tasks.hpp"
#include "wire/arena_message.hpp"
#include "wire/task_state.hpp"

#include <troupe/link.pb.h>

namespace troupe::master {

namespace {

/// The agent if it can be reached; otherwise the reason is logged with the call's name.
agent_entry* reachable(turn& t, const framework_entry& framework, const std::string& id,
                       const char* call) {
  auto* agent = t.book.find(agent_id{id});
  if (agent != nullptr && agent->connected())
    return agent;
  t.warning("call dropped: its agent is not connected",
            {{"call", call}, {"framework", framework.id.value()}, {"agent", id}});
  return nullptr;
}

link::ToAgent kill_record(const framework_entry& framework, const Call::Kill& kill) {
  link::ToAgent record;
  auto* task = record.mutable_kill_task();
  task->mutable_framework_id()->set_value(framework.id.value());
  *task->mutable_task_id() = kill.task_id();
  if (kill.has_kill_policy())
    *task->mutable_kill_policy() = kill.kill_policy();
  return record;
}

} // namespace

void kill_task(turn& t, framework_entry& framework, const Call::Kill& kill) {
  t.count("master/messages_kill_task");
  task_id id{kill.task_id().value()};
  auto task = framework.tasks.find(id);
  if (task == framework.tasks.end()) {
    Call::Reconcile question;
    auto* asked = question.add_tasks();
    *asked->mutable_task_id() = kill.task_id();
    if (kill.has_agent_id())
      *asked->mutable_agent_id() = kill.agent_id();
    reconcile(t, framework, question);
    return;
  }
  if (kill.has_agent_id() && kill.agent_id().value() != task->second.agent.value()) {
    t.warning("kill ignored: the task runs on another agent",
              {{"framework", framework.id.value()},
               {"task", id.value()},
               {"agent", kill.agent_id().value()},
               {"runs_on", task->second.agent.value()}});
    return;
  }
  auto& agent = t.book.agents.at(task->second.agent);
  auto record = kill_record(framework, kill);
  if (!wire::is_terminal(task->second.view->state()))
    agent.kills[framework.id][id] = std::make_shared<const link::ToAgent>(record);
  t.tell(agent, std::move(record));
}

void acknowledge(turn& t, framework_entry& framework, const Call::Acknowledge& acknowledge) {
  t.count("master/messages_status_update_acknowledgement");
  auto* agent = reachable(t, framework, acknowledge.agent_id().value(), "ACKNOWLEDGE");
  if (agent == nullptr) {
    t.count("master/invalid_status_update_acknowledgements");
    return;
  }
  task_id id{acknowledge.task_id().value()};
  auto found = framework.tasks.find(id);
  bool known = found != framework.tasks.end() && found->second.agent == agent->id;
  const auto progress = known ? found->second.view->unpack_progress() : mesos::v1::Task{};
  if (known && !progress.has_status_update_uuid()) {
    t.count("master/invalid_status_update_acknowledgements");
    t.warning("acknowledgement ignored: its update was not sent by this master",
              {{"framework", framework.id.value()}, {"task", id.value()}});
    return;
  }
  t.count("master/valid_status_update_acknowledgements");
  auto record = wire::make_arena_message<link::ToAgent, 512>();
  auto* passed = record->mutable_acknowledge();
  passed->mutable_framework_id()->set_value(framework.id.value());
  *passed->mutable_task_id() = acknowledge.task_id();
  passed->set_uuid(acknowledge.uuid());
  t.tell(*agent, to_agent_ptr{std::move(record)});
  if (known && wire::is_terminal(progress.status_update_state()) &&
      progress.status_update_uuid() == acknowledge.uuid())
    complete_task(t, framework, id);
}

void shutdown_executor(turn& t, framework_entry& framework, const Call::Shutdown& shutdown) {
  auto* agent = reachable(t, framework, shutdown.agent_id().value(), "SHUTDOWN");
  if (agent == nullptr)
    return;
  link::ToAgent record;
  auto* passed = record.mutable_shutdown_executor();
  passed->mutable_framework_id()->set_value(framework.id.value());
  *passed->mutable_executor_id() = shutdown.executor_id();
  t.tell(*agent, std::move(record));
}

void send_message(turn& t, framework_entry& framework, const Call::Message& message) {
  t.count("master/messages_framework_to_executor");
  auto* agent = reachable(t, framework, message.agent_id().value(), "MESSAGE");
  if (agent == nullptr) {
    t.count("master/invalid_framework_to_executor_messages");
    return;
  }
  t.count("master/valid_framework_to_executor_messages");
  link::ToAgent record;
  auto* passed = record.mutable_message();
  passed->mutable_framework_id()->set_value(framework.id.value());
  *passed->mutable_executor_id() = message.executor_id();
  passed->set_data(message.data());
  t.tell(*agent, std::move(record));
}

} // namespace troupe::master
