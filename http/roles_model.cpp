#include "http/roles_model.hpp"

#include "http/entity_json.hpp"
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

agent_id agent_of(const packed_task& task) {
  return agent_id{std::string(task.agent())};
}

framework_id owner_of(const packed_task& task) {
  return framework_id{std::string(task.framework())};
}

std::set<std::string> roles_of(const mesos::v1::FrameworkInfo& info) {
  if (has_capability(info, mesos::v1::FrameworkInfo::Capability::MULTI_ROLE))
    return {info.roles().begin(), info.roles().end()};
  return {info.role()};
}

} // namespace

/// What each kind of change means here.
struct roles_model::listener {
  roles_model& model;

  void operator()(const delta::framework_changed& x) const { model.put_framework(*x.framework); }
  void operator()(const delta::framework_completed& x) const {
    model.drop_framework(x.framework->id);
  }
  void operator()(const delta::task_changed& x) const { model.put_task(x.task); }
  void operator()(const delta::task_completed& x) const { model.drop_task(*x.task); }
  void operator()(const delta::task_unreachable& x) const { model.drop_task(*x.task); }
  void operator()(const delta::executor_added& x) const { model.put_executor(*x.executor); }
  void operator()(const delta::executor_removed& x) const {
    model.drop_executor(x.framework, x.agent, x.executor);
  }
  void operator()(const delta::offer_added& x) const { model.put_offer(*x.offer); }
  void operator()(const delta::offer_removed& x) const { model.drop_offer(x.offer); }
  void operator()(const delta::agent_changed& x) const {
    auto& reserved = model.reserved_[x.agent->id];
    reserved.clear();
    for (const auto& [role, share] : x.agent->total.reservations())
      reserved[role] = share.scalars();
  }
  void operator()(const delta::agent_removed& x) const { model.reserved_.erase(x.agent); }
  void operator()(const delta::quota_changed& x) const {
    if (x.quota)
      model.quotas_[x.role] = x.quota;
    else
      model.quotas_.erase(x.role);
  }
  void operator()(const delta::weight_changed& x) const { model.weights_[x.role] = x.weight; }
  template <class Other>
  void operator()(const Other&) const {} // of no matter to roles
};

void roles_model::apply(const state_change& change) {
  std::visit(listener{*this}, change);
}

void roles_model::put_framework(const framework_view& view) {
  frameworks_[view.id].roles = roles_of(*view.info);
}

void roles_model::drop_framework(const framework_id& id) {
  auto found = frameworks_.find(id);
  if (found == frameworks_.end())
    return;
  while (!found->second.tasks.empty())
    drop_task(*packed_task_ptr(found->second.tasks.begin()->second));
  while (!found->second.executors.empty()) {
    const auto key = found->second.executors.begin()->first;
    drop_executor(id, key.first, key.second);
  }
  frameworks_.erase(found);
}

void roles_model::put_task(const packed_task_ptr& task) {
  const auto owner = owner_of(*task);
  auto& tasks = frameworks_[owner].tasks;
  const task_id id{std::string(task->task())};
  auto known = tasks.find(id);
  if (known != tasks.end() && !wire::is_terminal(task->state()) &&
      known->second->same_launch(*task)) {
    known->second = task;
    return;
  }
  drop_task(*task);
  if (wire::is_terminal(task->state()))
    return;
  tasks[id] = task;
  hold({owner, agent_of(*task)}, read(task->unpack().resources()), &role_entry::allocated);
}

void roles_model::drop_task(const packed_task& task) {
  const auto owner = owner_of(task);
  auto framework = frameworks_.find(owner);
  if (framework == frameworks_.end())
    return;
  auto node = framework->second.tasks.extract(task_id{std::string(task.task())});
  if (node)
    release({owner, agent_of(*node.mapped())}, read(node.mapped()->unpack().resources()),
            &role_entry::allocated);
}

void roles_model::put_executor(const executor_view& view) {
  const executor_id id{view.info->executor_id().value()};
  drop_executor(view.framework, view.agent, id);
  auto held = read(view.info->resources());
  hold({view.framework, view.agent}, held, &role_entry::allocated);
  frameworks_[view.framework].executors[{view.agent, id}] = std::move(held);
}

void roles_model::drop_executor(const framework_id& framework, const agent_id& agent,
                                const executor_id& id) {
  auto found = frameworks_.find(framework);
  if (found == frameworks_.end())
    return;
  if (auto node = found->second.executors.extract({agent, id}))
    release({framework, agent}, node.mapped(), &role_entry::allocated);
}

void roles_model::put_offer(const mesos::v1::Offer& offer) {
  offer_entry entry{
      {framework_id{offer.framework_id().value()}, agent_id{offer.agent_id().value()}},
      read(offer.resources())};
  hold(entry.where, entry.offered, &role_entry::offered);
  offers_[offer_id{offer.id().value()}] = std::move(entry);
}

void roles_model::drop_offer(const offer_id& id) {
  if (auto node = offers_.extract(id))
    release(node.mapped().where, node.mapped().offered, &role_entry::offered);
}

void roles_model::hold(const place& where, const resources& held, kind which) {
  for (const auto& item : held)
    if (item.allocation_role)
      (roles_[*item.allocation_role].*which)[where.framework].add(where.agent, item);
}

void roles_model::release(const place& where, const resources& held, kind which) {
  std::set<std::string> roles;
  for (const auto& item : held) {
    if (!item.allocation_role)
      continue;
    auto& all = roles_[*item.allocation_role].*which;
    roles.insert(*item.allocation_role);
    auto found = all.find(where.framework);
    if (found == all.end())
      continue;
    found->second.subtract(where.agent, item);
    if (found->second.empty())
      all.erase(found);
  }
  for (const auto& role : roles)
    drop_if_unused(role);
}

void roles_model::drop_if_unused(const std::string& role) {
  auto found = roles_.find(role);
  if (found->second.allocated.empty() && found->second.offered.empty())
    roles_.erase(found);
}

role_row roles_model::row(const std::string& name) const {
  role_row row;
  row.name = name;
  if (auto found = weights_.find(name); found != weights_.end())
    row.weight = found->second;
  if (auto found = quotas_.find(name); found != quotas_.end())
    row.quota = found->second;
  for (const auto& [agent, by_role] : reserved_)
    if (auto found = by_role.find(name); found != by_role.end())
      row.reserved += found->second;
  for (const auto& [id, framework] : frameworks_)
    if (framework.roles.contains(name))
      row.frameworks.insert(id);
  row.consumed = row.reserved;
  auto found = roles_.find(name);
  if (found == roles_.end())
    return row;
  for (const auto& [framework, sum] : found->second.allocated) {
    const auto held = sum.total();
    row.frameworks.insert(framework);
    row.allocated += held;
    row.consumed += held.unreserved().non_revocable().scalars();
  }
  for (const auto& [framework, sum] : found->second.offered)
    row.offered += sum.total();
  return row;
}

std::vector<role_row> roles_model::rows(const std::optional<std::set<std::string>>& only) const {
  std::set<std::string> names;
  if (only) {
    names = *only;
  } else {
    for (const auto& [role, entry] : roles_)
      names.insert(role);
    for (const auto& [id, framework] : frameworks_)
      names.insert(framework.roles.begin(), framework.roles.end());
    for (const auto& [role, quota] : quotas_)
      names.insert(role);
    for (const auto& [role, weight] : weights_)
      names.insert(role);
  }
  std::vector<role_row> result;
  for (const auto& name : names)
    result.push_back(row(name));
  return result;
}

} // namespace troupe::http
