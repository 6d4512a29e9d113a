#include "master/info_validation.hpp"

#include "master/wire_texts.hpp"

namespace troupe::master {

using mesos::v1::CheckInfo;
using mesos::v1::CommandInfo;
using mesos::v1::ContainerInfo;
using mesos::v1::Environment;
using mesos::v1::HealthCheck;
using mesos::v1::Volume;

namespace {

fault prefixed(const std::string& prefix, fault why) {
  return why ? prefix + *why : why;
}

fault check_secret(const mesos::v1::Secret& secret) {
  using mesos::v1::Secret;
  if (secret.type() == Secret::REFERENCE && !secret.has_reference())
    return "Secret of type REFERENCE must have the 'reference' field set";
  if (secret.type() == Secret::VALUE && !secret.has_value())
    return "Secret of type VALUE must have the 'value' field set";
  if (secret.type() == Secret::UNKNOWN)
    return "Secret of an unknown type";
  return std::nullopt;
}

fault check_variable(const Environment::Variable& variable) {
  auto name = "Environment variable '" + variable.name() + "'";
  switch (variable.type()) {
  case Environment::Variable::VALUE:
    if (!variable.has_value())
      return name + " of type 'VALUE' must have a value set";
    if (variable.has_secret())
      return name + " of type 'VALUE' must not have a secret set";
    return std::nullopt;
  case Environment::Variable::SECRET:
    if (variable.has_value())
      return name + " of type 'SECRET' must not have a value set";
    if (!variable.has_secret())
      return name + " of type 'SECRET' must have a secret set";
    return prefixed(name + " specifies an invalid secret: ", check_secret(variable.secret()));
  case Environment::Variable::UNKNOWN:
    break;
  }
  return name + " of type 'UNKNOWN' is not allowed";
}

/// Each kind of source names one member, which must be there.
fault check_source(const Volume::Source& source) {
  bool matches = true;
  switch (source.type()) {
  case Volume::Source::DOCKER_VOLUME:
    matches = source.has_docker_volume();
    break;
  case Volume::Source::HOST_PATH:
    matches = source.has_host_path();
    break;
  case Volume::Source::SANDBOX_PATH:
    matches = source.has_sandbox_path();
    break;
  case Volume::Source::SECRET:
    matches = source.has_secret();
    break;
  case Volume::Source::CSI_VOLUME:
    matches = source.has_csi_volume();
    break;
  case Volume::Source::UNKNOWN:
    return "'source.type' is unknown";
  }
  if (!matches)
    return "'source' does not match its type " + Volume::Source::Type_Name(source.type());
  if (source.has_secret())
    return check_secret(source.secret());
  return std::nullopt;
}

fault check_volume(const Volume& volume) {
  int kinds = volume.has_host_path() + volume.has_image() + volume.has_source();
  if (kinds != 1)
    return "Only one of them should be set: 'host_path', 'image' and 'source'";
  return volume.has_source() ? check_source(volume.source()) : std::nullopt;
}

fault check_http_path(bool has_path, const std::string& path) {
  if (has_path && (path.empty() || path.front() != '/'))
    return "The path '" + path + "' of HTTP check must start with '/'";
  return std::nullopt;
}

fault check_times(double delay, double interval, double timeout) {
  if (!(delay >= 0))
    return "Expecting 'delay_seconds' to be non-negative";
  if (!(interval >= 0))
    return "Expecting 'interval_seconds' to be non-negative";
  if (!(timeout >= 0))
    return "Expecting 'timeout_seconds' to be non-negative";
  return std::nullopt;
}

fault check_check_command(const CommandInfo& command, const std::string& kind) {
  if (!command.has_value())
    return (command.shell() ? "Shell" : "Executable") + (" command for " + kind) +
           " is not specified";
  return prefixed("'CommandInfo' is invalid: ", check_command(command));
}

} // namespace

fault check_command(const CommandInfo& command) {
  for (const auto& variable : command.environment().variables())
    if (auto why = check_variable(variable))
      return why;
  return std::nullopt;
}

fault check_container(const ContainerInfo& container) {
  for (const auto& volume : container.volumes())
    if (auto why = prefixed("Invalid volume: ", check_volume(volume)))
      return why;
  if (container.type() != ContainerInfo::DOCKER)
    return std::nullopt;
  if (!container.has_docker())
    return "DockerInfo 'docker' is not set for DOCKER typed ContainerInfo";
  for (const auto& parameter : container.docker().parameters())
    if (parameter.key() == "name")
      return "Parameter in DockerInfo must not be 'name'";
  return std::nullopt;
}

fault check_health_check(const HealthCheck& check) {
  if (!check.has_type())
    return "HealthCheck must specify 'type'";
  switch (check.type()) {
  case HealthCheck::COMMAND:
    if (!check.has_command())
      return "Expecting 'command' to be set for COMMAND health check";
    if (auto why = check_check_command(check.command(), "COMMAND health check"))
      return why;
    break;
  case HealthCheck::HTTP:
    if (!check.has_http())
      return "Expecting 'http' to be set for HTTP health check";
    if (check.http().has_scheme() && check.http().scheme() != "http" &&
        check.http().scheme() != "https")
      return "Unsupported HTTP health check scheme: '" + check.http().scheme() + "'";
    if (auto why = check_http_path(check.http().has_path(), check.http().path()))
      return why;
    break;
  case HealthCheck::TCP:
    if (!check.has_tcp())
      return "Expecting 'tcp' to be set for TCP health check";
    break;
  case HealthCheck::UNKNOWN:
    return "'UNKNOWN' is not a valid health check type";
  }
  if (!(check.grace_period_seconds() >= 0))
    return "Expecting 'grace_period_seconds' to be non-negative";
  return check_times(check.delay_seconds(), check.interval_seconds(), check.timeout_seconds());
}

fault check_check(const CheckInfo& check) {
  if (!check.has_type())
    return "CheckInfo must specify 'type'";
  switch (check.type()) {
  case CheckInfo::COMMAND:
    if (!check.has_command())
      return "Expecting 'command' to be set for COMMAND check";
    if (auto why = check_check_command(check.command().command(), "COMMAND check"))
      return why;
    break;
  case CheckInfo::HTTP:
    if (!check.has_http())
      return "Expecting 'http' to be set for HTTP check";
    if (auto why = check_http_path(check.http().has_path(), check.http().path()))
      return why;
    break;
  case CheckInfo::TCP:
    if (!check.has_tcp())
      return "Expecting 'tcp' to be set for TCP check";
    break;
  case CheckInfo::UNKNOWN:
    return "'UNKNOWN' is not a valid check type";
  }
  return check_times(check.delay_seconds(), check.interval_seconds(), check.timeout_seconds());
}

fault check_task_form(const mesos::v1::TaskInfo& task) {
  if (auto why = id_fault(task.task_id().value()))
    return why;
  if (task.kill_policy().grace_period().nanoseconds() < 0)
    return "Task's 'kill_policy.grace_period' must be non-negative";
  if (task.max_completion_time().nanoseconds() < 0)
    return "Task's 'max_completion_time' must be non-negative";
  if (task.has_check())
    if (auto why = check_check(task.check()))
      return "Task uses invalid check: " + *why;
  if (task.has_health_check())
    if (auto why = check_health_check(task.health_check()))
      return "Task uses invalid health check: " + *why;
  if (task.has_command())
    if (auto why = check_command(task.command()))
      return "Task's `CommandInfo` is invalid: " + *why;
  if (task.has_container())
    if (auto why = check_container(task.container()))
      return "Task's `ContainerInfo` is invalid: " + *why;
  return std::nullopt;
}

} // namespace troupe::master
