#include "master/views.hpp"

#include <mesos/v1/mesos.pb.h>

namespace troupe::master {

namespace {

void add_framework_to(std::vector<state_change>& changes, const framework_entry& framework) {
  changes.push_back(delta::framework_changed{view_of(framework)});
  framework.completed_tasks.for_each([&](const task_id&, const packed_task_ptr& task) {
    changes.push_back(delta::task_completed{task});
  });
  framework.unreachable_tasks.for_each([&](const task_id&, const packed_task_ptr& task) {
    changes.push_back(delta::task_unreachable{task});
  });
  for (const auto& [agent, executors] : framework.executors)
    for (const auto& [id, executor] : executors)
      changes.push_back(delta::executor_added{view_of(framework.id, agent, executor)});
  for (const auto& [id, task] : framework.tasks)
    changes.push_back(delta::task_changed{task.view});
}

void add_completed_to(std::vector<state_change>& changes, const completed_framework& framework) {
  changes.push_back(delta::framework_changed{framework.view});
  framework.completed_tasks.for_each([&](const task_id&, const packed_task_ptr& task) {
    changes.push_back(delta::task_completed{task});
  });
  framework.unreachable_tasks.for_each([&](const task_id&, const packed_task_ptr& task) {
    changes.push_back(delta::task_unreachable{task});
  });
  changes.push_back(delta::framework_completed{framework.view});
}

} // namespace

shared<framework_view> view_of(const framework_entry& framework) {
  auto view = std::make_shared<framework_view>();
  view->id = framework.id;
  view->info = framework.info;
  view->active = framework.connected();
  view->connected = framework.connected();
  view->recovered = framework.recovered;
  view->registered = framework.registered;
  view->reregistered = framework.reregistered;
  return view;
}

shared<agent_view> view_of(const agent_entry& agent) {
  auto view = std::make_shared<agent_view>();
  view->id = agent.id;
  view->info = agent.info;
  view->pid = agent.pid;
  view->version = agent.version;
  view->capabilities = agent.capabilities;
  view->total = agent.total;
  view->registered = agent.registered;
  view->reregistered = agent.reregistered;
  view->active = agent.connected();
  return view;
}

shared<executor_view> view_of(const framework_id& framework, const agent_id& agent,
                              const executor_entry& executor) {
  return std::make_shared<executor_view>(executor_view{framework, agent, executor.info});
}

shared<master_view> view_of(const books& book, const core_config& config) {
  auto view = std::make_shared<master_view>();
  view->id = config.id;
  view->info = config.info;
  view->started = book.started;
  view->elected = book.elected;
  view->unreachable_agents = book.unreachable_agents.size();
  return view;
}

delta::inverse_answers_changed answers_of(const agent_entry& agent) {
  delta::inverse_answers_changed change{agent.id, agent.info->hostname(), agent.address.ip, {}};
  for (const auto& [framework, answer] : agent.answers)
    change.answers.push_back(answer);
  return change;
}

std::vector<state_change> snapshot_of(const books& book, const core_config& config) {
  std::vector<state_change> changes;
  changes.push_back(delta::master_changed{view_of(book, config)});
  for (const auto& [role, quota] : book.quotas)
    changes.push_back(delta::quota_changed{role, std::make_shared<const role_quota>(quota)});
  for (const auto& [role, weight] : book.weights)
    changes.push_back(delta::weight_changed{role, weight});
  if (book.maintenance)
    changes.push_back(delta::maintenance_changed{book.maintenance});
  for (const auto& [id, info] : book.recovered_agents)
    changes.push_back(delta::agent_recovered{
        std::make_shared<recovered_agent_view>(recovered_agent_view{id, info})});
  for (const auto& [id, agent] : book.agents)
    changes.push_back(delta::agent_changed{view_of(agent)});
  for (const auto& [id, agent] : book.agents)
    if (!agent.answers.empty())
      changes.push_back(answers_of(agent));
  book.completed_frameworks.for_each(
      [&](const framework_id&, const completed_framework& x) { add_completed_to(changes, x); });
  for (const auto& [id, framework] : book.frameworks)
    add_framework_to(changes, framework);
  for (const auto& [id, offer] : book.offers)
    changes.push_back(delta::offer_added{offer.view});
  for (const auto& [id, offer] : book.inverse_offers)
    changes.push_back(delta::inverse_offer_added{offer.view});
  return changes;
}

} // namespace troupe::master
