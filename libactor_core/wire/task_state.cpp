#include "wire/task_state.hpp"

namespace troupe::wire {

using mesos::v1::TaskState;

bool is_terminal(TaskState state) {
  switch (state) {
  case mesos::v1::TASK_FINISHED:
  case mesos::v1::TASK_FAILED:
  case mesos::v1::TASK_KILLED:
  case mesos::v1::TASK_ERROR:
  case mesos::v1::TASK_LOST:
  case mesos::v1::TASK_DROPPED:
  case mesos::v1::TASK_GONE:
  case mesos::v1::TASK_GONE_BY_OPERATOR:
    return true;
  case mesos::v1::TASK_STAGING:
  case mesos::v1::TASK_STARTING:
  case mesos::v1::TASK_RUNNING:
  case mesos::v1::TASK_KILLING:
  case mesos::v1::TASK_UNREACHABLE:
  case mesos::v1::TASK_UNKNOWN:
    return false;
  }
  return false;
}

bool is_removable(TaskState state) {
  return is_terminal(state) || state == mesos::v1::TASK_UNREACHABLE;
}

bool needs_partition_awareness(TaskState state) {
  switch (state) {
  case mesos::v1::TASK_DROPPED:
  case mesos::v1::TASK_UNREACHABLE:
  case mesos::v1::TASK_GONE:
  case mesos::v1::TASK_GONE_BY_OPERATOR:
  case mesos::v1::TASK_UNKNOWN:
    return true;
  default:
    return false;
  }
}

TaskState visible_state(TaskState state, bool partition_aware) {
  return !partition_aware && needs_partition_awareness(state) ? mesos::v1::TASK_LOST : state;
}

} // namespace troupe::wire
