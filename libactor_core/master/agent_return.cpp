/// An agent comes back: after its own restart, a broken link, a time of silence, or to a new
/// master.
#include "master/agent_steps.hpp"
#include "master/agents.hpp"
#include "master/events.hpp"
#include "master/frameworks.hpp"
#include "master/offers.hpp"
#include "master/tasks.hpp"
#include "wire/task_state.hpp"

#include <mesos/v1/mesos.pb.h>

namespace troupe::master {

using mesos::v1::AgentInfo;

namespace {

using task_names = std::vector<std::pair<framework_id, task_id>>;

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

/// One re-registration being taken over into the books.
struct arrival {
  turn& t;
  agent_entry& agent;
  bool was_known;    ///< registered all along, only its link was broken
  bool was_expected; ///< in the registry as admitted when this master began to lead
  std::set<framework_id> to_shut_down;
  bool grown = false; ///< tasks or executors were added to an agent that the allocator has

  /// The framework of something that runs on the agent and is not in the books; nothing when the
  /// agent has to shut it down.
  framework_entry* owner_of(const framework_id& id, bool ended) {
    auto* framework = t.book.find(id);
    // What keeps no checkpoints was declared lost when the link broke.
    bool given_up = framework != nullptr && was_known && !ended && !framework->info->checkpoint();
    if (framework != nullptr && !given_up)
      return framework;
    t.warning("an agent runs something that has been given up; it is shut down",
              {{"agent", agent.id.value()}, {"framework", id.value()}});
    to_shut_down.insert(id);
    return nullptr;
  }

  void take(const reported_executor& told) {
    executor_id id{told.info.executor_id().value()};
    if (auto* known = t.book.find(told.framework)) {
      auto here = known->executors.find(agent.id);
      if (here != known->executors.end() && here->second.contains(id))
        return;
    }
    if (auto* framework = owner_of(told.framework, false)) {
      add_executor(t, *framework, agent, told.info, told.used);
      grown = true;
    }
  }

  void take(const reported_task& told) {
    task_id id{told.task.task_id().value()};
    framework_id owner{told.task.framework_id().value()};
    if (auto* known = t.book.find(owner))
      if (auto task = known->tasks.find(id); task != known->tasks.end()) {
        if (task->second.agent != agent.id)
          t.error("two agents claim the same task; that of the older agent counts",
                  {{"task", id.value()}, {"agent", agent.id.value()}});
        return;
      }
    bool terminal = wire::is_terminal(told.task.state());
    auto* framework = owner_of(owner, terminal);
    if (framework == nullptr)
      return;
    framework->unreachable_tasks.erase(id);
    auto task = told.task;
    // Only what this master passes on itself may be acknowledged through it.
    task.clear_status_update_state();
    task.clear_status_update_uuid();
    *task.mutable_agent_id() = agent.info->id();
    auto status = make_status(t, task, task.state(), TaskStatus::REASON_AGENT_REREGISTERED,
                              "Agent re-registered with the task");
    add_task(t, *framework, agent, std::move(task), told.used);
    grown = true;
    // The agent itself repeats a terminal update; after a failover nobody was told otherwise.
    if (!terminal && !was_expected)
      t.tell(*framework, update_event(std::move(status)));
  }
};

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
void update_frameworks(turn& t, const agent_entry& agent, const link::ReregisterAgent& record) {
  for (const auto& info : record.frameworks()) {
    const auto* framework = t.book.find(framework_id{info.id().value()});
    if (framework == nullptr || framework->recovered)
      continue;
    link::ToAgent order;
    *order.mutable_update_framework()->mutable_framework() = *framework->info;
    t.tell(agent, std::move(order));
  }
}

/// Executors in the books that the agent no longer has.
void drop_missing_executors(turn& t, agent_entry& agent, const agent_report& report) {
  std::set<std::pair<framework_id, executor_id>> told;
  for (const auto& executor : report.executors)
    told.emplace(executor.framework, executor_id{executor.info.executor_id().value()});
  auto frameworks = agent.executor_frameworks;
  for (const auto& id : frameworks) {
    auto& framework = *t.book.find(id);
    std::vector<executor_id> missing;
    for (const auto& [executor, entry] : framework.executors.at(agent.id))
      if (!told.contains({id, executor}))
        missing.push_back(executor);
    for (const auto& executor : missing)
      remove_executor(t, framework, agent, executor);
  }
}

/// Tasks in the books that the agent did not name: it has to explain those that should run. Of one
/// that has ended, the agent has nothing more to say: the framework is told once more.
task_names missing_tasks(turn& t, agent_entry& agent, const agent_report& report) {
  std::set<std::pair<framework_id, task_id>> told;
  for (const auto& task : report.tasks)
    told.emplace(framework_id{task.task.framework_id().value()},
                 task_id{task.task.task_id().value()});
  task_names missing;
  auto tasks = agent.tasks;
  for (const auto& [owner, ids] : tasks) {
    auto& framework = *t.book.find(owner);
    for (const auto& id : ids) {
      if (told.contains({owner, id}))
        continue;
      const auto& view = *framework.tasks.at(id).view;
      if (!wire::is_terminal(view.state())) {
        missing.emplace_back(owner, id);
        continue;
      }
      t.tell(framework,
             update_event(make_status(t, view, view.state(), TaskStatus::REASON_RECONCILIATION,
                                      "Reconciliation: Latest task state")));
      complete_task(t, framework, id);
    }
  }
  return missing;
}

void repeat_kills(turn& t, const agent_entry& agent) {
  for (const auto& [framework, kills] : agent.kills)
    for (const auto& [task, record] : kills)
      t.tell_link(agent.link, *record);
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
void announce(turn& t, arrival& a, bool total_changed, bool was_connected) {
  auto& agent = a.agent;
  if (!a.was_known) {
    t.tell_allocator(add_agent{agent.id, agent.options, agent.total, used_by_framework(t, agent)});
  } else if (a.grown) {
    rescind_all(t, agent);
    t.tell_allocator(remove_agent{agent.id});
    t.tell_allocator(add_agent{agent.id, agent.options, agent.total, used_by_framework(t, agent)});
  } else {
    if (total_changed)
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
  bool total_changed = was_known && !(before->total == report.total);
  if (total_changed)
    rescind_all(t, *before);
  auto& agent = enter_agent(t, step.agent, record.registration(), step.pid, report.total);
  agent.reregistered = t.now.wall;
  bind(t, agent, step.link);
  t.agent_changed(agent);
  recover_frameworks(t, record);
  arrival a{t, agent, was_known, was_expected, {}};
  drop_missing_executors(t, agent, report);
  auto missing = missing_tasks(t, agent, report);
  for (const auto& executor : report.executors)
    a.take(executor);
  for (const auto& task : report.tasks)
    a.take(task);
  announce(t, a, total_changed, was_connected);
  greet(t, agent, true, missing);
  shut_down_frameworks(a, record);
  if (agent.connected())
    repeat_kills(t, agent);
  update_frameworks(t, agent, record);
  t.count("master/slave_reregistrations");
  t.info("agent re-registered", {{"agent", agent.id.value()},
                                 {"hostname", agent.info->hostname()},
                                 {"tasks", report.tasks.size()},
                                 {"missing_tasks", missing.size()}});
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
    busy->second = homecoming{agent, id, record, pid};
    return;
  }
  if (t.book.gone_agents.contains(agent)) {
    shut_down(t, id, agent, "agent has been marked gone");
    return;
  }
  auto report = read_report(record->reregister());
  if (!report) {
    refuse(t, id, agent, report.error());
    return;
  }
  homecoming step{agent, id, record, pid};
  auto info = std::make_shared<AgentInfo>(registration.agent());
  auto* known = t.book.find(agent);
  if (known == nullptr) {
    link.candidate = agent;
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
  auto report = read_report(step.record->reregister());
  take_over(t, step, *report, was_expected);
}

} // namespace troupe::master
