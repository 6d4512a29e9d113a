#include "agent/call_validation.hpp"

#include "wire/uuid.hpp"

namespace troupe::agent {

namespace v1 = mesos::v1;

namespace {

std::string missing(const char* field) {
  return std::string("Expecting '") + field + "' to be present";
}

std::optional<std::string> check_status(const v1::executor::Call& call,
                                        const v1::TaskStatus& status) {
  const auto who =
      "executor " + call.executor_id().value() + " of framework " + call.framework_id().value();
  if (!status.has_uuid())
    return missing("uuid");
  if (status.uuid().size() != wire::uuid_size)
    return "Not a valid UUID";
  if (status.has_executor_id() && status.executor_id().value() != call.executor_id().value())
    return "ExecutorID in Call: " + call.executor_id().value() +
           " does not match ExecutorID in TaskStatus: " + status.executor_id().value();
  if (!status.has_source() || status.source() != v1::TaskStatus::SOURCE_EXECUTOR)
    return "Received Call from " + who + " with invalid source, expecting 'SOURCE_EXECUTOR'";
  if (status.state() == v1::TASK_STAGING)
    return "Received TASK_STAGING from " + who + " which is not allowed";
  if (!status.has_check_status())
    return std::nullopt;
  const auto& check = status.check_status();
  if (!check.has_type())
    return missing("check_status.type");
  const bool fits = check.type() == v1::CheckInfo::COMMAND ? check.has_command()
                    : check.type() == v1::CheckInfo::HTTP  ? check.has_http()
                    : check.type() == v1::CheckInfo::TCP   ? check.has_tcp()
                                                           : false;
  if (!fits)
    return "Expecting the member of 'check_status' that its type names";
  return std::nullopt;
}

template <class Check>
std::optional<std::string> check_times(const Check& check, const std::string& name) {
  if (check.delay_seconds() < 0 || check.interval_seconds() < 0 || check.timeout_seconds() < 0)
    return "times of '" + name + "' must not be negative";
  return std::nullopt;
}

std::optional<std::string> check_http(const std::string& name, const std::string& path) {
  if (!path.empty() && path.front() != '/')
    return "the path '" + path + "' of '" + name + "' must start with '/'";
  return std::nullopt;
}

std::optional<std::string> check_health(const v1::HealthCheck& health) {
  const std::string name = "health_check";
  switch (health.type()) {
  case v1::HealthCheck::COMMAND:
    if (!health.has_command() || health.command().value().empty())
      return "'" + name + "' of type COMMAND needs a command";
    break;
  case v1::HealthCheck::HTTP:
    if (!health.has_http())
      return "'" + name + "' of type HTTP needs 'http'";
    if (health.http().has_scheme() && health.http().scheme() != "http" &&
        health.http().scheme() != "https")
      return "unsupported scheme '" + health.http().scheme() + "' of '" + name + "'";
    if (auto why = check_http(name, health.http().path()))
      return why;
    break;
  case v1::HealthCheck::TCP:
    if (!health.has_tcp())
      return "'" + name + "' of type TCP needs 'tcp'";
    break;
  default:
    return "'" + name + "' needs a type";
  }
  if (health.grace_period_seconds() < 0)
    return "times of '" + name + "' must not be negative";
  return check_times(health, name);
}

std::optional<std::string> check_check(const v1::CheckInfo& check) {
  const std::string name = "check";
  switch (check.type()) {
  case v1::CheckInfo::COMMAND:
    if (!check.has_command() || check.command().command().value().empty())
      return "'" + name + "' of type COMMAND needs a command";
    break;
  case v1::CheckInfo::HTTP:
    if (!check.has_http())
      return "'" + name + "' of type HTTP needs 'http'";
    if (auto why = check_http(name, check.http().path()))
      return why;
    break;
  case v1::CheckInfo::TCP:
    if (!check.has_tcp())
      return "'" + name + "' of type TCP needs 'tcp'";
    break;
  default:
    return "'" + name + "' needs a type";
  }
  return check_times(check, name);
}

} // namespace

std::optional<std::string> check_call(const v1::executor::Call& call) {
  if (!call.has_type())
    return missing("type");
  switch (call.type()) {
  case v1::executor::Call::SUBSCRIBE:
    return call.has_subscribe() ? std::nullopt : std::optional(missing("subscribe"));
  case v1::executor::Call::UPDATE:
    if (!call.has_update())
      return missing("update");
    return check_status(call, call.update().status());
  case v1::executor::Call::MESSAGE:
    return call.has_message() ? std::nullopt : std::optional(missing("message"));
  default:
    return std::nullopt;
  }
}

std::optional<std::string> check_task_checks(const v1::TaskInfo& task) {
  if (task.has_health_check())
    if (auto why = check_health(task.health_check()))
      return why;
  if (task.has_check())
    return check_check(task.check());
  return std::nullopt;
}

} // namespace troupe::agent
