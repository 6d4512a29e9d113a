#include "http/state_model.hpp"

#include "http/entity_json.hpp"
#include "http/json_object.hpp"
#include "wire/resource_convert.hpp"
#include "wire/task_state.hpp"

#include <mesos/v1/mesos.pb.h>

namespace troupe::http {

namespace {

/// Resources that the master put into a message: it made them, so they parse.
resources read(const wire::resource_list& list) {
  auto value = wire::from_proto(list);
  return value ? std::move(*value) : resources{};
}

} // namespace

bool state_model::apply(const state_delta& delta) {
  if (delta.number <= number_)
    return true; // contained in the snapshot already
  if (delta.number != number_ + 1)
    return false;
  number_ = delta.number;
  for (const auto& each : *delta.changes)
    change(each);
  return true;
}

void state_model::reset(const state_snapshot& snapshot) {
  *this = state_model(std::move(config_));
  number_ = snapshot.number;
  for (const auto& each : *snapshot.changes)
    change(each);
}

void state_model::change(const state_change& change) {
  roles_.apply(change);
  std::visit([this](const auto& each) { on(each); }, change);
}

void state_model::on(const delta::master_changed& x) { master_ = x.master; }

void state_model::on(const delta::agent_changed& x) {
  auto& agent = agents_[x.agent->id];
  agent.view = x.agent;
  agent.json = agent.json_full = nullptr;
  recovered_agents_.erase(x.agent->id);
}

void state_model::on(const delta::agent_removed& x) { agents_.erase(x.agent); }

void state_model::on(const delta::agent_recovered& x) { recovered_agents_[x.agent->id] = x.agent; }

void state_model::on(const delta::recovered_agent_removed& x) { recovered_agents_.erase(x.agent); }

void state_model::on(const delta::framework_changed& x) {
  auto& framework = frameworks_[x.framework->id];
  framework.view = x.framework;
  framework.json = nullptr;
}

void state_model::on(const delta::framework_completed& x) {
  auto& framework = framework_of(x.framework->id);
  framework.view = x.framework;
  framework.json = nullptr;
  while (!framework.tasks.empty())
    on(delta::task_completed{framework.tasks.begin()->second.task});
  while (!framework.executors.empty()) {
    const auto key = framework.executors.begin()->first;
    on(delta::executor_removed{x.framework->id, key.first, key.second});
  }
  while (!framework.offers.empty())
    on(delta::offer_removed{framework.offers.begin()->first});
  completed_frameworks_.push_back(std::move(framework));
  frameworks_.erase(x.framework->id);
  while (completed_frameworks_.size() > config_.max_completed_frameworks)
    completed_frameworks_.pop_front();
}

state_model::framework_entry& state_model::framework_of(const framework_id& id) {
  auto& framework = frameworks_[id];
  framework.json = nullptr;
  return framework;
}

state_model::task_entry state_model::make_entry(const task_ptr& task) {
  task_entry entry;
  entry.task = task;
  auto json = std::make_shared<std::string>();
  append_task(*json, *task);
  entry.json = std::move(json);
  if (!wire::is_removable(task->state()))
    entry.held = read(task->resources());
  if (task->statuses_size() > 0)
    entry.first_status = task->statuses(0).timestamp();
  return entry;
}

void state_model::hold(framework_entry& framework, const agent_id& agent, const resources& held,
                       framework_sum in_framework, agent_sum in_agent) {
  if (held.empty())
    return;
  (framework.*in_framework)[agent] += held;
  if (auto found = agents_.find(agent); found != agents_.end()) {
    found->second.*in_agent += held;
    found->second.json = found->second.json_full = nullptr;
  }
}

void state_model::release(framework_entry& framework, const agent_id& agent, const resources& held,
                          framework_sum in_framework, agent_sum in_agent) {
  if (held.empty())
    return;
  auto& sums = framework.*in_framework;
  if (auto sum = sums.find(agent); sum != sums.end() && sum->second.subtract_if_contained(held)
                                   && sum->second.empty())
    sums.erase(sum);
  // An agent that was removed and came back starts with nothing: what was held before is not in it.
  if (auto found = agents_.find(agent);
      found != agents_.end() && (found->second.*in_agent).subtract_if_contained(held))
    found->second.json = found->second.json_full = nullptr;
}

void state_model::forget_task(framework_entry& framework, const task_id& id) {
  auto found = framework.tasks.find(id);
  if (found == framework.tasks.end())
    return;
  release(framework, agent_id{found->second.task->agent_id().value()}, found->second.held,
          &framework_entry::used, &agent_entry::used);
  framework.tasks.erase(found);
}

void state_model::keep(std::deque<task_entry>& ring, task_entry entry, std::size_t limit) {
  ring.push_back(std::move(entry));
  while (ring.size() > limit)
    ring.pop_front();
}

void state_model::on(const delta::task_changed& x) {
  auto& framework = framework_of(framework_id{x.task->framework_id().value()});
  const task_id id{x.task->task_id().value()};
  forget_task(framework, id);
  std::erase_if(framework.unreachable, [&](const task_entry& each) {
    return each.task->task_id().value() == id.value();
  });
  auto entry = make_entry(x.task);
  hold(framework, agent_id{x.task->agent_id().value()}, entry.held, &framework_entry::used,
       &agent_entry::used);
  framework.tasks[id] = std::move(entry);
}

void state_model::on(const delta::task_completed& x) {
  auto& framework = framework_of(framework_id{x.task->framework_id().value()});
  forget_task(framework, task_id{x.task->task_id().value()});
  keep(framework.completed, make_entry(x.task), config_.max_completed_tasks);
}

void state_model::on(const delta::task_unreachable& x) {
  auto& framework = framework_of(framework_id{x.task->framework_id().value()});
  forget_task(framework, task_id{x.task->task_id().value()});
  keep(framework.unreachable, make_entry(x.task), config_.max_unreachable_tasks);
}

void state_model::on(const delta::executor_added& x) {
  const auto& view = *x.executor;
  auto& framework = framework_of(view.framework);
  on(delta::executor_removed{view.framework, view.agent,
                             executor_id{view.info->executor_id().value()}});
  auto json = std::make_shared<std::string>();
  json_object object(*json);
  append_executor_members(object, *view.info, view.framework.value());
  object.text("slave_id", view.agent.value());
  object.close();
  executor_entry entry{std::move(json), read(view.info->resources())};
  hold(framework, view.agent, entry.held, &framework_entry::used, &agent_entry::used);
  framework.executors[{view.agent, executor_id{view.info->executor_id().value()}}]
    = std::move(entry);
}

void state_model::on(const delta::executor_removed& x) {
  auto& framework = framework_of(x.framework);
  auto found = framework.executors.find({x.agent, x.executor});
  if (found == framework.executors.end())
    return;
  release(framework, x.agent, found->second.held, &framework_entry::used, &agent_entry::used);
  framework.executors.erase(found);
}

void state_model::on(const delta::offer_added& x) {
  const framework_id owner{x.offer->framework_id().value()};
  auto& framework = framework_of(owner);
  offer_entry entry{owner, agent_id{x.offer->agent_id().value()}, read(x.offer->resources())};
  hold(framework, entry.agent, entry.offered, &framework_entry::offered, &agent_entry::offered);
  auto json = std::make_shared<std::string>();
  append_offer(*json, *x.offer);
  const offer_id id{x.offer->id().value()};
  framework.offers[id] = std::move(json);
  offers_[id] = std::move(entry);
}

void state_model::on(const delta::offer_removed& x) {
  auto found = offers_.find(x.offer);
  if (found == offers_.end())
    return;
  auto& framework = framework_of(found->second.framework);
  release(framework, found->second.agent, found->second.offered, &framework_entry::offered,
          &agent_entry::offered);
  framework.offers.erase(x.offer);
  offers_.erase(found);
}

} // namespace troupe::http
