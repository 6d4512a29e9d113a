#include "master/events.hpp"

namespace troupe::master {

namespace {

scheduler_event make(scheduler_event::Type type) {
  scheduler_event event;
  event.set_type(type);
  return event;
}

} // namespace

scheduler_event subscribed_event(const framework_id& framework, const mesos::v1::MasterInfo& master,
                                 std::chrono::nanoseconds heartbeat_interval) {
  auto event = make(scheduler_event::SUBSCRIBED);
  auto* subscribed = event.mutable_subscribed();
  subscribed->mutable_framework_id()->set_value(framework.value());
  subscribed->set_heartbeat_interval_seconds(
      std::chrono::duration<double>(heartbeat_interval).count());
  *subscribed->mutable_master_info() = master;
  return event;
}

scheduler_event error_event(const std::string& message) {
  auto event = make(scheduler_event::ERROR);
  event.mutable_error()->set_message(message);
  return event;
}

scheduler_event rescind_event(const offer_id& offer) {
  auto event = make(scheduler_event::RESCIND);
  event.mutable_rescind()->mutable_offer_id()->set_value(offer.value());
  return event;
}

scheduler_event rescind_inverse_offer_event(const offer_id& offer) {
  auto event = make(scheduler_event::RESCIND_INVERSE_OFFER);
  event.mutable_rescind_inverse_offer()->mutable_inverse_offer_id()->set_value(offer.value());
  return event;
}

scheduler_event update_event(mesos::v1::TaskStatus status) {
  auto event = make(scheduler_event::UPDATE);
  *event.mutable_update()->mutable_status() = std::move(status);
  return event;
}

scheduler_event operation_update_event(mesos::v1::OperationStatus status) {
  auto event = make(scheduler_event::UPDATE_OPERATION_STATUS);
  *event.mutable_update_operation_status()->mutable_status() = std::move(status);
  return event;
}

scheduler_event failure_event(const agent_id& agent) {
  auto event = make(scheduler_event::FAILURE);
  event.mutable_failure()->mutable_agent_id()->set_value(agent.value());
  return event;
}

scheduler_event failure_event(const agent_id& agent, const executor_id& executor, int status) {
  auto event = failure_event(agent);
  event.mutable_failure()->mutable_executor_id()->set_value(executor.value());
  event.mutable_failure()->set_status(status);
  return event;
}

scheduler_event message_event(const agent_id& agent, const executor_id& executor,
                              const std::string& data) {
  auto event = make(scheduler_event::MESSAGE);
  auto* message = event.mutable_message();
  message->mutable_agent_id()->set_value(agent.value());
  message->mutable_executor_id()->set_value(executor.value());
  message->set_data(data);
  return event;
}

} // namespace troupe::master
