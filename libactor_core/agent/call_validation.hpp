/// What makes an executor's call, or a task's checks, invalid.
#pragma once

#include <mesos/v1/executor.pb.h>

#include <optional>
#include <string>

namespace troupe::agent {

/// The complaint as the API words it (behind "Failed to validate Executor::Call: "), or nothing.
std::optional<std::string> check_call(const mesos::v1::executor::Call& call);

/// Type and member of `health_check` and `check` must match, commands need a value, paths begin
/// with a slash, times are not negative.
std::optional<std::string> check_task_checks(const mesos::v1::TaskInfo& task);

} // namespace troupe::agent
