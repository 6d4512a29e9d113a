/// The model's tasks and the sums that follow from them.
#include "http/entity_json.hpp"
#include "http/state_model.hpp"
#include "wire/resource_convert.hpp"
#include "wire/task_state.hpp"

#include <mesos/v1/mesos.pb.h>

#include <algorithm>

namespace troupe::http {

namespace {

resources held_by(const mesos::v1::Task& task) {
  auto value = wire::from_proto(task.resources());
  return value ? std::move(*value) : resources{};
}

/// The usual update tells a state or a health: what the task holds stays.
bool hold_the_same(const mesos::v1::Task& a, const mesos::v1::Task& b) {
  if (a.agent_id().value() != b.agent_id().value() || a.resources_size() != b.resources_size())
    return false;
  std::string left;
  std::string right;
  for (int i = 0; i < a.resources_size(); ++i)
    if (!a.resources(i).SerializePartialToString(&left) ||
        !b.resources(i).SerializePartialToString(&right) || left != right)
      return false;
  return true;
}

std::string render_task(const mesos::v1::Task& task) {
  std::string json;
  append_task(json, task);
  return json;
}

double first_status_of(const mesos::v1::Task& task) {
  return task.statuses_size() > 0 ? task.statuses(0).timestamp() : -1;
}

agent_id agent_of(const mesos::v1::Task& task) {
  return agent_id{task.agent_id().value()};
}

} // namespace

state_model::framework_entry& state_model::framework_of(const framework_id& id) {
  auto& framework = frameworks_[id];
  framework.head = nullptr;
  framework.v1 = {};
  recent_.framework(id.value());
  return framework;
}

void state_model::put_task(framework_entry& framework, const task_ptr& task) {
  const task_id id{task->task_id().value()};
  recent_.task(task->framework_id().value(), id.value());
  auto [found, is_new] = framework.tasks.try_emplace(id);
  auto& entry = found->second;
  const bool holds = !wire::is_removable(task->state());
  const bool counts_the_same = !is_new && entry.task->state() == task->state() &&
                               entry.task->agent_id().value() == task->agent_id().value();
  if (is_new)
    forget_unreachable(framework, id);
  else if (!counts_the_same)
    uncount(framework, *entry.task);
  const bool same = !is_new && entry.holds == holds && hold_the_same(*entry.task, *task);
  if (!same)
    release_task(framework, entry);
  entry.task = task;
  entry.first_status = first_status_of(*task);
  if (!counts_the_same)
    count(framework, *task);
  if (!same && holds)
    hold_task(framework, entry);
  show(framework.tasks_shown, entry);
}

void state_model::show(entity_pages& pages, task_entry& entry) const {
  pages.put(entry.shown, shown_as::v0, render_task(*entry.task));
  for (auto encoding : v1_encodings)
    if (is_wanted(encoding))
      pages.put(entry.shown, encoding, *entry.task);
}

void state_model::forget_task(framework_entry& framework, const task_id& id) {
  auto found = framework.tasks.find(id);
  if (found == framework.tasks.end())
    return;
  release_task(framework, found->second);
  uncount(framework, *found->second.task);
  framework.tasks_shown.remove(found->second.shown);
  framework.tasks.erase(found);
}

void state_model::forget_unreachable(framework_entry& framework, const task_id& id) {
  auto& ring = framework.unreachable;
  auto found = std::find_if(ring.tasks.begin(), ring.tasks.end(), [&](const task_entry& each) {
    return each.task->task_id().value() == id.value();
  });
  if (found == ring.tasks.end())
    return;
  uncount(framework, *found->task);
  ring.shown.remove(found->shown);
  ring.tasks.erase(found);
}

void state_model::keep(framework_entry& framework, task_ring& ring, const task_ptr& task,
                       std::size_t limit) {
  recent_.task(task->framework_id().value(), task->task_id().value());
  task_entry entry;
  entry.task = task;
  entry.first_status = first_status_of(*task);
  show(ring.shown, entry);
  ring.tasks.push_back(std::move(entry));
  count(framework, *task);
  while (ring.tasks.size() > limit) {
    uncount(framework, *ring.tasks.front().task);
    ring.shown.remove(ring.tasks.front().shown);
    ring.tasks.pop_front();
  }
}

void state_model::hold_task(framework_entry& framework, task_entry& entry) {
  entry.holds = true;
  hold(framework, agent_of(*entry.task), held_by(*entry.task), &framework_entry::used,
       &agent_entry::used);
}

void state_model::release_task(framework_entry& framework, task_entry& entry) {
  if (entry.holds)
    release(framework, agent_of(*entry.task), held_by(*entry.task), &framework_entry::used,
            &agent_entry::used);
  entry.holds = false;
}

void state_model::count(framework_entry& framework, const mesos::v1::Task& task) {
  const auto agent = agent_of(task);
  auto& there = tasks_on_[agent];
  framework.counts.add(task.state());
  there.counts.add(task.state());
  ++there.frameworks[framework_id{task.framework_id().value()}];
  if (++framework.agents[agent] == 1)
    framework.agents_json = nullptr;
  touch(agent, {brief});
}

void state_model::uncount(framework_entry& framework, const mesos::v1::Task& task) {
  const auto agent = agent_of(task);
  framework.counts.remove(task.state());
  auto mine = framework.agents.find(agent);
  if (--mine->second == 0) {
    framework.agents.erase(mine);
    framework.agents_json = nullptr;
  }
  auto there = tasks_on_.find(agent);
  there->second.counts.remove(task.state());
  auto owner = there->second.frameworks.find(framework_id{task.framework_id().value()});
  if (--owner->second == 0)
    there->second.frameworks.erase(owner);
  if (there->second.frameworks.empty())
    tasks_on_.erase(there);
  touch(agent, {brief});
}

void state_model::hold(framework_entry& framework, const agent_id& agent, const resources& held,
                       framework_sum in_framework, agent_sum in_agent) {
  if (held.empty())
    return;
  (framework.*in_framework).add(agent, held);
  if (auto found = agents_.find(agent); found != agents_.end()) {
    found->second.*in_agent += held;
    touch(agent);
  }
}

void state_model::release(framework_entry& framework, const agent_id& agent, const resources& held,
                          framework_sum in_framework, agent_sum in_agent) {
  if (held.empty())
    return;
  (framework.*in_framework).subtract(agent, held);
  // An agent that was removed and came back starts with nothing: what was held before is not in it.
  if (auto found = agents_.find(agent);
      found != agents_.end() && (found->second.*in_agent).subtract_if_contained(held))
    touch(agent);
}

} // namespace troupe::http
