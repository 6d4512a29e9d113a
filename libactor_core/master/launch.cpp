#include "master/launch.hpp"

#include "master/grant.hpp"
#include "master/offers.hpp"
#include "master/task_validation.hpp"
#include "master/tasks.hpp"
#include "wire/arena_message.hpp"

#include <troupe/link.pb.h>

namespace troupe::master {

using mesos::v1::Offer;
using mesos::v1::Task;
using mesos::v1::TaskInfo;
using mesos::v1::scheduler::Call;
using offer_ids = google::protobuf::RepeatedPtrField<mesos::v1::OfferID>;

namespace {

std::optional<std::string> offers_fault(const turn& t, const framework_entry& framework,
                                        const offer_ids& ids) {
  if (ids.empty())
    return "No offers specified";
  std::set<std::string_view> seen;
  const offer_entry* first = nullptr;
  for (const auto& wanted : ids) {
    if (ids.size() > 1 && !seen.insert(wanted.value()).second)
      return "Duplicate offer " + wanted.value() + " in offer list";
    auto found = t.book.offers.find(offer_id{wanted.value()});
    if (found == t.book.offers.end())
      return "Offer " + wanted.value() + " is no longer valid";
    const auto& offer = found->second;
    if (offer.framework != framework.id)
      return "Offer " + wanted.value() + " has invalid framework " + offer.framework.value() +
             " while framework " + framework.id.value() + " is expected";
    if (first == nullptr)
      first = &offer;
    if (offer.agent != first->agent)
      return "Aggregated offers must belong to one single agent. Offer " + wanted.value() +
             " uses agent " + offer.agent.value() + " but another is using agent " +
             first->agent.value();
    if (offer.role != first->role)
      return "Aggregated offers must be allocated to the same role. Offer " + wanted.value() +
             " uses role '" + offer.role + "' but another is using role '" + first->role + "'";
  }
  return std::nullopt;
}

/// The tasks of a LAUNCH or LAUNCH_GROUP; none for other operations.
const google::protobuf::RepeatedPtrField<TaskInfo>& tasks_of(const Offer::Operation& operation) {
  return operation.type() == Offer::Operation::LAUNCH_GROUP
             ? operation.launch_group().task_group().tasks()
             : operation.launch().task_infos();
}

bool is_launch(const Offer::Operation& operation) {
  return operation.type() == Offer::Operation::LAUNCH ||
         operation.type() == Offer::Operation::LAUNCH_GROUP;
}

void refuse_tasks(turn& t, framework_entry& framework, const Offer::Operation& operation,
                  TaskState state, TaskStatus::Reason reason, const std::string& message) {
  t.warning("tasks not launched", {{"framework", framework.id.value()},
                                   {"operation", operation_word(operation)},
                                   {"reason", message}});
  for (const auto& task : tasks_of(operation)) {
    auto status = make_status(t, task_id{task.task_id().value()}, state, reason, message);
    *status.mutable_agent_id() = task.agent_id();
    report(t, framework, std::move(status));
  }
}

/// The whole ACCEPT fails: its offers go back, its tasks were never launched.
void refuse_all(turn& t, framework_entry& framework, const Call::Accept& accept,
                const std::string& reason) {
  for (const auto& wanted : accept.offer_ids()) {
    offer_id id{wanted.value()};
    if (!framework.offers.contains(id))
      continue;
    auto offer = remove_offer(t, id);
    give_back(t, offer.framework, offer.agent, offer.offered);
  }
  auto state = framework.traits.partition_aware ? TaskState::TASK_DROPPED : TaskState::TASK_LOST;
  for (const auto& operation : accept.operations()) {
    if (is_launch(operation))
      refuse_tasks(t, framework, operation, state, TaskStatus::REASON_INVALID_OFFERS,
                   "Task launched with invalid offers: " + reason);
    else
      drop_operation(t, framework, operation, {}, "Operation with invalid offers: " + reason);
  }
}

Task make_task(const framework_entry& framework, const TaskInfo& info,
               const std::optional<executor_need>& executor) {
  Task task;
  task.set_name(info.name());
  *task.mutable_task_id() = info.task_id();
  task.mutable_framework_id()->set_value(framework.id.value());
  *task.mutable_agent_id() = info.agent_id();
  task.set_state(TaskState::TASK_STAGING);
  *task.mutable_resources() = info.resources();
  std::string user = framework.info->user();
  if (executor) {
    *task.mutable_executor_id() = executor->info.executor_id();
    if (executor->info.command().has_user())
      user = executor->info.command().user();
  }
  if (info.command().has_user())
    user = info.command().user();
  task.set_user(user);
  if (info.has_labels())
    *task.mutable_labels() = info.labels();
  if (info.has_discovery())
    *task.mutable_discovery() = info.discovery();
  if (info.has_container())
    *task.mutable_container() = info.container();
  if (info.has_health_check())
    *task.mutable_health_check() = info.health_check();
  if (info.has_kill_policy())
    *task.mutable_kill_policy() = info.kill_policy();
  *task.mutable_limits() = info.limits();
  return task;
}

void enter(turn& t, grant& g, const Task& task, resources used) {
  add_task(t, g.framework, g.agent, packed_task(task), executor_of(task), std::move(used));
}

void start_executor(turn& t, grant& g, const executor_need& executor) {
  if (executor.is_new)
    add_executor(t, g.framework, g.agent, executor.info, executor.used);
}

void launch(turn& t, grant& g, const Offer::Operation& operation) {
  if (operation.launch().task_infos().empty())
    t.info("launch of no tasks: the offers are declined", {{"framework", g.framework.id.value()}});
  for (const auto& wanted : operation.launch().task_infos()) {
    auto record = wire::make_arena_message<link::ToAgent, 2816>();
    auto& run = *record->mutable_run_task();
    auto& task = *run.mutable_task();
    task = wanted;
    auto ready = check_launch({g.framework, g.agent, g.role}, task, g.left);
    if (!ready) {
      t.info("task refused", {{"framework", g.framework.id.value()},
                              {"task", wanted.task_id().value()},
                              {"reason", ready.error()}});
      auto status = make_status(t, task_id{wanted.task_id().value()}, TaskState::TASK_ERROR,
                                TaskStatus::REASON_TASK_INVALID, ready.error());
      *status.mutable_agent_id() = wanted.agent_id();
      report(t, g.framework, std::move(status));
      continue;
    }
    g.left -= ready->cost();
    if (ready->executor)
      start_executor(t, g, *ready->executor);
    enter(t, g, make_task(g.framework, task, ready->executor), std::move(ready->used));
    *run.mutable_framework() = *g.framework.info;
    if (ready->executor)
      run.set_launch_executor(ready->executor->is_new);
    t.tell(g.agent, to_agent_ptr{std::move(record)});
  }
}

void launch_group(turn& t, grant& g, const Offer::Operation& operation) {
  const auto& wanted = operation.launch_group();
  link::ToAgent record;
  auto* run = record.mutable_run_task_group();
  auto& group = *run->mutable_task_group();
  group = wanted.task_group();
  auto ready = check_launch_group({g.framework, g.agent, g.role}, wanted.executor(), group, g.left);
  if (!ready) {
    refuse_tasks(t, g.framework, operation, TaskState::TASK_ERROR,
                 TaskStatus::REASON_TASK_GROUP_INVALID, ready.error());
    return;
  }
  g.left -= ready->cost();
  start_executor(t, g, ready->executor);
  *run->mutable_framework() = *g.framework.info;
  *run->mutable_executor() = ready->executor.info;
  run->set_launch_executor(ready->executor.is_new);
  for (int i = 0; i < group.tasks_size(); ++i)
    enter(t, g, make_task(g.framework, group.tasks(i), ready->executor),
          std::move(ready->used[static_cast<std::size_t>(i)]));
  t.tell(g.agent, std::move(record));
}

void perform(turn& t, grant& g, const Offer::Operation& operation) {
  g.framework.counts.operation(operation.type());
  if (is_launch(operation) && operation.has_id()) {
    bool group = operation.type() == Offer::Operation::LAUNCH_GROUP;
    refuse_tasks(t, g.framework, operation, TaskState::TASK_ERROR,
                 group ? TaskStatus::REASON_TASK_GROUP_INVALID : TaskStatus::REASON_TASK_INVALID,
                 "The 'id' field cannot be set for a launch operation");
    return;
  }
  switch (operation.type()) {
  case Offer::Operation::LAUNCH:
    launch(t, g, operation);
    break;
  case Offer::Operation::LAUNCH_GROUP:
    launch_group(t, g, operation);
    break;
  case Offer::Operation::UNKNOWN:
    t.warning("operation of an unknown type ignored", {{"framework", g.framework.id.value()}});
    break;
  default:
    convert(t, g, operation);
  }
}

} // namespace

void accept(turn& t, framework_entry& framework, const Call::Accept& accept) {
  if (auto why = offers_fault(t, framework, accept.offer_ids())) {
    t.warning("accept with invalid offers",
              {{"framework", framework.id.value()}, {"reason", *why}});
    refuse_all(t, framework, accept, *why);
    return;
  }
  if (accept.operations().empty()) {
    decline(t, framework, accept.offer_ids(), accept.filters());
    return;
  }
  t.count("master/messages_launch_tasks");
  const auto& first = t.book.offers.at(offer_id{accept.offer_ids(0).value()});
  grant g{framework, t.book.agents.at(first.agent), first.role, {}, {}, {}};
  for (const auto& wanted : accept.offer_ids()) {
    auto offer = remove_offer(t, offer_id{wanted.value()});
    g.offered += std::move(offer.offered);
    framework.counts.offer(offer_fate::accepted);
  }
  g.left = g.offered;
  for (const auto& operation : accept.operations())
    perform(t, g, operation);
  return_rest(t, g, accept.filters());
}

} // namespace troupe::master
