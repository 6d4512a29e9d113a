#include "master/metrics.hpp"

#include "master/quota.hpp"
#include "master/statuses.hpp"
#include "wire/task_state.hpp"

#include <mesos/v1/scheduler.pb.h>

namespace troupe::master {

using mesos::v1::scheduler::Call;

namespace {

/// Operations that change resources, and what becomes of them. Here each ends when it is asked for.
constexpr const char* operations[] = {"create",      "create_disk",   "destroy", "destroy_disk",
                                      "grow_volume", "shrink_volume", "reserve", "unreserve"};
constexpr const char* ends[] = {"dropped", "error", "failed", "finished", "gone_by_operator"};
constexpr const char* open_states[] = {"pending", "recovering", "unreachable"};

constexpr const char* measured[] = {"cpus", "gpus", "mem", "disk"};

/// The counter of calls that are not counted where they are handled.
std::optional<counter> counter_of(Call::Type type) {
  switch (type) {
  case Call::TEARDOWN:
    return counter{"master/messages_unregister_framework"};
  case Call::REVIVE:
    return counter{"master/messages_revive_offers"};
  case Call::SUPPRESS:
    return counter{"master/messages_suppress_offers"};
  case Call::RECONCILE:
    return counter{"master/messages_reconcile_tasks"};
  case Call::RECONCILE_OPERATIONS:
    return counter{"master/messages_reconcile_operations"};
  case Call::REQUEST:
    return counter{"master/messages_resource_request"};
  case Call::ACKNOWLEDGE_OPERATION_STATUS:
    return counter{"master/messages_operation_status_update_acknowledgement"};
  default:
    return std::nullopt;
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
  for (auto& [id, framework] : book.frameworks) {
    publish_counts(book.metrics, framework);
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
  for (auto name : counter_names)
    metrics.count(name, 0);
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
    t.book.metrics.count("master/operations/" + prefix + "total");
    t.book.metrics.count("master/operations/" + prefix + state);
  }
}

void publish_counts(metric_batch& metrics, framework_entry& framework) {
  framework.counts.publish(metrics, framework.metrics);
  for (const auto& [state, tasks] : framework.task_states)
    if (!wire::is_terminal(static_cast<TaskState>(state)))
      metrics.set(framework.metrics + "tasks/active/" +
                      metric_word(TaskState_Name(static_cast<TaskState>(state))),
                  static_cast<double>(tasks));
}

void publish(books& book, instant now) {
  book.counters.publish(book.metrics);
  auto age = book.started == wall_time{} ? std::chrono::nanoseconds{} : now.wall - book.started;
  book.metrics.set("master/uptime_secs", to_seconds(age));
  book.metrics.set("master/elected", book.leading ? 1 : 0);
  book.metrics.set("master/outstanding_offers", static_cast<double>(book.offers.size()));
  set_agents(book);
  set_frameworks(book);
  set_tasks(book);
  set_quota_gauges(book);
}

void count_call(turn& t, framework_entry& framework, const Call& call) {
  framework.counts.call(call.type());
  if (auto which = counter_of(call.type()))
    t.count(*which);
}

} // namespace troupe::master
