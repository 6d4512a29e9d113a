#include "master/metrics.hpp"

#include "master/quota.hpp"
#include "master/statuses.hpp"
#include "wire/task_state.hpp"

#include <mesos/v1/scheduler.pb.h>

namespace troupe::master {

using mesos::v1::scheduler::Call;

namespace {

constexpr const char* counters[] = {
    "dropped_messages",
    "invalid_executor_to_framework_messages",
    "invalid_framework_to_executor_messages",
    "invalid_operation_status_updates",
    "invalid_operation_status_update_acknowledgements",
    "invalid_status_update_acknowledgements",
    "invalid_status_updates",
    "messages_authenticate",
    "messages_deactivate_framework",
    "messages_decline_offers",
    "messages_executor_to_framework",
    "messages_exited_executor",
    "messages_framework_to_executor",
    "messages_kill_task",
    "messages_launch_tasks",
    "messages_operation_status_update",
    "messages_operation_status_update_acknowledgement",
    "messages_reconcile_operations",
    "messages_reconcile_tasks",
    "messages_register_framework",
    "messages_register_slave",
    "messages_reregister_framework",
    "messages_reregister_slave",
    "messages_resource_request",
    "messages_revive_offers",
    "messages_status_update",
    "messages_status_update_acknowledgement",
    "messages_suppress_offers",
    "messages_unregister_framework",
    "messages_unregister_slave",
    "messages_update_slave",
    "recovery_slave_removals",
    "slave_registrations",
    "slave_removals",
    "slave_removals/reason_registered",
    "slave_removals/reason_unhealthy",
    "slave_removals/reason_unregistered",
    "slave_reregistrations",
    "slave_shutdowns_canceled",
    "slave_shutdowns_completed",
    "slave_shutdowns_scheduled",
    "slave_unreachable_canceled",
    "slave_unreachable_completed",
    "slave_unreachable_scheduled",
    "tasks_dropped",
    "tasks_error",
    "tasks_failed",
    "tasks_finished",
    "tasks_gone",
    "tasks_gone_by_operator",
    "tasks_killed",
    "tasks_lost",
    "valid_executor_to_framework_messages",
    "valid_framework_to_executor_messages",
    "valid_operation_status_update_acknowledgements",
    "valid_operation_status_updates",
    "valid_status_update_acknowledgements",
    "valid_status_updates",
};

/// Operations that change resources, and what becomes of them. Here each ends when it is asked for.
constexpr const char* operations[] = {"create",      "create_disk",   "destroy", "destroy_disk",
                                      "grow_volume", "shrink_volume", "reserve", "unreserve"};
constexpr const char* ends[] = {"dropped", "error", "failed", "finished", "gone_by_operator"};
constexpr const char* open_states[] = {"pending", "recovering", "unreachable"};

constexpr const char* measured[] = {"cpus", "gpus", "mem", "disk"};

/// The counter of calls that are not counted where they are handled.
const char* counter_of(Call::Type type) {
  switch (type) {
  case Call::TEARDOWN:
    return "master/messages_unregister_framework";
  case Call::REVIVE:
    return "master/messages_revive_offers";
  case Call::SUPPRESS:
    return "master/messages_suppress_offers";
  case Call::RECONCILE:
    return "master/messages_reconcile_tasks";
  case Call::RECONCILE_OPERATIONS:
    return "master/messages_reconcile_operations";
  case Call::REQUEST:
    return "master/messages_resource_request";
  case Call::ACKNOWLEDGE_OPERATION_STATUS:
    return "master/messages_operation_status_update_acknowledgement";
  default:
    return nullptr;
  }
}

void set_measured(metric_batch& metrics, const std::string& kind, const quantities& total,
                  const quantities& used) {
  for (std::string name : measured) {
    auto key = "master/" + name + kind;
    double have = total.get(name).to_double();
    double taken = used.get(name).to_double();
    metrics.set(key + "total", have);
    metrics.set(key + "used", taken);
    metrics.set(key + "percent", have > 0 ? taken / have : 0);
  }
}

void set_agents(books& book) {
  double connected = 0;
  quantities total, used, revocable, revocable_used;
  for (const auto& [id, agent] : book.agents) {
    connected += agent.connected() ? 1 : 0;
    total += agent.total.non_revocable().scalars();
    revocable += agent.total.revocable().scalars();
    used += agent.used;
    revocable_used += agent.used_revocable;
  }
  auto all = static_cast<double>(book.agents.size());
  auto& m = book.metrics;
  m.set("master/slaves_connected", connected);
  m.set("master/slaves_disconnected", all - connected);
  m.set("master/slaves_active", connected);
  m.set("master/slaves_inactive", all - connected);
  m.set("master/slaves_unreachable", static_cast<double>(book.unreachable_agents.size()));
  set_measured(m, "_", total, used);
  set_measured(m, "_revocable_", revocable, revocable_used);
}

void set_frameworks(books& book) {
  double connected = 0, unreachable = 0;
  for (const auto& [id, framework] : book.frameworks) {
    connected += framework.connected() ? 1 : 0;
    auto own = static_cast<double>(framework.unreachable_tasks.size());
    unreachable += own;
    book.metrics.set(framework.metrics + "tasks/active/task_unreachable", own);
  }
  auto all = static_cast<double>(book.frameworks.size());
  auto& m = book.metrics;
  m.set("master/frameworks_connected", connected);
  m.set("master/frameworks_disconnected", all - connected);
  m.set("master/frameworks_active", connected);
  m.set("master/frameworks_inactive", all - connected);
  m.set("master/tasks_unreachable", unreachable);
}

void set_tasks(books& book) {
  for (auto state : {TaskState::TASK_STAGING, TaskState::TASK_STARTING, TaskState::TASK_RUNNING,
                     TaskState::TASK_KILLING})
    book.metrics.set("master/" + metric_word(TaskState_Name(state)).replace(0, 5, "tasks_"),
                     static_cast<double>(book.task_states[state]));
}

} // namespace

void declare_counters(metric_batch& metrics) {
  for (const auto* name : counters)
    metrics.count(std::string("master/") + name, 0);
  const auto declare = [&](const std::string& prefix) {
    metrics.count(prefix + "total", 0);
    for (const auto* state : ends)
      metrics.count(prefix + state, 0);
    for (const auto* state : open_states)
      metrics.set(prefix + state, 0);
  };
  declare("master/operations/");
  for (const std::string type : operations)
    declare("master/operations/" + type + "/");
}

void count_operation(turn& t, const mesos::v1::Offer::Operation& operation,
                     const std::string& state) {
  const auto type = metric_word(mesos::v1::Offer::Operation::Type_Name(operation.type())) + "/";
  for (const auto& prefix : {std::string(), type}) {
    t.count("master/operations/" + prefix + "total");
    t.count("master/operations/" + prefix + state);
  }
}

void declare_framework(metric_batch& metrics, const std::string& prefix) {
  auto each = [](const google::protobuf::EnumDescriptor& type, auto use) {
    for (int i = 0; i < type.value_count(); ++i)
      if (type.value(i)->name() != "UNKNOWN")
        use(*type.value(i), metric_word(type.value(i)->name()));
  };
  for (const auto& [group, type] :
       {std::pair{"calls", Call::Type_descriptor()},
        std::pair{"events", mesos::v1::scheduler::Event::Type_descriptor()},
        std::pair{"operations", mesos::v1::Offer::Operation::Type_descriptor()}}) {
    auto own = prefix + group;
    metrics.count(own, 0);
    each(*type, [&](const auto&, const std::string& word) { metrics.count(own + "/" + word, 0); });
  }
  for (const auto* outcome : {"sent", "accepted", "declined", "rescinded"})
    metrics.count(prefix + "offers/" + outcome, 0);
  each(*mesos::v1::TaskState_descriptor(), [&](const auto& value, const std::string& word) {
    if (wire::is_terminal(static_cast<TaskState>(value.number())))
      metrics.count(prefix + "tasks/terminal/" + word, 0);
    else
      metrics.set(prefix + "tasks/active/" + word, 0);
  });
}

void set_gauges(books& book, instant now) {
  auto age = book.started == wall_time{} ? std::chrono::nanoseconds{} : now.wall - book.started;
  book.metrics.set("master/uptime_secs", to_seconds(age));
  book.metrics.set("master/elected", book.leading ? 1 : 0);
  book.metrics.set("master/outstanding_offers", static_cast<double>(book.offers.size()));
  set_agents(book);
  set_frameworks(book);
  set_tasks(book);
  set_quota_gauges(book);
}

void count_call(turn& t, const framework_entry& framework, const Call& call) {
  t.count(framework, "calls");
  t.count(framework, "calls/" + metric_word(Call::Type_Name(call.type())));
  if (const auto* name = counter_of(call.type()))
    t.count(name);
}

} // namespace troupe::master
