/// Task statuses that the master makes itself: source MASTER, no uuid, sent once.
#pragma once

#include "master/turn.hpp"

#include <mesos/v1/mesos.pb.h>

#include <string>

namespace troupe::master {

using mesos::v1::TaskState;
using mesos::v1::TaskStatus;

/// A status of a task that need not be in the books.
TaskStatus make_status(const turn& t, const task_id& task, TaskState state,
                       TaskStatus::Reason reason, const std::string& message);

/// A status of a known task: with its agent, and its executor if it has one.
TaskStatus make_status(const turn& t, const task_id& id, const task_entry& task, TaskState state,
                       TaskStatus::Reason reason, const std::string& message);

/// `name` in lower case, with the older word for agents: "reason_slave_removed". For metric keys.
std::string metric_word(std::string name);

} // namespace troupe::master
