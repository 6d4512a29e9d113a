/// What the allocator does about agents and their resources.
#include "allocator/allocator_core.hpp"

#include "allocator/random_source.hpp"

#include <algorithm>

namespace troupe::allocator {

namespace {

std::string unknown(const agent_id& id) {
  return "agent " + id.value() + " is unknown";
}

} // namespace

reaction allocator_core::on(const add_agent& event, time) {
  auto a = books_.intern_agent(event.agent);
  if (books_.agents[a].known)
    return {false, "agent " + event.agent.value() + " was added before"};
  auto& agent = books_.agents[a];
  books_.details(a).id = event.agent;
  agent.known = true;
  agent.visiting_key = mix_text(event.agent.value());
  apply_agent(a, event.options, event.total);
  reaction result{true, {}};
  for (const auto& [framework, used] : event.used) {
    auto f = books_.frameworks.intern(framework);
    books_.frameworks[f].id = framework;
    if (auto complaint = hold_used(f, a, used); !complaint.empty())
      result.complaint = complaint;
    if (!books_.frameworks[f].known && books_.frameworks[f].members.empty())
      books_.frameworks.erase(framework);
  }
  attend(a, attention::next_cycle);
  return result;
}

reaction allocator_core::on(const update_agent& event, time) {
  auto a = books_.agents.find(event.agent);
  if (a == no_index)
    return {false, unknown(event.agent)};
  const auto& details = books_.details(a);
  if (details.options == event.options && details.total == event.total)
    return {};
  apply_agent(a, event.options, event.total);
  attend(a, attention::next_cycle);
  return {true, {}};
}

reaction allocator_core::on(const remove_agent& event, time) {
  auto a = books_.agents.find(event.agent);
  if (a == no_index)
    return {false, unknown(event.agent)};
  filters_.forget_agent(a);
  inverse_.forget_agent(a);
  books_.remove_agent(a);
  return {};
}

reaction allocator_core::on(const activate_agent& event, time) {
  auto a = books_.agents.find(event.agent);
  if (a == no_index)
    return {false, unknown(event.agent)};
  books_.agents[a].activated = true;
  attend(a, attention::next_cycle);
  return {true, {}};
}

reaction allocator_core::on(const deactivate_agent& event, time) {
  auto a = books_.agents.find(event.agent);
  if (a == no_index)
    return {false, unknown(event.agent)};
  books_.agents[a].activated = false;
  return {};
}

reaction allocator_core::on(const recover_resources& event, time now) {
  // The agent or the framework may have gone in the meantime, and its allocations with it.
  auto a = books_.agents.find(event.agent);
  auto f = books_.frameworks.find(event.framework);
  if (a == no_index || f == no_index || event.returned.empty())
    return {};
  reaction result;
  auto came_back = [&](member_index m, resources items) {
    refuse(event, m, a, std::move(items), now);
    books_.refresh(m);
    // Who refuses without a filter is asked again, but not at once: that would go round for ever.
    bool asked_again = event.filter && event.filter->count() <= 0;
    attend(a, asked_again ? attention::next_batch : attention::next_cycle);
    result.wants_cycle = result.wants_cycle || !asked_again;
  };
  auto first = books_.find_member(f, event.returned.begin()->allocation_role.value_or(""));
  if (auto offered =
          first == no_index ? resources{} : books_.release_offer(first, a, event.returned);
      !offered.empty()) {
    came_back(first, std::move(offered));
    return result;
  }
  for (auto& [role, items] : split_by_role(event.returned)) {
    auto m = books_.find_member(f, role);
    if (m == no_index || !books_.release(m, a, items))
      result.complaint = "framework " + event.framework.value() + " gives back in role '" + role +
                         "' what it does not hold of agent " + event.agent.value();
    else
      came_back(m, std::move(items));
  }
  return result;
}

reaction allocator_core::on(const recover_together& event, time now) {
  reaction result;
  for (const auto& part : event.parts) {
    auto one = on(part, now);
    result.wants_cycle = result.wants_cycle || one.wants_cycle;
    if (!one.complaint.empty())
      result.complaint += (result.complaint.empty() ? "" : "; ") + one.complaint;
  }
  return result;
}

/// Remembers for how long the member does not want to hear of these resources.
void allocator_core::refuse(const recover_resources& event, member_index m, agent_index a,
                            resources returned, time now) {
  const auto& member = books_.member(m);
  if (!event.filter || event.filter->count() <= 0 || !member.subscribed ||
      !books_.frameworks[member.framework].active)
    return;
  auto lasting = std::max(*event.filter, policy_.allocation_interval);
  filters_.add(m, a, std::move(returned), end_of(now, lasting));
}

/// An endless filter must not wrap around.
allocator_core::time allocator_core::end_of(time now, std::chrono::nanoseconds lasting) {
  return lasting > time::max() - now ? time::max() : now + lasting;
}

reaction allocator_core::on(const convert_allocation& event, time) {
  auto a = books_.agents.find(event.agent);
  auto f = books_.frameworks.find(event.framework);
  if (a == no_index || f == no_index)
    return {false, a == no_index ? unknown(event.agent)
                                 : "framework " + event.framework.value() + " is unknown"};
  auto before = split_by_role(event.before);
  auto after = split_by_role(event.after);
  if (before.size() != 1 || after.size() != 1 || before[0].role != after[0].role)
    return {false, "a conversion on agent " + event.agent.value() + " is not within one role"};
  auto m = books_.find_member(f, before[0].role);
  if (m == no_index)
    return {false,
            "framework " + event.framework.value() + " has nothing in role " + before[0].role};
  auto why = books_.convert(m, a, before[0].items, after[0].items);
  if (why)
    return {false, "agent " + event.agent.value() + ": " + *why};
  if (books_.agents[a].has_shared)
    attend(a, attention::next_batch);
  return {};
}

reaction allocator_core::on(const convert_available& event, time) {
  auto a = books_.agents.find(event.agent);
  if (a == no_index)
    return {false, unknown(event.agent)};
  if (auto why = books_.convert_free(a, event.before, event.after))
    return {false, "agent " + event.agent.value() + ": " + *why};
  attend(a, attention::next_cycle);
  return {true, {}};
}

void allocator_core::apply_agent(agent_index a, const agent_traits& options,
                                 const resources& total) {
  auto& agent = books_.agents[a];
  books_.details(a).options = options;
  agent.whitelisted = is_whitelisted(options.hostname);
  agent.multi_role = options.multi_role;
  agent.hierarchical_role = options.hierarchical_role;
  agent.remote = policy_.region && options.region && *policy_.region != *options.region;
  books_.set_total(a, total);
}

} // namespace troupe::allocator
