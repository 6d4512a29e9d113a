/// An agent comes back: after its own restart, a broken link, a time of silence, or to a new
/// master.
#include "master/agent_arrival.hpp"
#include "master/agent_resources.hpp"
#include "master/agent_steps.hpp"
#include "master/agents.hpp"
#include "master/frameworks.hpp"
#include "master/maintenance.hpp"
#include "master/offers.hpp"
#include "model/checkpointed.hpp"

#include <mesos/v1/mesos.pb.h>

namespace troupe::master {

using mesos::v1::AgentInfo;

namespace {

void refuse(turn& t, link_id id, const agent_id& agent, const std::string& why) {
  t.warning("agent refused", {{"agent", agent.value()}, {"link", id}, {"reason", why}});
  t.close_link(id, "re-registration refused: " + why);
}

void shut_down(turn& t, link_id id, const agent_id& agent, const std::string& why) {
  t.warning("agent told to shut down", {{"agent", agent.value()}, {"reason", why}});
  link::ToAgent record;
  record.mutable_shutdown()->set_reason(why);
  t.tell_link(id, std::move(record));
}

bool same_info(const AgentInfo& known, const AgentInfo& told) {
  return known.SerializeAsString() == told.SerializeAsString();
}

bool same_place(const agent_entry& known, const link::RegisterAgent& told, const std::string& pid) {
  return known.info->hostname() == told.agent().hostname() &&
         known.address.ip == parse_pid(pid)->ip;
}

void shut_down_frameworks(arrival& a, const link::ReregisterAgent& record) {
  for (const auto& info : record.frameworks())
    if (a.t.book.completed_frameworks.contains(framework_id{info.id().value()}))
      a.to_shut_down.insert(framework_id{info.id().value()});
  for (const auto& id : a.to_shut_down) {
    link::ToAgent order;
    order.mutable_shutdown_framework()->mutable_framework_id()->set_value(id.value());
    a.t.tell(a.agent, std::move(order));
  }
}

void recover_frameworks(turn& t, const link::ReregisterAgent& record) {
  for (const auto& info : record.frameworks()) {
    framework_id id{info.id().value()};
    if (!id.empty() && t.book.find(id) == nullptr && !t.book.completed_frameworks.contains(id))
      recover(t, info);
  }
}

/// Subscribed frameworks may have changed while the agent was away.
void update_frameworks(const arrival& a, const link::ReregisterAgent& record) {
  for (const auto& info : record.frameworks()) {
    framework_id id{info.id().value()};
    const auto* framework = a.t.book.find(id);
    if (framework == nullptr || framework->recovered || a.to_shut_down.contains(id))
      continue;
    link::ToAgent order;
    *order.mutable_update_framework()->mutable_framework() = *framework->info;
    a.t.tell(a.agent, std::move(order));
  }
}

void repeat_kills(turn& t, const agent_entry& agent) {
  for (const auto& [framework, kills] : agent.kills)
    for (const auto& [task, record] : kills)
      t.tell_link(agent.link, *record);
}

/// What the agent has to remember, if it does not: a record of it was lost with a link.
void repeat_conversions(turn& t, const agent_entry& agent, const link::ReregisterAgent& record) {
  auto told = wire::from_proto(record.registration().checkpointed_resources());
  if (!told || !(*told == checkpointed_part(agent.total)))
    send_checkpointed(t, agent);
}

std::map<framework_id, resources> used_by_framework(const turn& t, const agent_entry& agent) {
  std::map<framework_id, resources> used;
  for (const auto& [id, tasks] : agent.tasks)
    for (const auto& task : tasks) {
      const auto& entry = t.book.frameworks.at(id).tasks.at(task);
      if (entry.holds_resources)
        used[id] += entry.used;
    }
  for (const auto& id : agent.executor_frameworks)
    for (const auto& [executor, entry] : t.book.frameworks.at(id).executors.at(agent.id))
      used[id] += entry.used;
  return used;
}

/// The allocator learns of an agent with what it runs, in place of what it knew of it.
void announce(turn& t, arrival& a, bool changed, bool was_connected) {
  auto& agent = a.agent;
  if (!a.was_known) {
    t.tell_allocator(add_agent{agent.id, agent.options, agent.total, used_by_framework(t, agent)});
    plan_absence_of(t, agent);
  } else if (a.grown) {
    rescind_all(t, agent);
    t.tell_allocator(remove_agent{agent.id});
    t.tell_allocator(add_agent{agent.id, agent.options, agent.total, used_by_framework(t, agent)});
    plan_absence_of(t, agent);
  } else {
    if (changed)
      t.tell_allocator(update_agent{agent.id, agent.options, agent.total});
    if (!was_connected && agent.connected())
      t.tell_allocator(activate_agent{agent.id});
  }
  if (!agent.connected())
    t.tell_allocator(deactivate_agent{agent.id});
}

void take_over(turn& t, const homecoming& step, const agent_report& report, bool was_expected) {
  const auto& record = step.record->reregister();
  auto* before = t.book.find(step.agent);
  bool was_known = before != nullptr;
  bool was_connected = was_known && before->connected();
  bool changed = was_known && !(before->total == report.total &&
                                before->options ==
                                    options_of(record.registration(), t.config.info->has_domain()));
  if (changed)
    rescind_all(t, *before);
  auto& agent = enter_agent(t, step.agent, record.registration(), step.pid, report.total);
  agent.reregistered = t.now.wall;
  bind(t, agent, step.link);
  t.agent_changed(agent);
  recover_frameworks(t, record);
  arrival a{t, agent, report, was_known, was_expected, {}};
  a.decide_shutdowns();
  a.drop_missing_executors();
  a.complete_forgotten_tasks();
  auto missing = a.unexplained_tasks();
  a.take_new();
  announce(t, a, changed, was_connected);
  // Before it is greeted the agent repeats no updates, so nothing comes of what it shuts down.
  shut_down_frameworks(a, record);
  greet(t, agent, true, missing);
  repeat_conversions(t, agent, record);
  if (agent.connected())
    repeat_kills(t, agent);
  update_frameworks(a, record);
  t.count("master/slave_reregistrations");
  t.info("agent re-registered", {{"agent", agent.id.value()},
                                 {"hostname", agent.info->hostname()},
                                 {"tasks", report.tasks.size()},
                                 {"missing_tasks", missing.size()}});
}

/// The agent asks again on the link that it is registered on: its answer was slow, or the record is
/// an old one doubled. So it may ask for what it lacks, but it does not change the books.
void answer_again(turn& t, agent_entry& agent, const link::ReregisterAgent& record,
                  const agent_report& report) {
  arrival a{t, agent, report, true, false, {}};
  greet(t, agent, true, a.unexplained_tasks());
  repeat_conversions(t, agent, record);
  shut_down_frameworks(a, record);
  repeat_kills(t, agent);
}

} // namespace

void on_reregister(turn& t, link_id id, const to_master_ptr& record) {
  t.count("master/messages_reregister_slave");
  auto& link = t.book.links.at(id);
  const auto& registration = record->reregister().registration();
  agent_id agent{registration.agent().id().value()};
  auto pid = pid_of(registration, link.peer);
  auto why = registration_fault(t.config, registration, pid);
  if (!why && agent.empty())
    why = "it has no agent id";
  if (!why && !link.agent.empty() && link.agent != agent)
    why = "its link belongs to agent " + link.agent.value();
  if (why) {
    refuse(t, id, agent, *why);
    return;
  }
  if (auto busy = t.book.busy_agents.find(agent); busy != t.book.busy_agents.end()) {
    busy->second = homecoming{agent, id, record, pid, {}};
    return;
  }
  if (t.book.gone_agents.contains(agent)) {
    shut_down(t, id, agent, "agent has been marked gone");
    return;
  }
  if (turn_away(t, id, registration, pid))
    return;
  auto* known = t.book.find(agent);
  if (known != nullptr && !known->conversions.empty())
    return; // in a moment; it asks again
  auto report = read_report(record, known);
  if (!report) {
    refuse(t, id, agent, report.error());
    return;
  }
  if (known != nullptr && known->link == id) {
    answer_again(t, *known, record->reregister(), *report);
    return;
  }
  // What the end of its older link would have caused must not depend on which is heard of first.
  if (known != nullptr && known->connected() && same_place(*known, registration, pid)) {
    t.close_link(known->link, "the agent has a newer link");
    disconnect(t, *known);
  }
  homecoming step{agent, id, record, pid, {}};
  auto info = std::make_shared<AgentInfo>(registration.agent());
  if (known == nullptr) {
    link.candidate = agent;
    step.report = std::make_shared<const agent_report>(std::move(*report));
    t.store(registry_op::mark_reachable{agent, info}, step);
  } else if (!same_place(*known, registration, pid)) {
    shut_down(t, id, agent, "it re-registered with another address than it has");
  } else if (!same_info(*known->info, *info)) {
    t.store(registry_op::update{agent, info}, step);
  } else {
    take_over(t, step, *report, false);
  }
}

void finish(turn& t, const homecoming& step) {
  bool was_expected = t.book.recovered_agents.erase(step.agent) != 0;
  if (was_expected)
    t.changed(delta::recovered_agent_removed{step.agent});
  if (t.book.unreachable_agents.erase(step.agent))
    t.master_changed();
  const auto* known = t.book.find(step.agent);
  if (step.report && known == nullptr)
    take_over(t, step, *step.report, was_expected);
  else if (auto report = read_report(step.record, known))
    take_over(t, step, *report, was_expected);
  else
    refuse(t, step.link, step.agent, report.error());
  if (const auto* agent = t.book.find(step.agent))
    remove_if_down(t, *agent);
}

} // namespace troupe::master
