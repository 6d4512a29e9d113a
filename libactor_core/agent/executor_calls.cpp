/// What executors say, and what they are told.
#include "agent/agent_core.hpp"

#include "agent/call_validation.hpp"
#include "runtime/logging.hpp"

namespace troupe::agent {

namespace v1 = mesos::v1;
using v1::executor::Call;
using v1::executor::Event;

namespace {

executor_key key_of(const Call& call) {
  return {framework_id{call.framework_id().value()}, executor_id{call.executor_id().value()}};
}

} // namespace

void agent_core::answer(request_id request, int code, std::string text) {
  emit(effect::answer_call{request, {code, std::move(text), nullptr}});
}

void agent_core::tell(const executor_entry& executor, Event event) {
  if (executor.connected())
    emit(effect::tell_executor{*executor.endpoint, std::make_shared<Event>(std::move(event))});
}

void agent_core::acknowledge_to(const executor_entry& executor, const task_id& task,
                                const std::string& uuid) {
  Event event;
  event.set_type(Event::ACKNOWLEDGED);
  event.mutable_acknowledged()->mutable_task_id()->set_value(task.value());
  event.mutable_acknowledged()->set_uuid(uuid);
  tell(executor, std::move(event));
}

effects agent_core::executor_subscribes(request_id request, const Call& call, endpoint_id endpoint,
                                        bool built_in, moment now) {
  const auto key = key_of(call);
  if (const auto why = check_call(call)) {
    answer(request, 400, "Failed to validate Executor::Call: " + *why);
    return take();
  }
  if (phase_ == agent_phase::recovering && !built_in) {
    answer(request, 503, "Agent has not finished recovery");
    return take();
  }
  auto* framework = find_framework(key.framework);
  auto* executor = find_executor(key);
  if (!executor) {
    answer(request, 400, framework ? "Executor cannot be found" : "Framework cannot be found");
    return take();
  }
  if (executor->command && !built_in) {
    answer(request, 403, "Executor is built into the agent");
    return take();
  }
  answer(request, 200);
  if (executor->phase == executor_phase::terminating ||
      executor->phase == executor_phase::terminated) {
    Event event;
    event.set_type(Event::SHUTDOWN);
    emit(effect::tell_executor{endpoint, std::make_shared<Event>(std::move(event))});
    emit(effect::close_endpoint{endpoint, "the executor is being shut down"});
    return take();
  }
  unbind_endpoint(*executor, "the executor has subscribed anew");
  executor->endpoint = endpoint;
  endpoints_[endpoint] = key;
  executor->phase = next(executor->phase, executor_step::subscribed);
  executor->recovered = false;
  set_deadline(*executor, std::nullopt);
  resubscribe(*executor, call.subscribe(), now);
  if (phase_ == agent_phase::reconnecting)
    reconnected(now);
  return take();
}

void agent_core::resubscribe(executor_entry& executor, const Call::Subscribe& call, moment now) {
  auto& framework = *find_framework(executor.key.framework);
  const bool first = !executor.subscribed_before;
  if (first && !executor.command && checkpoints(framework))
    write(meta::run_dir(id_, executor.key, executor.container()) + "/http.marker", "1");
  executor.subscribed_before = true;

  Event event;
  event.set_type(Event::SUBSCRIBED);
  auto& subscribed = *event.mutable_subscribed();
  *subscribed.mutable_executor_info() = *executor.info;
  *subscribed.mutable_framework_info() = *framework.info;
  *subscribed.mutable_agent_info() = *info_;
  subscribed.mutable_container_id()->set_value(executor.container().value());
  tell(executor, std::move(event));

  std::set<std::string> known;
  for (const auto& task : call.unacknowledged_tasks())
    known.insert(task.task_id().value());
  for (const auto& update : call.unacknowledged_updates()) {
    known.insert(update.status().task_id().value());
    executor_update(executor, update.status(), now);
  }
  bool at_work = !executor.queue.empty();
  for (auto& [id, task] : executor.tasks) {
    if (task.phase != task_phase::delivered)
      continue;
    if (task.task->state() == v1::TASK_STAGING && !known.contains(id.value()))
      judge(executor, task,
            {v1::TASK_DROPPED, v1::TaskStatus::REASON_AGENT_RESTARTED,
             "Task is unknown to the executor"},
            now);
    else
      at_work = true;
  }
  touch(executor);
  if (first && !at_work) {
    shut_executor_down(executor, now);
    return;
  }
  deliver(executor, now);
  for (auto& [id, task] : executor.tasks)
    if (task.undelivered_kill)
      tell(executor, *std::exchange(task.undelivered_kill, nullptr));
}

effects agent_core::executor_calls(request_id request, const Call& call, bool built_in,
                                   moment now) {
  const auto key = key_of(call);
  if (const auto why = check_call(call)) {
    answer(request, 400, "Failed to validate Executor::Call: " + *why);
    return take();
  }
  const bool ready = phase_ == agent_phase::recovered || phase_ == agent_phase::terminating;
  if (!ready && !built_in) {
    answer(request, 503, "Agent has not finished recovery");
    return take();
  }
  auto* executor = find_executor(key);
  if (!executor) {
    answer(request, 400,
           find_framework(key.framework) ? "Executor cannot be found"
                                         : "Framework cannot be found");
    return take();
  }
  if (!executor->endpoint || (executor->command && !built_in)) {
    answer(request, 403, "Executor is not subscribed");
    return take();
  }
  switch (call.type()) {
  case Call::UPDATE: {
    const task_key task{key.framework, task_id{call.update().status().task_id().value()}};
    if (streams_.pending(task) >= config_.max_pending_updates) {
      answer(request, 503, "Too many unacknowledged updates of task " + task.task.value());
      break;
    }
    executor_update(*executor, call.update().status(), now);
    answer(request, 202);
    break;
  }
  case Call::MESSAGE:
    if (registered()) {
      ++counters_.valid_framework_messages;
      link::ToMaster record;
      auto& message = *record.mutable_executor_message();
      *message.mutable_framework_id() = call.framework_id();
      *message.mutable_executor_id() = call.executor_id();
      message.set_data(call.message().data());
      send(std::move(record));
    } else {
      ++counters_.invalid_framework_messages;
    }
    answer(request, 202);
    break;
  case Call::HEARTBEAT:
    answer(request, 202);
    break;
  default:
    answer(request, 501, "Received 'UNKNOWN' call");
    break;
  }
  return take();
}

void agent_core::executor_update(executor_entry& executor, status update, moment now) {
  if (find_framework(executor.key.framework)->terminating)
    return;
  *update.mutable_agent_id() = info_->id();
  *update.mutable_executor_id() = executor.info->executor_id();
  if (!update.has_timestamp())
    update.set_timestamp(to_seconds(now.wall));
  auto& container = *update.mutable_container_status();
  if (!container.has_container_id())
    container.mutable_container_id()->set_value(executor.container().value());
  if (container.network_infos().empty())
    container.add_network_infos();
  for (auto& network : *container.mutable_network_infos())
    if (network.ip_addresses().empty()) {
      auto& address = *network.add_ip_addresses();
      address.set_protocol(v1::NetworkInfo::IPv4);
      address.set_ip_address(config_.ip);
    }
  if (!container.has_executor_pid() && executor.pid != 0)
    container.set_executor_pid(static_cast<std::uint32_t>(executor.pid));
  apply_update(executor.key.framework, &executor, std::move(update), now);
}

effects agent_core::endpoint_closed(endpoint_id endpoint, moment) {
  const auto found = endpoints_.find(endpoint);
  if (found == endpoints_.end())
    return take();
  auto& executor = *find_executor(found->second);
  log_info("executor disconnected",
           {{"framework", executor.key.framework}, {"executor", executor.key.executor}});
  executor.endpoint.reset();
  endpoints_.erase(found);
  touch(executor);
  return take();
}

} // namespace troupe::agent
