/// What the allocator does about frameworks.
#include "allocator/allocator_core.hpp"

#include <algorithm>

namespace troupe::allocator {

namespace {

std::string unknown(const framework_id& id) {
  return "framework " + id.value() + " is unknown";
}

} // namespace

reaction allocator_core::on(const add_framework& event, time) {
  auto f = books_.frameworks.intern(event.framework);
  auto& framework = books_.frameworks[f];
  if (framework.known)
    return {false, "framework " + event.framework.value() + " was added before"};
  framework.id = event.framework;
  framework.known = true;
  framework.active = event.active;
  reaction result{event.active, {}};
  for (const auto& [agent, used] : event.used)
    if (auto a = books_.agents.find(agent); a != no_index)
      if (auto complaint = hold_used(f, a, used); !complaint.empty())
        result.complaint = complaint;
  apply_options(f, event.options);
  if (event.active)
    attend_all();
  return result;
}

reaction allocator_core::on(const update_framework& event, time) {
  auto f = books_.frameworks.find(event.framework);
  if (f == no_index || !books_.frameworks[f].known)
    return {false, unknown(event.framework)};
  if (books_.frameworks[f].options == event.options)
    return {};
  apply_options(f, event.options);
  if (!books_.frameworks[f].active)
    return {};
  attend_all();
  return {true, {}};
}

reaction allocator_core::on(const remove_framework& event, time) {
  auto f = books_.frameworks.find(event.framework);
  if (f == no_index || !books_.frameworks[f].known)
    return {false, unknown(event.framework)};
  auto result = take_rest(f);
  books_.frameworks[f].known = false;
  for (auto m : std::vector(books_.frameworks[f].members)) {
    clear_filters(m);
    books_.subscribe(m, false, false);
    books_.set_minimum(m, std::nullopt);
  }
  inverse_.forget_framework(f);
  if (books_.frameworks[f].members.empty())
    books_.frameworks.erase(event.framework);
  else
    refresh_members(f);
  return result;
}

reaction allocator_core::on(const activate_framework& event, time) {
  auto f = books_.frameworks.find(event.framework);
  if (f == no_index || !books_.frameworks[f].known)
    return {false, unknown(event.framework)};
  books_.frameworks[f].active = true;
  for (auto m : books_.frameworks[f].members)
    clear_filters(m);
  refresh_members(f);
  attend_all();
  return {true, {}};
}

reaction allocator_core::on(const deactivate_framework& event, time) {
  auto f = books_.frameworks.find(event.framework);
  if (f == no_index || !books_.frameworks[f].known)
    return {false, unknown(event.framework)};
  books_.frameworks[f].active = false;
  for (auto m : books_.frameworks[f].members)
    clear_filters(m);
  inverse_.forget_framework(f);
  refresh_members(f);
  return {};
}

reaction allocator_core::on(const suppress_offers& event, time) {
  auto f = books_.frameworks.find(event.framework);
  if (f == no_index || !books_.frameworks[f].known)
    return {false, unknown(event.framework)};
  reaction result;
  for (auto m : members_in(f, event.roles, result.complaint)) {
    books_.suppress(m, true);
    books_.refresh(m);
  }
  return result;
}

reaction allocator_core::on(const revive_offers& event, time) {
  auto f = books_.frameworks.find(event.framework);
  if (f == no_index || !books_.frameworks[f].known)
    return {false, unknown(event.framework)};
  reaction result;
  for (auto m : members_in(f, event.roles, result.complaint)) {
    clear_filters(m);
    books_.suppress(m, false);
    books_.refresh(m);
    result.wants_cycle = books_.frameworks[f].active;
  }
  std::vector<agent_index> freed;
  inverse_.clear_filters(f, freed);
  attend_all_of(freed);
  if (result.wants_cycle)
    attend_all();
  return result;
}

/// Brings the memberships in line with the options; suppression too, which is part of them.
void allocator_core::apply_options(framework_index f, const framework_options& options) {
  books_.frameworks[f].options = options;
  for (auto m : books_.frameworks[f].members) {
    const auto& role = books_.role(books_.member(m).role).name;
    if (!options.roles.contains(role))
      clear_filters(m);
    books_.subscribe(m, options.roles.contains(role), options.suppressed_roles.contains(role));
    books_.set_minimum(m, std::nullopt);
  }
  for (const auto& role : options.roles) {
    auto m = books_.join(f, role);
    books_.subscribe(m, true, options.suppressed_roles.contains(role));
    if (auto own = options.minimum.find(role); own != options.minimum.end())
      books_.set_minimum(m, minimum_allocatable{own->second});
  }
  refresh_members(f);
}

void allocator_core::refresh_members(framework_index f) {
  for (auto m : std::vector(books_.frameworks[f].members))
    books_.refresh(m);
}

void allocator_core::clear_filters(member_index m) {
  std::vector<agent_index> freed;
  filters_.clear(m, freed);
  attend_all_of(freed);
}

/// The subscribed memberships of these roles, all when `roles` is empty.
std::vector<member_index> allocator_core::members_in(framework_index f,
                                                     const std::set<std::string>& roles,
                                                     std::string& complaint) const {
  std::vector<member_index> result;
  for (auto m : books_.frameworks[f].members)
    if (books_.member(m).subscribed &&
        (roles.empty() || roles.contains(books_.role(books_.member(m).role).name)))
      result.push_back(m);
  for (const auto& role : roles) {
    auto m = books_.find_member(f, role);
    if (m == no_index || !books_.member(m).subscribed)
      complaint = "framework " + books_.frameworks[f].id.value() + " has no role " + role;
  }
  return result;
}

/// Takes back what a framework that is about to be removed should have returned before.
reaction allocator_core::take_rest(framework_index f) {
  const auto& framework = books_.frameworks[f];
  reaction result;
  if (std::all_of(framework.members.begin(), framework.members.end(),
                  [this](member_index m) { return books_.member(m).agents_used == 0; }))
    return result;
  for (agent_index a = 0; a < books_.agents.limit(); ++a) {
    const auto& uses = books_.agents[a].uses;
    for (auto m : framework.members) {
      auto use = std::find_if(uses.begin(), uses.end(),
                              [m](const agent_use& each) { return each.member == m; });
      if (use == uses.end())
        continue;
      auto all = use->all();
      if (!books_.release(m, a, all))
        continue;
      attend(a, attention::next_cycle);
      result = {true, "framework " + framework.id.value() + " still held resources of agent " +
                          books_.details(a).id.value()};
    }
  }
  return result;
}

/// Books what the framework uses of an agent, unless the agent has told it already. Returns the
/// complaint.
std::string allocator_core::hold_used(framework_index f, agent_index a, const resources& used) {
  for (const auto& use : books_.agents[a].uses)
    if (books_.member(use.member).framework == f)
      return {};
  std::string complaint;
  for (const auto& [role, items] : split_by_role(used)) {
    if (role.empty())
      complaint = "resources of agent " + books_.details(a).id.value() + " used by framework " +
                  books_.frameworks[f].id.value() + " have no allocation role";
    else
      books_.hold(books_.join(f, role), a, items);
  }
  return complaint;
}

} // namespace troupe::allocator
