/// A reader of the delta stream, as the random histories play one.
#pragma once

#include "model/resource_text.hpp"
#include "protocol/state_delta.hpp"

#include <mesos/v1/allocator.pb.h>
#include <mesos/v1/mesos.pb.h>
#include <troupe/registry.pb.h>

#include <map>
#include <string>

namespace troupe::master::test {

/// What a reader knows: things by kind and name, with what may differ about them.
struct reader {
  using things = std::map<std::string, std::string>;

  things known;

  static std::string task_name(const mesos::v1::Task& task) {
    return task.framework_id().value() + "/" + task.task_id().value();
  }
  static std::string executor_name(const framework_id& f, const agent_id& a, const std::string& e) {
    return "executor " + f.value() + "/" + a.value() + "/" + e;
  }
  void move_task(const mesos::v1::Task& task, const std::string& kind) {
    known.erase("active " + task_name(task));
    known.erase("unreachable " + task_name(task));
    known[kind + " " + task_name(task)] = mesos::v1::TaskState_Name(task.state());
  }

  void operator()(const delta::master_changed& x) {
    known["unreachable agents"] = std::to_string(x.master->unreachable_agents);
  }
  void operator()(const delta::agent_changed& x) {
    known["agent " + x.agent->id.value()] =
        (x.agent->active ? "active " : "inactive ") + to_text(x.agent->total);
  }
  void operator()(const delta::agent_removed& x) {
    known.erase("agent " + x.agent.value());
    known.erase("answers for " + x.agent.value());
  }
  void operator()(const delta::agent_recovered& x) {
    known["recovered " + x.agent->id.value()] = "";
  }
  void operator()(const delta::recovered_agent_removed& x) {
    known.erase("recovered " + x.agent.value());
  }
  void operator()(const delta::framework_changed& x) {
    known["framework " + x.framework->id.value()] = x.framework->connected ? "connected" : "away";
  }
  void operator()(const delta::framework_completed& x) {
    auto id = x.framework->id.value();
    known.erase("framework " + id);
    known["gone framework " + id] = "";
    std::erase_if(known, [&](const auto& entry) {
      return entry.first.find("active " + id + "/") == 0 ||
             entry.first.find("executor " + id + "/") == 0;
    });
  }
  void operator()(const delta::task_changed& x) { move_task(x.task->unpack(), "active"); }
  void operator()(const delta::task_completed& x) { move_task(x.task->unpack(), "completed"); }
  void operator()(const delta::task_unreachable& x) { move_task(x.task->unpack(), "unreachable"); }
  void operator()(const delta::executor_added& x) {
    known[executor_name(x.executor->framework, x.executor->agent,
                        x.executor->info->executor_id().value())] = "";
  }
  void operator()(const delta::executor_removed& x) {
    known.erase(executor_name(x.framework, x.agent, x.executor.value()));
  }
  void operator()(const delta::offer_added& x) { known["offer " + x.offer->id().value()] = ""; }
  void operator()(const delta::offer_removed& x) { known.erase("offer " + x.offer.value()); }
  void operator()(const delta::inverse_offer_added& x) {
    known["inverse offer " + x.offer->id().value()] =
        x.offer->framework_id().value() + " on " + x.offer->agent_id().value();
  }
  void operator()(const delta::inverse_offer_removed& x) {
    known.erase("inverse offer " + x.offer.value());
  }
  void operator()(const delta::inverse_answers_changed& x) {
    std::string text;
    for (const auto& answer : x.answers)
      text += answer->ShortDebugString();
    known["answers for " + x.agent.value()] = text;
    if (text.empty())
      known.erase("answers for " + x.agent.value());
  }
  void operator()(const delta::quota_changed& x) {
    known.erase("quota " + x.role);
    if (x.quota)
      known["quota " + x.role] = to_text(x.quota->guarantees);
  }
  void operator()(const delta::weight_changed& x) {
    known["weight " + x.role] = std::to_string(x.weight);
  }
  void operator()(const delta::maintenance_changed& x) {
    known["maintenance"] = x.plan->ShortDebugString();
  }
};

} // namespace troupe::master::test
