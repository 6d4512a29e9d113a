/// The model's tasks and the sums that follow from them.
#include "http/entity_json.hpp"
#include "http/state_model.hpp"
#include "wire/resource_convert.hpp"
#include "wire/task_state.hpp"

#include <mesos/v1/mesos.pb.h>

#include <algorithm>

namespace troupe::http {

namespace {

agent_id agent_of(const packed_task& task) {
  return agent_id{std::string(task.agent())};
}

} // namespace

state_model::framework_entry& state_model::framework_of(const framework_id& id) {
  auto& framework = frameworks_[id];
  framework.head = nullptr;
  framework.v1 = {};
  recent_.framework(id.value());
  return framework;
}

const mesos::v1::Task& state_model::unpacked(const packed_task& task) {
  if (!unpacked_)
    unpacked_ = std::make_shared<mesos::v1::Task>();
  task.unpack_into(*unpacked_);
  return *unpacked_;
}

void state_model::put_task(framework_entry& framework, const packed_task_ptr& task) {
  const task_id id{std::string(task->task())};
  recent_.task(std::string(task->framework()), id.value());
  auto [found, is_new] = framework.tasks.try_emplace(id);
  auto& entry = found->second;
  const bool holds = !wire::is_removable(task->state());
  const bool counts_the_same =
      !is_new && entry.task->state() == task->state() && entry.task->agent() == task->agent();
  if (is_new)
    forget_unreachable(framework, id);
  else if (!counts_the_same)
    uncount(framework, *entry.task);
  const bool same = !is_new && entry.holds == holds && entry.task->same_launch(*task);
  if (!same)
    release_task(framework, entry);
  entry.task = task;
  if (!counts_the_same)
    count(framework, *task);
  if (!same && holds)
    hold_task(framework, entry);
  show(framework.tasks_shown, entry);
}

void state_model::show(entity_pages& pages, task_entry& entry) {
  const auto& task = unpacked(*entry.task);
  entry.first_status = task.statuses_size() > 0 ? task.statuses(0).timestamp() : -1;
  std::string json;
  append_task(json, task);
  pages.put(entry.shown, shown_as::v0, json);
  for (auto encoding : v1_encodings)
    if (is_wanted(encoding))
      pages.put(entry.shown, encoding, task);
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
    return each.task->task() == id.value();
  });
  if (found == ring.tasks.end())
    return;
  uncount(framework, *found->task);
  ring.shown.remove(found->shown);
  ring.tasks.erase(found);
}

void state_model::keep(framework_entry& framework, task_ring& ring, const packed_task_ptr& task,
                       std::size_t limit) {
  recent_.task(std::string(task->framework()), std::string(task->task()));
  task_entry entry;
  entry.task = task;
  show(ring.shown, entry);
  ring.tasks.push_back(std::move(entry));
  count(framework, *task);
  while (ring.tasks.size() > limit) {
    uncount(framework, *ring.tasks.front().task);
    ring.shown.remove(ring.tasks.front().shown);
    ring.tasks.pop_front();
  }
}

resources state_model::held_by(const packed_task& task) {
  auto value = wire::from_proto(unpacked(task).resources());
  return value ? std::move(*value) : resources{};
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

const framework_id& state_model::owner_of(const packed_task& task) const {
  return frameworks_.find(framework_id{std::string(task.framework())})->first;
}

void state_model::count(framework_entry& framework, const packed_task& task) {
  auto& [agent, there] = *tasks_on_.try_emplace(agent_of(task)).first;
  framework.counts.add(task.state());
  there.counts.add(task.state());
  ++there.frameworks[&owner_of(task)];
  if (++framework.agents[&agent] == 1)
    framework.agents_json = nullptr;
  touch(agent, {brief});
}

void state_model::uncount(framework_entry& framework, const packed_task& task) {
  const auto there = tasks_on_.find(agent_of(task));
  auto& [agent, tasks] = *there;
  touch(agent, {brief});
  framework.counts.remove(task.state());
  auto mine = framework.agents.find(&agent);
  if (--mine->second == 0) {
    framework.agents.erase(mine);
    framework.agents_json = nullptr;
  }
  tasks.counts.remove(task.state());
  auto owner = tasks.frameworks.find(&owner_of(task));
  if (--owner->second == 0)
    tasks.frameworks.erase(owner);
  if (tasks.frameworks.empty())
    tasks_on_.erase(there);
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
