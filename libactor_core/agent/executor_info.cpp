#include "agent/executor_info.hpp"

#include "agent/checkpoint_layout.hpp"
#include "model/text.hpp"
#include "wire/resource_convert.hpp"

#include <algorithm>

namespace troupe::agent {

namespace v1 = mesos::v1;

namespace {

constexpr std::size_t shown_command = 12;

std::string shown(const v1::CommandInfo& command) {
  std::string text;
  if (command.shell()) {
    text = "sh -c '" + command.value().substr(0, shown_command);
    return text + (command.value().size() > shown_command ? "...')" : "')");
  }
  text = command.value();
  for (const auto& argument : command.arguments())
    text += (text.empty() ? "" : ", ") + argument;
  return (text.size() > shown_command ? text.substr(0, shown_command) + "..." : text) + ")";
}

v1::Resource overhead(const char* name, double amount, const v1::TaskInfo& task) {
  v1::Resource out;
  out.set_name(name);
  out.set_type(v1::Value::SCALAR);
  out.mutable_scalar()->set_value(amount);
  for (const auto& item : task.resources())
    if (item.has_allocation_info()) {
      *out.mutable_allocation_info() = item.allocation_info();
      break;
    }
  return out;
}

/// The variables that every executor gets.
void add_fixed(std::map<std::string, std::string>& out, const container_request& request,
               const agent_config& config, const std::string& directory) {
  out["MESOS_FRAMEWORK_ID"] = request.framework->id().value();
  out["MESOS_EXECUTOR_ID"] = request.executor->executor_id().value();
  out["MESOS_DIRECTORY"] = directory;
  out["MESOS_SLAVE_ID"] = request.agent.value();
  out["MESOS_SLAVE_PID"] = agent_pid(config);
  out["MESOS_AGENT_ENDPOINT"] = config.ip + ":" + std::to_string(config.info->port());
  out["MESOS_CHECKPOINT"] = request.framework->checkpoint() ? "1" : "0";
  out["MESOS_HTTP_COMMAND_EXECUTOR"] = "0";
  out["MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD"] = to_text(shutdown_grace(*request.executor, config));
  if (request.framework->checkpoint()) {
    out["MESOS_RECOVERY_TIMEOUT"] = to_text(config.recovery_timeout);
    out["MESOS_SUBSCRIPTION_BACKOFF_MAX"] = to_text(config.executor_reregistration_timeout);
  }
  out["LIBPROCESS_PORT"] = "0";
}

/// Secrets are the business of an isolation and left alone.
void add_plain(std::map<std::string, std::string>& out, const v1::Environment& environment) {
  for (const auto& variable : environment.variables())
    if (variable.type() != v1::Environment::Variable::SECRET)
      out[variable.name()] = variable.value();
}

std::string user_of(const container_request& request, const v1::CommandInfo& command,
                    const agent_config& config) {
  if (!config.switch_user)
    return {};
  return command.has_user() ? command.user() : request.framework->user();
}

} // namespace

std::string agent_pid(const agent_config& config) {
  return "slave(1)@" + config.ip + ":" + std::to_string(config.info->port());
}

executor_info_ptr command_executor_info(const v1::TaskInfo& task, const framework_id& framework) {
  auto out = std::make_shared<v1::ExecutorInfo>();
  out->mutable_executor_id()->set_value(task.task_id().value());
  out->mutable_framework_id()->set_value(framework.value());
  *out->mutable_command() = task.command();
  out->set_name("Command Executor (Task: " + task.task_id().value() +
                ") (Command: " + shown(task.command()));
  out->set_source(task.task_id().value());
  if (task.has_container())
    *out->mutable_container() = task.container();
  if (task.has_labels())
    *out->mutable_labels() = task.labels();
  if (task.has_discovery())
    *out->mutable_discovery() = task.discovery();
  *out->add_resources() = overhead("cpus", 0.1, task);
  *out->add_resources() = overhead("mem", 32, task);
  if (task.has_kill_policy() && task.kill_policy().has_grace_period()) {
    const auto reap = std::chrono::nanoseconds{std::chrono::seconds{2}}.count();
    out->mutable_shutdown_grace_period()->set_nanoseconds(
        task.kill_policy().grace_period().nanoseconds() + reap);
  }
  return out;
}

std::chrono::nanoseconds shutdown_grace(const v1::ExecutorInfo& executor,
                                        const agent_config& config) {
  if (executor.has_shutdown_grace_period())
    return std::chrono::nanoseconds{executor.shutdown_grace_period().nanoseconds()};
  return config.executor_shutdown_grace;
}

container_spec_ptr make_container_spec(const container_request& request,
                                       const agent_config& config) {
  const auto& command = request.task ? request.task->command() : request.executor->command();
  const executor_key key{framework_id{request.framework->id().value()},
                         executor_id{request.executor->executor_id().value()}};
  auto spec = std::make_shared<container_spec>();
  spec->id = request.id;
  spec->agent = request.agent;
  spec->framework = key.framework;
  spec->executor = key.executor;
  spec->directory = sandbox_path(config.work_dir, request.agent, key, request.id);
  spec->user = user_of(request, command, config);
  spec->command = std::make_shared<v1::CommandInfo>(command);
  if (request.task ? request.task->has_container() : request.executor->has_container())
    spec->container = std::make_shared<v1::ContainerInfo>(
        request.task ? request.task->container() : request.executor->container());
  spec->environment = config.executor_environment;
  add_fixed(spec->environment, request, config, spec->directory);
  if (request.task)
    for (const auto& [name, value] : config.task_environment)
      spec->environment[name] = value;
  add_plain(spec->environment, command.environment());
  spec->limits = request.limits;
  spec->checkpoint = request.framework->checkpoint();
  return spec;
}

v1::Task make_task(const v1::TaskInfo& info, const v1::FrameworkInfo& framework,
                   const v1::ExecutorInfo& executor, bool command) {
  v1::Task out;
  out.set_name(info.name());
  *out.mutable_task_id() = info.task_id();
  *out.mutable_framework_id() = framework.id();
  if (!command)
    *out.mutable_executor_id() = executor.executor_id();
  *out.mutable_agent_id() = info.agent_id();
  out.set_state(v1::TASK_STAGING);
  *out.mutable_resources() = info.resources();
  if (info.has_labels())
    *out.mutable_labels() = info.labels();
  if (info.has_discovery())
    *out.mutable_discovery() = info.discovery();
  if (info.has_container())
    *out.mutable_container() = info.container();
  if (info.has_health_check())
    *out.mutable_health_check() = info.health_check();
  if (info.has_kill_policy())
    *out.mutable_kill_policy() = info.kill_policy();
  const auto& run = info.has_command() ? info.command() : executor.command();
  out.set_user(run.has_user() ? run.user() : framework.user());
  return out;
}

resources bag_of(const google::protobuf::RepeatedPtrField<v1::Resource>& list) {
  auto result = wire::from_proto(list);
  return result ? std::move(*result) : resources{};
}

bool has_capability(const v1::FrameworkInfo& framework, int type) {
  return std::any_of(framework.capabilities().begin(), framework.capabilities().end(),
                     [&](const auto& x) { return x.type() == type; });
}

} // namespace troupe::agent
