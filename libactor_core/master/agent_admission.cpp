/// A new agent: checked, given an id, stored, welcomed.
#include "master/agent_steps.hpp"
#include "master/agents.hpp"
#include "master/maintenance.hpp"
#include "master/tasks.hpp"

#include <mesos/v1/mesos.pb.h>

namespace troupe::master {

using mesos::v1::AgentInfo;

namespace {

agent_id next_id(turn& t) {
  return agent_id{t.config.id.value() + "-S" + std::to_string(t.book.next_agent++)};
}

/// An admission of an agent at this address that is being stored.
admission* pending_admission(turn& t, const std::string& pid) {
  auto known = t.book.admissions_by_pid.find(pid);
  return known == t.book.admissions_by_pid.end()
             ? nullptr
             : &std::get<admission>(t.book.pending.at(known->second));
}

/// The same agent may ask twice, because an answer got lost with its link: then it has nothing
/// running.
bool is_repeated(const agent_entry& agent) {
  return agent.tasks.empty() && agent.executor_frameworks.empty();
}

std::vector<std::string> capability_names(const link::RegisterAgent& registration) {
  std::vector<std::string> names;
  for (const auto& capability : registration.capabilities())
    names.push_back(AgentInfo::Capability::Type_Name(capability.type()));
  return names;
}

void release_link(turn& t, agent_entry& agent, const std::string& reason) {
  if (agent.link == 0)
    return;
  t.close_link(agent.link, reason);
  agent.link = 0;
}

} // namespace

void on_register(turn& t, link_id id, const to_master_ptr& record) {
  t.count("master/messages_register_slave");
  auto& link = t.book.links.at(id);
  if (auto* agent = t.book.find(link.agent)) {
    greet(t, *agent, false, {});
    return;
  }
  if (!link.candidate.empty())
    return; // its admission is being stored
  const auto& registration = record->register_();
  auto pid = pid_of(registration, link.peer);
  if (auto why = registration_fault(t.config, registration, pid)) {
    t.warning("agent refused", {{"peer", link.peer}, {"pid", pid}, {"reason", *why}});
    t.close_link(id, "registration refused: " + *why);
    return;
  }
  if (turn_away(t, id, registration, pid))
    return;
  if (auto* step = pending_admission(t, pid)) {
    step->link = id;
    step->record = record;
    link.candidate = step->agent;
    return;
  }
  if (auto known = t.book.agents_by_pid.find(pid); known != t.book.agents_by_pid.end()) {
    auto& agent = t.book.agents.at(known->second);
    if (agent.connected() && is_repeated(agent) && !t.book.busy_agents.contains(agent.id)) {
      release_link(t, agent, "the agent has a newer link");
      bind(t, agent, id);
      greet(t, agent, false, {});
      return;
    }
    begin_loss(t, agent.id, loss_cause::replaced, "a new agent registered at the same address");
  }
  admission step{next_id(t), id, record, pid};
  link.candidate = step.agent;
  auto info = std::make_shared<AgentInfo>(registration.agent());
  info->mutable_id()->set_value(step.agent.value());
  t.store(registry_op::admit{step.agent, info}, step);
}

void finish(turn& t, const admission& step) {
  const auto& registration = step.record->register_();
  auto& agent = enter_agent(t, step.agent, registration, step.pid, *total_of(registration));
  bind(t, agent, step.link);
  t.count("master/slave_registrations");
  t.info("agent registered",
         {{"agent", agent.id.value()}, {"hostname", agent.info->hostname()}, {"pid", agent.pid}});
  t.tell_allocator(add_agent{agent.id, agent.options, agent.total, {}});
  plan_absence_of(t, agent);
  if (!agent.connected())
    t.tell_allocator(deactivate_agent{agent.id});
  t.agent_changed(agent);
  greet(t, agent, false, {});
  remove_if_down(t, agent);
}

agent_entry& enter_agent(turn& t, const agent_id& id, const link::RegisterAgent& registration,
                         const std::string& pid, resources total) {
  if (auto other = t.book.agents_by_pid.find(pid);
      other != t.book.agents_by_pid.end() && other->second != id)
    begin_loss(t, other->second, loss_cause::replaced,
               "another agent registered at the same address");
  auto [found, is_new] = t.book.agents.try_emplace(id);
  auto& agent = found->second;
  if (is_new)
    agent.registered = t.now.wall;
  else if (agent.pid != pid)
    t.book.agents_by_pid.erase(agent.pid);
  auto info = std::make_shared<AgentInfo>(registration.agent());
  info->mutable_id()->set_value(id.value());
  agent.id = id;
  agent.info = std::move(info);
  agent.pid = pid;
  agent.address = *parse_pid(pid);
  agent.version = registration.version();
  agent.capabilities = capability_names(registration);
  agent.options = options_of(registration, t.config.info->has_domain());
  agent.total = std::move(total);
  t.book.agents_by_pid[pid] = id;
  return agent;
}

void bind(turn& t, agent_entry& agent, link_id id) {
  auto found = t.book.links.find(id);
  if (found == t.book.links.end()) {
    agent.link = 0;
    t.book.timers.arm(timer::agent_return, agent.id.value(),
                      t.now.steady + t.config.agent_return_timeout);
    return;
  }
  if (agent.link != id)
    release_link(t, agent, "the agent has a newer link");
  found->second.agent = agent.id;
  found->second.candidate = {};
  agent.link = id;
  agent.heard = true;
  agent.missed_pings = 0;
  t.book.timers.disarm(timer::agent_return, agent.id.value());
}

void greet(turn& t, agent_entry& agent, bool again,
           const std::vector<std::pair<framework_id, task_id>>& reconcile) {
  link::ToAgent record;
  auto* registered = record.mutable_registered();
  registered->mutable_agent_id()->set_value(agent.id.value());
  *registered->mutable_master() = *t.config.info;
  registered->set_ping_timeout_seconds(to_seconds(t.config.ping_interval) *
                                       t.config.max_missed_pings);
  registered->set_reregistered(again);
  for (const auto& [framework, task] : reconcile) {
    auto* asked = registered->add_reconcile();
    asked->mutable_framework_id()->set_value(framework.value());
    asked->mutable_task_id()->set_value(task.value());
  }
  t.tell(agent, std::move(record));
  agent.heard = true;
  ping(t, agent.id);
}

} // namespace troupe::master
