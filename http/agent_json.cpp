#include "http/agent_json.hpp"

#include "http/entity_json.hpp"
#include "http/json_object.hpp"

#include <mesos/v1/mesos.pb.h>

namespace troupe::http {

namespace {

void append_queued(std::string& out, const mesos::v1::TaskInfo& task) {
  json_object object(out);
  object.text("id", task.task_id().value());
  object.text("name", task.name());
  object.text("slave_id", task.agent_id().value());
  append_res_of(object.key("resources"), task.resources());
  if (task.resources_size() > 0)
    object.text("role", task.resources(0).allocation_info().role());
  if (task.has_command())
    object.message("command", task.command());
  if (task.has_executor())
    object.text("executor_id", task.executor().executor_id().value());
  if (task.has_discovery())
    object.message("discovery", task.discovery());
  object.close();
}

void append_executor(std::string& out, const agent_executor_view& executor) {
  json_object object(out);
  const auto& info = *executor.info;
  object.text("id", info.executor_id().value());
  object.text("name", info.name());
  object.text("source", info.source());
  object.text("container", executor.container.value());
  object.text("directory", executor.directory);
  append_res(object.key("resources"), executor.used);
  if (info.resources_size() > 0)
    object.text("role", info.resources(0).allocation_info().role());
  if (info.has_labels())
    append_labels(object.key("labels"), info.labels());
  if (info.has_type())
    object.text("type", mesos::v1::ExecutorInfo::Type_Name(info.type()));
  auto write_task = [](std::string& to, const task_ptr& each) { append_task(to, *each); };
  append_json_array(object.key("tasks"), executor.tasks, write_task);
  append_json_array(object.key("queued_tasks"), executor.queued_tasks,
                    [](std::string& to, const task_info_ptr& each) { append_queued(to, *each); });
  auto ended = executor.terminated_tasks;
  ended.insert(ended.end(), executor.completed_tasks.begin(), executor.completed_tasks.end());
  append_json_array(object.key("completed_tasks"), ended, write_task);
  object.close();
}

void append_framework(std::string& out, const agent_framework_view& framework) {
  json_object object(out);
  const auto& info = *framework.info;
  object.text("id", framework.id.value());
  object.text("name", info.name());
  object.text("user", info.user());
  object.number("failover_timeout", info.failover_timeout());
  object.boolean("checkpoint", info.checkpoint());
  object.text("hostname", info.hostname());
  if (info.has_principal())
    object.text("principal", info.principal());
  append_roles(object, info);
  auto write = [](std::string& to, const shared<agent_executor_view>& each) {
    append_executor(to, *each);
  };
  append_json_array(object.key("executors"), framework.executors, write);
  append_json_array(object.key("completed_executors"), framework.completed_executors, write);
  object.close();
}

resources allocated(const agent_state_view& view) {
  resources sum;
  for (const auto& framework : view.frameworks)
    for (const auto& executor : framework->executors)
      sum += executor->used;
  return sum;
}

void append_agent_resources(json_object& object, const agent_state_view& view) {
  append_res(object.key("resources"), view.total);
  append_reservations(object, view.total);
  json_object full(object.key("reserved_resources_full"));
  for (const auto& [role, share] : view.total.reservations())
    append_full_resources(full.key(role), share);
  full.close();
  append_full_resources(object.key("unreserved_resources_full"), view.total.unreserved());
  const auto used = allocated(view);
  json_object reserved(object.key("reserved_resources_allocated"));
  for (const auto& [role, share] : used.reservations())
    append_res(reserved.key(role), share);
  reserved.close();
  append_res(object.key("unreserved_resources_allocated"), used.unreserved());
}

/// Calls `write(executor, framework)` for each running executor with a container.
template <class Write>
void each_executor(const agent_state_view& view, Write write) {
  for (const auto& framework : view.frameworks)
    for (const auto& executor : framework->executors)
      if (!executor->container.empty())
        write(*executor, *framework);
}

std::map<container_id, const container_usage*> by_container(const usage_list& usage) {
  std::map<container_id, const container_usage*> result;
  for (const auto& each : usage)
    result[each.id] = &each;
  return result;
}

void append_identity(json_object& object, const agent_executor_view& executor,
                     const agent_framework_view& framework) {
  object.text("executor_id", executor.info->executor_id().value());
  object.text("executor_name", executor.info->name());
  object.text("framework_id", framework.id.value());
  object.text("source", executor.info->source());
}

} // namespace

std::string agent_state_json(const agent_state_view& view, const agent_json_config& config) {
  std::string out;
  json_object object(out);
  append_build_info(object);
  object.number("start_time", seconds_of(view.started));
  object.text("id", view.id.value());
  object.text("pid", view.pid);
  object.text("hostname", view.info->hostname());
  append_json_array(
      object.key("capabilities"), config.capabilities,
      [](std::string& to, const std::string& each) { wire::append_json_string(to, each); });
  if (view.info->has_domain())
    object.message("domain", view.info->domain());
  append_agent_resources(object, view);
  object.key("resource_providers") += "[]"; // there are none yet
  append_attributes(object.key("attributes"), *view.info);
  if (!view.master_hostname.empty())
    object.text("master_hostname", view.master_hostname);
  if (config.log_dir)
    object.text("log_dir", *config.log_dir);
  if (config.external_log_file)
    object.text("external_log_file", *config.external_log_file);
  json_object flags(object.key("flags"));
  for (const auto& [name, value] : config.flags)
    flags.text(name, value);
  flags.close();
  auto write = [](std::string& to, const shared<agent_framework_view>& each) {
    append_framework(to, *each);
  };
  append_json_array(object.key("frameworks"), view.frameworks, write);
  append_json_array(object.key("completed_frameworks"), view.completed_frameworks, write);
  object.close();
  return out;
}

std::string containers_json(const agent_state_view& view, const usage_list& usage,
                            const std::optional<std::string>& only) {
  const auto known = by_container(usage);
  std::string out = "[";
  each_executor(view, [&](const auto& executor, const auto& framework) {
    if (only && executor.container.value() != *only)
      return;
    if (out.size() > 1)
      out += ',';
    json_object object(out);
    object.text("container_id", executor.container.value());
    append_identity(object, executor, framework);
    if (auto found = known.find(executor.container); found != known.end()) {
      if (found->second->statistics)
        object.message("statistics", *found->second->statistics);
      if (found->second->status)
        object.message("status", *found->second->status);
    }
    object.close();
  });
  return out + "]";
}

std::string statistics_json(const agent_state_view& view, const usage_list& usage) {
  const auto known = by_container(usage);
  std::string out = "[";
  each_executor(view, [&](const auto& executor, const auto& framework) {
    auto found = known.find(executor.container);
    if (found == known.end() || !found->second->statistics)
      return;
    if (out.size() > 1)
      out += ',';
    json_object object(out);
    append_identity(object, executor, framework);
    object.message("statistics", *found->second->statistics);
    object.close();
  });
  return out + "]";
}

} // namespace troupe::http
