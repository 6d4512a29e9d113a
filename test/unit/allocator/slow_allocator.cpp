#include "slow_allocator.hpp"

#include <algorithm>

namespace troupe::allocator {

namespace {

void count_into(std::map<std::string, std::int64_t>& sums, const resources& items) {
  for (const auto& [name, amount] : items.scalars())
    sums[name] += amount.milli();
}

/// One copy of each shared resource.
resources distinct_shared(const resources& items) {
  resources result;
  for (auto item : items.shared()) {
    item.copies = 1;
    result.add(item);
  }
  return result;
}

} // namespace

void slow_allocator::on(const add_framework& e) {
  frameworks[e.framework] = {e.options, e.active};
  for (const auto& [id, used] : e.used)
    if (agents.contains(id))
      hold_used(agents[id], e.framework, used);
}

void slow_allocator::on(const update_framework& e) {
  frameworks[e.framework].options = e.options;
  std::erase_if(filters, [&](const filter_facts& f) {
    return f.framework == e.framework && !e.options.roles.contains(f.role);
  });
  forget_gone_members();
}

void slow_allocator::on(const remove_framework& e) {
  frameworks.erase(e.framework);
  std::erase_if(filters, [&](const filter_facts& f) { return f.framework == e.framework; });
  std::erase_if(inverse, [&](const inverse_facts& f) { return f.framework == e.framework; });
  for (auto& [id, agent] : agents)
    std::erase_if(agent.held, [&](const auto& held) { return held.first.first == e.framework; });
  forget_gone_members();
}

void slow_allocator::on(const activate_framework& e) {
  frameworks[e.framework].active = true;
  std::erase_if(filters, [&](const filter_facts& f) { return f.framework == e.framework; });
}

void slow_allocator::on(const deactivate_framework& e) {
  frameworks[e.framework].active = false;
  std::erase_if(filters, [&](const filter_facts& f) { return f.framework == e.framework; });
  std::erase_if(inverse, [&](const inverse_facts& f) { return f.framework == e.framework; });
}

void slow_allocator::on(const add_agent& e) {
  auto& agent = agents[e.agent] = {e.options, e.total, true, false, {}};
  for (const auto& [framework, used] : e.used)
    hold_used(agent, framework, used);
}

void slow_allocator::on(const update_agent& e) {
  agents[e.agent].options = e.options;
  agents[e.agent].total = e.total;
}

void slow_allocator::on(const remove_agent& e) {
  agents.erase(e.agent);
  std::erase_if(filters, [&](const filter_facts& f) { return f.agent == e.agent; });
  std::erase_if(inverse, [&](const inverse_facts& f) { return f.agent == e.agent; });
  forget_gone_members();
}

void slow_allocator::on(const recover_resources& e, time now) {
  auto role = *e.returned.begin()->allocation_role;
  if (!agents.contains(e.agent))
    return;
  auto held = agents[e.agent].held.find({e.framework, role});
  if (held == agents[e.agent].held.end())
    return;
  held->second -= e.returned.unallocated();
  if (held->second.empty())
    agents[e.agent].held.erase(held);
  auto framework = frameworks.find(e.framework);
  if (e.filter && *e.filter > std::chrono::nanoseconds{0} && framework != frameworks.end() &&
      framework->second.active && framework->second.options.roles.contains(role))
    filters.push_back({e.framework, role, e.agent, e.returned.unallocated(),
                       now + std::max(*e.filter, policy.allocation_interval)});
  forget_gone_members();
}

void slow_allocator::on(const convert_allocation& e) {
  auto& agent = agents[e.agent];
  auto& held = agent.held[{e.framework, *e.before.begin()->allocation_role}];
  for (auto* bag : {&held, &agent.total}) {
    *bag -= e.before.unallocated();
    *bag += e.after.unallocated();
  }
}

void slow_allocator::on(const suppress_offers& e) {
  auto& options = frameworks[e.framework].options;
  for (const auto& role : e.roles.empty() ? options.roles : e.roles)
    options.suppressed_roles.insert(role);
}

void slow_allocator::on(const revive_offers& e) {
  auto& options = frameworks[e.framework].options;
  auto roles = e.roles.empty() ? options.roles : e.roles;
  for (const auto& role : roles)
    options.suppressed_roles.erase(role);
  std::erase_if(filters, [&](const filter_facts& f) {
    return f.framework == e.framework && roles.contains(f.role);
  });
  std::erase_if(inverse,
                [&](const inverse_facts& f) { return f.framework == e.framework && f.until; });
}

void slow_allocator::on(const plan_absence& e) {
  agents[e.agent].away = e.away;
  std::erase_if(inverse, [&](const inverse_facts& f) { return f.agent == e.agent; });
}

void slow_allocator::on(const end_inverse_offer& e, time now) {
  auto asked = std::find_if(inverse.begin(), inverse.end(), [&](const inverse_facts& f) {
    return f.framework == e.framework && f.agent == e.agent && !f.until;
  });
  if (asked == inverse.end())
    return;
  if (e.filter && *e.filter > std::chrono::nanoseconds{0})
    asked->until = now + *e.filter;
  else
    inverse.erase(asked);
}

void slow_allocator::on(const set_quota& e) {
  auto before = guaranteed_roles();
  quotas[e.role] = {e.guarantees, e.limits};
  if (e.guarantees.empty() && e.limits.empty())
    quotas.erase(e.role);
  // Who gets a guarantee brings what it holds along, as one allocation an agent.
  auto now = guaranteed_roles();
  for (const auto& role : now)
    if (!before.contains(role))
      quota_count_[role] = static_cast<std::uint64_t>(
          std::count_if(agents.begin(), agents.end(), [&](const auto& agent) {
            return std::any_of(agent.second.held.begin(), agent.second.held.end(),
                               [&](const auto& held) { return held.first.second == role; });
          }));
  std::erase_if(quota_count_, [&](const auto& entry) { return !now.contains(entry.first); });
}

bool slow_allocator::on(const convert_available& e) {
  auto agent = agents.find(e.agent);
  if (agent == agents.end() || !free_of(agent->second).contains(e.before))
    return false;
  for (const auto& [who, items] : agent->second.held)
    for (const auto& item : e.before)
      if (item.shared && items.contains(item))
        return false;
  agent->second.total -= e.before;
  agent->second.total += e.after;
  return true;
}

std::vector<allocation> slow_allocator::cycle(std::uint64_t number, time now) {
  std::erase_if(filters, [&](const filter_facts& f) { return f.until <= now; });
  std::map<std::uint64_t, agent_id> order;
  for (const auto& [id, agent] : agents)
    if (agent.activated &&
        (!policy.whitelist || policy.whitelist->contains(agent.options.hostname)))
      order[visiting_order(policy.seed, number, mix_text(id.value()))] = id;
  offers_.clear();
  shared_given_.clear();
  if (!quotas.empty())
    for (const auto& [key, id] : order)
      for (const auto& role : quota_order())
        for (const auto& name : framework_order(role)) {
          member who{framework_id(name), role};
          offer(who, id, guaranteed_part(who, id, key));
        }
  for (const auto& [key, id] : order) {
    if (free_of(agents[id]).empty())
      continue;
    for (const auto& role : role_order())
      for (const auto& name : framework_order(role)) {
        member who{framework_id(name), role};
        auto items = for_member(who, id, free_of(agents[id]));
        offer(who, id, quotas.empty() ? items : within_quotas(role, items, key));
      }
  }
  return offers_;
}

std::set<inverse_allocation> slow_allocator::inverse_offers(time now) {
  std::erase_if(inverse, [&](const inverse_facts& f) { return f.until && *f.until <= now; });
  std::set<inverse_allocation> result;
  for (const auto& [id, agent] : agents)
    for (const auto& [who, items] : agent.held) {
      auto framework = frameworks.find(who.first);
      if (!agent.away || !agent.activated || framework == frameworks.end() ||
          !framework->second.active ||
          std::any_of(inverse.begin(), inverse.end(), [&, &agent = id](const inverse_facts& f) {
            return f.framework == who.first && f.agent == agent;
          }))
        continue;
      inverse.push_back({who.first, id, std::nullopt});
      result.insert({who.first, id});
    }
  return result;
}

/// What the framework can use of it.
resources slow_allocator::for_member(const member& who, const agent_id& id,
                                     const resources& items) const {
  const auto& options = frameworks.at(who.first).options;
  if (!may_have(options, who.second, agents.at(id)))
    return {};
  auto given = shared_given_.find(id);
  return items.allocatable_to(who.second).filter([&](const resource& item) {
    return !(item.revocable && !options.revocable_resources) &&
           !(item.reservations.size() > 1 && !options.reservation_refinement) &&
           !(item.shared && (!options.shared_resources ||
                             (given != shared_given_.end() && given->second.contains(item))));
  });
}

void slow_allocator::offer(const member& who, const agent_id& id, const resources& items) {
  const auto& options = frameworks[who.first].options;
  auto own = options.minimum.find(who.second);
  const auto& sets = own == options.minimum.end() ? policy.minimum.sets : own->second;
  auto amounts = items.all_quantities();
  bool enough = sets.empty() || std::any_of(sets.begin(), sets.end(),
                                            [&](const auto& set) { return amounts.contains(set); });
  if (items.empty() || !enough || refused(who, id, items))
    return;
  shared_given_[id] += items.shared();
  hold(agents[id], who, items);
  offers_.push_back({who.first, who.second, id, items});
}

resources slow_allocator::free_of(const agent_facts& agent) const {
  auto free = agent.total;
  for (const auto& [who, items] : agent.held)
    free -= items.non_shared();
  return free;
}

void slow_allocator::hold(agent_facts& agent, const member& who, const resources& items) {
  agent.held[who] += items;
  ++member_count_[who];
  ++role_count_[who.second];
  if (is_guaranteed(who.second))
    ++quota_count_[who.second];
}

void slow_allocator::hold_used(agent_facts& agent, const framework_id& framework,
                               const resources& used) {
  for (const auto& [who, items] : agent.held)
    if (who.first == framework)
      return;
  for (const auto& [role, items] : used.allocations())
    hold(agent, {framework, role}, items.unallocated());
}

std::set<slow_allocator::member> slow_allocator::members() const {
  std::set<member> result;
  for (const auto& [id, framework] : frameworks)
    for (const auto& role : framework.options.roles)
      result.insert({id, role});
  for (const auto& [id, agent] : agents)
    for (const auto& [who, items] : agent.held)
      result.insert(who);
  return result;
}

/// Allocations are counted from the day on which a member or a role came.
void slow_allocator::forget_gone_members() {
  auto known = members();
  std::set<std::string> roles;
  for (const auto& [framework, role] : known)
    roles.insert(role);
  std::erase_if(member_count_, [&](const auto& entry) { return !known.contains(entry.first); });
  for (auto* counts : {&role_count_, &quota_count_})
    std::erase_if(*counts, [&](const auto& entry) { return !roles.contains(entry.first); });
}

bool slow_allocator::is_active(const member& who) const {
  auto framework = frameworks.find(who.first);
  return framework != frameworks.end() && framework->second.active &&
         framework->second.options.roles.contains(who.second) &&
         !framework->second.options.suppressed_roles.contains(who.second);
}

std::map<std::string, std::int64_t> slow_allocator::total(bool revocable_too) const {
  std::map<std::string, std::int64_t> sums;
  for (const auto& [id, agent] : agents)
    count_into(sums, revocable_too ? agent.total : agent.total.non_revocable());
  return sums;
}

std::vector<std::string> slow_allocator::role_order() const {
  std::set<std::string> roles;
  for (const auto& [framework, role] : members())
    roles.insert(role);
  return order_of(roles, role_count_, true);
}

std::vector<std::string> slow_allocator::quota_order() const {
  return order_of(guaranteed_roles(), quota_count_, false);
}

std::vector<std::string>
slow_allocator::order_of(const std::set<std::string>& roles,
                         const std::map<std::string, std::uint64_t>& counts,
                         bool revocable_too) const {
  slow_drf drf;
  drf.total = total(revocable_too);
  drf.weights = weights;
  for (const auto& who : members()) {
    if (!roles.contains(who.second))
      continue;
    auto [client, is_new] = drf.clients.try_emplace(who.second);
    client->second.active = (!is_new && client->second.active) || is_active(who);
    auto count = counts.find(who.second);
    client->second.allocations = count == counts.end() ? 0 : count->second;
  }
  for (const auto& [id, agent] : agents) {
    std::map<std::string, resources> shared; // once for a role, whoever uses it
    for (const auto& [who, all] : agent.held) {
      if (!roles.contains(who.second))
        continue;
      auto items = revocable_too ? all : all.non_revocable();
      count_into(drf.clients[who.second].held, items.non_shared());
      for (const auto& item : distinct_shared(items))
        if (!shared[who.second].contains(item))
          shared[who.second].add(item);
    }
    for (const auto& [role, items] : shared)
      count_into(drf.clients[role].held, items);
  }
  return drf.order(true);
}

std::vector<std::string> slow_allocator::framework_order(const std::string& role) const {
  slow_drf drf;
  drf.total = total();
  for (const auto& who : members()) {
    if (who.second != role)
      continue;
    auto& client = drf.clients[who.first.value()];
    client.active = is_active(who);
    auto count = member_count_.find(who);
    client.allocations = count == member_count_.end() ? 0 : count->second;
    for (const auto& [id, agent] : agents)
      if (auto held = agent.held.find(who); held != agent.held.end())
        count_into(client.held, held->second);
  }
  return drf.order(false);
}

bool slow_allocator::may_have(const framework_options& framework, const std::string& role,
                              const agent_facts& agent) const {
  if (role.find('/') != std::string::npos && !agent.options.hierarchical_role)
    return false;
  if (framework.multi_role && !agent.options.multi_role)
    return false;
  if (policy.filter_gpu_resources && !agent.total.gpus().is_zero() && !framework.gpu_resources)
    return false;
  return framework.region_aware || !policy.region || !agent.options.region ||
         *policy.region == *agent.options.region;
}

bool slow_allocator::refused(const member& who, const agent_id& agent,
                             const resources& items) const {
  return std::any_of(filters.begin(), filters.end(), [&](const filter_facts& f) {
    return f.framework == who.first && f.role == who.second && f.agent == agent &&
           f.refused.contains(items);
  });
}

} // namespace troupe::allocator
