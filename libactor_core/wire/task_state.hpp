/// What the states of tasks mean to the master and to frameworks of different ages.
#pragma once

#include <mesos/v1/mesos.pb.h>

namespace troupe::wire {

/// The task will never run again and its resources are free.
bool is_terminal(mesos::v1::TaskState state);

/// The master may drop the task from its agent: terminal, or unreachable.
bool is_removable(mesos::v1::TaskState state);

/// One of the states that only PARTITION_AWARE frameworks know.
bool needs_partition_awareness(mesos::v1::TaskState state);

/// The state as a framework sees it: those which need partition awareness are TASK_LOST to the
/// others.
mesos::v1::TaskState visible_state(mesos::v1::TaskState state, bool partition_aware);

} // namespace troupe::wire
