/// Checks of the parts of a TaskInfo or ExecutorInfo that need no books. Each returns the reason
/// for a refusal, or nothing.
#pragma once

#include <mesos/v1/mesos.pb.h>

#include <optional>
#include <string>

namespace troupe::master {

using fault = std::optional<std::string>;

fault check_command(const mesos::v1::CommandInfo& command);
fault check_container(const mesos::v1::ContainerInfo& container);
fault check_health_check(const mesos::v1::HealthCheck& check);
fault check_check(const mesos::v1::CheckInfo& check);
/// Everything of a task that concerns neither resources nor its executor.
fault check_task_form(const mesos::v1::TaskInfo& task);

} // namespace troupe::master
