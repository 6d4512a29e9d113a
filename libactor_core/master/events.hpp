/// The events that frameworks hear, made from what the master knows.
#pragma once

#include "model/ids.hpp"

#include <mesos/v1/mesos.pb.h>
#include <mesos/v1/scheduler.pb.h>

#include <chrono>
#include <optional>
#include <string>

namespace troupe::master {

using scheduler_event = mesos::v1::scheduler::Event;

scheduler_event subscribed_event(const framework_id& framework, const mesos::v1::MasterInfo& master,
                                 std::chrono::nanoseconds heartbeat_interval);
scheduler_event error_event(const std::string& message);
scheduler_event rescind_event(const offer_id& offer);
scheduler_event rescind_inverse_offer_event(const offer_id& offer);
scheduler_event update_event(mesos::v1::TaskStatus status);
scheduler_event operation_update_event(mesos::v1::OperationStatus status);
/// The agent is lost.
scheduler_event failure_event(const agent_id& agent);
/// An executor ended with this raw wait status.
scheduler_event failure_event(const agent_id& agent, const executor_id& executor, int status);
scheduler_event message_event(const agent_id& agent, const executor_id& executor,
                              const std::string& data);

} // namespace troupe::master
