#include "master/task_validation.hpp"

#include "master/info_validation.hpp"
#include "master/wire_texts.hpp"
#include "model/resource_text.hpp"

#include <google/protobuf/util/message_differencer.h>

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

namespace troupe::master {

using google::protobuf::util::MessageDifferencer;
using mesos::v1::ContainerInfo;
using mesos::v1::ExecutorInfo;
using mesos::v1::HealthCheck;
using mesos::v1::TaskInfo;

namespace {

/// Reads the resources of a task or executor; what has no allocation role gets that of the offers.
outcome<resources> read_resources(const wire::resource_list& list, const std::string& role) {
  for (const auto& item : list)
    if (item.type() == mesos::v1::Value::SCALAR && item.scalar().value() < 0)
      return failure{"Resource '" + item.name() + ":" +
                     to_text(quantity::from_double(item.scalar().value())) +
                     "' is invalid: Invalid scalar resource: value <= 0"};
  auto items = wire::from_proto(list);
  if (!items)
    return failure{items.error()};
  const auto is_allocated = [](const resource& x) { return x.allocation_role.has_value(); };
  if (std::none_of(items->begin(), items->end(), is_allocated))
    return std::move(*items).allocated_to_role(role);
  std::vector<resource> allocated(items->begin(), items->end());
  for (auto& item : allocated)
    if (!is_allocated(item))
      item.allocation_role = role;
  return resources{std::move(allocated)};
}

/// Rules for the resources of one task together with its executor.
fault check_mixture(const resources& used) {
  std::set<std::string_view> revocable, firm, roles;
  std::set<std::pair<std::string_view, std::string_view>> volumes;
  for (const auto& item : used) {
    if (item.revocable)
      revocable.insert(item.name);
    roles.insert(*item.allocation_role);
    if (item.is_persistent_volume() &&
        !volumes.emplace(item.reservation_role(), item.disk->persistence->id).second)
      return "Persistence ID '" + item.disk->persistence->id + "' is not unique";
  }
  if (roles.size() > 1)
    return "The resources have multiple allocation roles ('" + std::string(*roles.begin()) +
           "' and '" + std::string(*roles.rbegin()) + "')";
  if (revocable.empty())
    return std::nullopt;
  for (const auto& item : used)
    if (!item.revocable)
      firm.insert(item.name);
  for (auto name : revocable)
    if (firm.contains(name))
      return "Cannot use both revocable and non-revocable '" + std::string(name) +
             "' at the same time";
  return std::nullopt;
}

fault check_available(const resources& cost, const resources& available) {
  if (available.contains(cost))
    return std::nullopt;
  return "Total resources " + to_text(cost) +
         " required by task and its executor is more than available " + to_text(available);
}

/// Older clients leave the type of a health check out.
void infer_health_check_type(TaskInfo& task) {
  if (!task.has_health_check() || task.health_check().has_type())
    return;
  auto* check = task.mutable_health_check();
  if (check->has_command() && !check->has_http())
    check->set_type(HealthCheck::COMMAND);
  else if (check->has_http() && !check->has_command())
    check->set_type(HealthCheck::HTTP);
}

const executor_entry* find_executor(const launch_place& place, const executor_id& id) {
  auto here = place.framework.executors.find(place.agent.id);
  if (here == place.framework.executors.end())
    return nullptr;
  auto found = here->second.find(id);
  return found == here->second.end() ? nullptr : &found->second;
}

std::string difference(const ExecutorInfo& existing, const ExecutorInfo& wanted) {
  const std::string line = "\n------------------------------------------------------------\n";
  return "ExecutorInfo is not compatible with existing ExecutorInfo with same ExecutorID." + line +
         "Existing ExecutorInfo:\n" + existing.DebugString() + line + "ExecutorInfo:\n" +
         wanted.DebugString() + line;
}

fault check_executor_form(const launch_place& place, const ExecutorInfo& info) {
  if (auto why = id_fault(info.executor_id().value()))
    return why;
  if (info.framework_id().value() != place.framework.id.value())
    return "ExecutorInfo has an invalid FrameworkID (Actual: " + info.framework_id().value() +
           " vs Expected: " + place.framework.id.value() + ")";
  if (info.shutdown_grace_period().nanoseconds() < 0)
    return "ExecutorInfo's 'shutdown_grace_period' must be non-negative";
  if (info.has_command())
    if (auto why = check_command(info.command()))
      return "Executor's `CommandInfo` is invalid: " + *why;
  if (info.has_container())
    if (auto why = check_container(info.container()))
      return "Executor's `ContainerInfo` is invalid: " + *why;
  switch (info.type()) {
  case ExecutorInfo::DEFAULT:
    if (info.has_command())
      return "'ExecutorInfo.command' must not be set for 'DEFAULT' executor";
    if (info.has_container() && info.container().type() != ContainerInfo::MESOS)
      return "'ExecutorInfo.container.type' must be 'MESOS' for 'DEFAULT' executor";
    if (info.container().mesos().has_image())
      return "'ExecutorInfo.container.mesos.image' must not be set for 'DEFAULT' executor";
    return std::nullopt;
  case ExecutorInfo::CUSTOM:
    if (!info.has_command())
      return "'ExecutorInfo.command' must be set for 'CUSTOM' executor";
    return std::nullopt;
  case ExecutorInfo::UNKNOWN:
    break;
  }
  return "Unknown executor type";
}

outcome<executor_need> check_executor(const launch_place& place, ExecutorInfo info) {
  if (auto why = check_executor_form(place, info))
    return failure{*why};
  auto used = read_resources(info.resources(), place.role);
  if (!used)
    return failure{"Executor uses invalid resources: " + used.error()};
  if (!used->shared().empty())
    return failure{"Executor uses shared resources"};
  *info.mutable_resources() = wire::to_proto(*used, wire::resource_format::post_refinement);
  const auto* known = find_executor(place, executor_id{info.executor_id().value()});
  if (known != nullptr && !MessageDifferencer::Equivalent(*known->info, info))
    return failure{difference(*known->info, info)};
  return executor_need{std::move(info), std::move(*used), known == nullptr};
}

/// What holds for every task, in a group or not.
fault check_place(const launch_place& place, const TaskInfo& task) {
  if (auto why = check_task_form(task))
    return why;
  task_id id{task.task_id().value()};
  if (place.framework.tasks.contains(id) || place.framework.unreachable_tasks.contains(id))
    return "Task has duplicate ID: " + id.value();
  if (task.agent_id().value() != place.agent.id.value())
    return "Task uses invalid agent " + task.agent_id().value() + " while agent " +
           place.agent.id.value() + " is expected";
  return std::nullopt;
}

/// Reads what the task uses, and writes it back in the form that agents get.
outcome<resources> complete_resources(const launch_place& place, TaskInfo& task) {
  auto used = read_resources(task.resources(), place.role);
  if (!used)
    return failure{used.error()};
  if (used->empty())
    return failure{"Task uses no resources"};
  wire::write_resources(*used, wire::resource_format::post_refinement, task.mutable_resources());
  return used;
}

/// What only the tasks of a group have to obey.
fault check_in_group(const TaskInfo& task, const ExecutorInfo& executor) {
  if (task.has_executor() && !MessageDifferencer::Equivalent(task.executor(), executor))
    return "The `ExecutorInfo` of task '" + task.task_id().value() +
           "' is different from executor '" + executor.executor_id().value() + "'";
  if (!task.has_container())
    return std::nullopt;
  if (task.container().type() == ContainerInfo::DOCKER)
    return "Docker ContainerInfo is not supported on the task";
  if (task.container().network_infos_size() > 0 && task.has_health_check() &&
      task.health_check().type() != HealthCheck::COMMAND)
    return "HTTP and TCP health checks are not supported for tasks with their own network";
  return std::nullopt;
}

fault check_group_executor_share(const resources& used) {
  if (used.cpus() < quantity::from_milli(10))
    return "The executor needs at least 0.01 cpus, it has " + to_text(used.cpus());
  if (used.mem() < quantity::from_milli(32000))
    return "The executor needs at least 32 MB of mem, it has " + to_text(used.mem());
  if (used.disk().is_zero())
    return "The executor needs some disk, it has none";
  return std::nullopt;
}

outcome<resources> check_group_task(const launch_place& place, TaskInfo& task,
                                    const executor_need& executor) {
  if (auto why = check_place(place, task))
    return failure{*why};
  if (auto why = check_in_group(task, executor.info))
    return failure{*why};
  auto used = complete_resources(place, task);
  if (used)
    if (auto why = check_mixture(*used + executor.used))
      return failure{*why};
  return used;
}

} // namespace

resources launchable_task::cost() const {
  return executor && executor->is_new ? used + executor->used : used;
}

resources launchable_group::cost() const {
  auto sum = executor.is_new ? executor.used : resources{};
  for (const auto& task : used)
    sum += task;
  return sum;
}

outcome<launchable_task> check_launch(const launch_place& place, TaskInfo& task,
                                      const resources& available) {
  infer_health_check_type(task);
  if (auto why = check_place(place, task))
    return failure{*why};
  if (task.has_executor() == task.has_command())
    return failure{
        "Task should have at least one (but not both) of CommandInfo or ExecutorInfo present"};
  auto used = complete_resources(place, task);
  if (!used)
    return failure{used.error()};
  launchable_task ready{std::move(*used), std::nullopt};
  if (task.has_executor()) {
    auto info = task.executor();
    if (info.has_type() && info.type() != ExecutorInfo::CUSTOM)
      return failure{"'ExecutorInfo.type' must be 'CUSTOM'"};
    info.set_type(ExecutorInfo::CUSTOM);
    if (!info.has_framework_id())
      info.mutable_framework_id()->set_value(place.framework.id.value());
    auto executor = check_executor(place, std::move(info));
    if (!executor)
      return failure{executor.error()};
    *task.mutable_executor() = executor->info;
    ready.executor = std::move(*executor);
  }
  if (auto why = check_mixture(ready.executor ? ready.used + ready.executor->used : ready.used))
    return failure{*why};
  if (auto why = check_available(ready.cost(), available))
    return failure{*why};
  return ready;
}

outcome<launchable_group> check_launch_group(const launch_place& place, const ExecutorInfo& wanted,
                                             mesos::v1::TaskGroupInfo& group,
                                             const resources& available) {
  if (!wanted.has_type())
    return failure{"'ExecutorInfo.type' must be set"};
  if (wanted.container().type() == ContainerInfo::DOCKER && wanted.has_container())
    return failure{"Docker ContainerInfo is not supported on the executor"};
  auto executor = check_executor(place, wanted);
  if (!executor)
    return failure{executor.error()};
  if (auto why = check_group_executor_share(executor->used))
    return failure{*why};
  launchable_group result{std::move(*executor), {}};
  std::set<std::string_view> ids;
  for (auto& task : *group.mutable_tasks()) {
    infer_health_check_type(task);
    if (!ids.insert(task.task_id().value()).second)
      return failure{"Task has duplicate ID: " + task.task_id().value()};
    auto used = check_group_task(place, task, result.executor);
    if (!used)
      return failure{"Task '" + task.task_id().value() + "' is invalid: " + used.error()};
    task.clear_executor();
    result.used.push_back(std::move(*used));
  }
  if (result.used.empty())
    return failure{"Task group is empty"};
  if (auto why = check_available(result.cost(), available))
    return failure{*why};
  return result;
}

} // namespace troupe::master
