/// The conversation with the master.
#include "agent/agent_core.hpp"

#include "agent/executor_info.hpp"
#include "runtime/logging.hpp"
#include "wire/resource_convert.hpp"

namespace troupe::agent {

namespace v1 = mesos::v1;

effects agent_core::record_received(const link::ToAgent& record, moment now) {
  const bool at_work = phase_ == agent_phase::recovered && !id_.empty();
  switch (record.kind_case()) {
  case link::ToAgent::kRegistered:
    registered_by(record.registered(), now);
    break;
  case link::ToAgent::kPing: {
    link::ToMaster pong;
    pong.mutable_pong();
    send(std::move(pong), true);
    if (registration_.pinged(record.ping().connected(), now.steady)) {
      streams_.pause();
      return tick(now);
    }
    break;
  }
  case link::ToAgent::kRunTask:
    if (at_work)
      run_task(record.run_task(), now);
    break;
  case link::ToAgent::kRunTaskGroup:
    if (at_work)
      run_task_group(record.run_task_group(), now);
    break;
  case link::ToAgent::kKillTask:
    if (at_work)
      kill_task(record.kill_task(), now);
    break;
  case link::ToAgent::kAcknowledge:
    acknowledged(record.acknowledge(), now);
    break;
  case link::ToAgent::kShutdownFramework:
    shut_framework_down(framework_id{record.shutdown_framework().framework_id().value()}, now);
    break;
  case link::ToAgent::kShutdownExecutor: {
    const auto& who = record.shutdown_executor();
    if (auto* executor = find_executor(
            {framework_id{who.framework_id().value()}, executor_id{who.executor_id().value()}}))
      shut_executor_down(*executor, now);
    break;
  }
  case link::ToAgent::kUpdateFramework:
    update_framework(record.update_framework().framework());
    break;
  case link::ToAgent::kMessage: {
    const auto& message = record.message();
    auto* executor = find_executor(
        {framework_id{message.framework_id().value()}, executor_id{message.executor_id().value()}});
    if (!executor || !executor->connected()) {
      ++counters_.invalid_framework_messages;
      break;
    }
    ++counters_.valid_framework_messages;
    v1::executor::Event event;
    event.set_type(v1::executor::Event::MESSAGE);
    event.mutable_message()->set_data(message.data());
    tell(*executor, std::move(event));
    break;
  }
  case link::ToAgent::kCheckpointResources:
    if (at_work)
      checkpoint_resources(record.checkpoint_resources());
    break;
  case link::ToAgent::kShutdown:
    log_warning("the master shuts this agent down", {{"reason", record.shutdown().reason()}});
    begin_shutdown(false, now);
    break;
  case link::ToAgent::KIND_NOT_SET:
    log_warning("a record of the master was not understood");
    break;
  }
  return take();
}

void agent_core::registered_by(const link::Registered& record, moment now) {
  if (registration_.phase() == registration_phase::disconnected || phase_ != agent_phase::recovered)
    return;
  const agent_id id{record.agent_id().value()};
  if (!id_.empty() && id != id_) {
    emit(effect::stop{true,
                      "the master calls this agent " + id.value() + ", but it is " + id_.value()});
    return;
  }
  if (id_.empty()) {
    id_ = id;
    auto info = std::make_shared<v1::AgentInfo>(*config_.info);
    info->mutable_id()->set_value(id.value());
    info_ = std::move(info);
    write(meta::agent_info(id_), encode_record(*info_));
    write(meta::latest, id_.value());
  }
  log_info("registered with the master", {{"agent", id_}, {"master", record.master().hostname()}});
  const std::chrono::duration<double> timeout{record.ping_timeout_seconds()};
  registration_.accepted(std::chrono::duration_cast<std::chrono::nanoseconds>(timeout), now.steady);
  master_hostname_ = record.master().hostname();
  view_.reset();
  for (const auto& update : streams_.resume(now.steady))
    forward(update);
  for (const auto& task : record.reconcile())
    reconcile(task, now);
}

void agent_core::reconcile(const link::ReconcileTask& task, moment now) {
  const task_key key{framework_id{task.framework_id().value()}, task_id{task.task_id().value()}};
  auto* framework = find_framework(key.framework);
  if ((framework && framework->task_index.contains(key.task)) || streams_.is_open(key))
    return;
  apply_update(key.framework, nullptr,
               make_status(key.task, for_framework(key.framework, v1::TASK_DROPPED),
                           v1::TaskStatus::REASON_RECONCILIATION,
                           "Reconciliation: task unknown to the agent", now),
               now);
}

void agent_core::send_registration() {
  link::ToMaster record;
  auto& registration = id_.empty() ? *record.mutable_register_()
                                   : *record.mutable_reregister()->mutable_registration();
  *registration.mutable_agent() = *info_;
  for (const int capability : config_.capabilities)
    registration.add_capabilities()->set_type(
        static_cast<v1::AgentInfo::Capability::Type>(capability));
  *registration.mutable_checkpointed_resources() =
      wire::to_proto(remembered_, wire::resource_format::post_refinement);
  registration.set_version(config_.version);
  registration.set_pid(agent_pid(config_));
  if (!id_.empty()) {
    auto& message = *record.mutable_reregister();
    for (const auto& [id, framework] : frameworks_) {
      if (framework.terminating)
        continue;
      *message.add_frameworks() = *framework.info;
      for (const auto& [executor_id, executor] : framework.executors) {
        if (!executor.command && executor.phase != executor_phase::terminated) {
          auto& state = *message.add_executors();
          *state.mutable_framework_id() = framework.info->id();
          *state.mutable_executor() = *executor.info;
        }
        for (const auto& [task_id, task] : executor.tasks) {
          auto& told = *message.add_tasks();
          told = *task.task;
          // After a restart nothing was forwarded yet: the next update is as far as frameworks know.
          if (const auto next = streams_.head({id, task_id}))
            told.set_status_update_state(next->state());
        }
      }
    }
    for (const auto& framework : removed_frameworks_)
      *message.add_completed_frameworks() = *framework;
  }
  send(std::move(record));
}

void agent_core::send(link::ToMaster record, bool urgent) {
  emit(effect::tell_master{std::make_shared<link::ToMaster>(std::move(record)), urgent});
}

void agent_core::begin_shutdown(bool unregister, moment now) {
  if (phase_ == agent_phase::terminating)
    return;
  phase_ = agent_phase::terminating;
  reconnect_until_.reset();
  if (unregister && registered()) {
    link::ToMaster record;
    record.mutable_unregister()->mutable_agent_id()->set_value(id_.value());
    send(std::move(record));
  }
  std::vector<framework_id> ids;
  for (const auto& [id, framework] : frameworks_)
    ids.push_back(id);
  for (const auto& id : ids)
    shut_framework_down(id, now);
  stop_if_empty();
}

void agent_core::stop_if_empty() {
  if (phase_ != agent_phase::terminating || !frameworks_.empty() || stopped_)
    return;
  stopped_ = true;
  remove(meta::latest);
  emit(effect::stop{false, "all executors have ended"});
}

} // namespace troupe::agent
