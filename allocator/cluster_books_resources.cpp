/// The part of the books that adds and subtracts.
#include "allocator/cluster_books.hpp"

#include "model/resource_text.hpp"

#include <algorithm>

namespace troupe::allocator {

namespace {

bool any_shared(const resources& items) {
  return std::any_of(items.begin(), items.end(), [](const resource& item) { return item.shared; });
}

/// Takes what is there of `item`, and says whether that was all of it.
bool take_what_is_there(resources& from, const resource& item) {
  if (from.subtract_if_contained({item}))
    return true;
  auto found = std::find_if(from.begin(), from.end(),
                            [&](const resource& r) { return r.same_identity(item); });
  if (found == from.end())
    return false;
  auto part = *found;
  if (const auto* numbers = std::get_if<ranges>(&item.value))
    part.value = std::get<ranges>(part.value).intersect(*numbers);
  if (!part.is_empty())
    from -= resources{part};
  return false;
}

} // namespace

void cluster_books::set_total(agent_index a, resources total) {
  auto& agent = agents[a];
  sums_.clear();
  scalar_sums firm;
  for (const auto* side : {&agent.total, &total})
    for (const auto& item : *side) {
      if (!item.is_scalar())
        continue;
      auto change = (side == &total ? 1 : -1) * item.scalar().milli();
      sums_.add(number_of(item.name), change);
      if (!item.revocable)
        firm.add(number_of(item.name), change);
    }
  role_changes.total_changed(sums_.amounts());
  quota_role_changes.total_changed(firm.amounts());
  framework_changes.total_changed(sums_.amounts());
  count_reserved(agent.total, -1);
  count_reserved(total, 1);
  agent.total = std::move(total);
  agent.has_gpus = !agent.total.gpus().is_zero();
  recompute_free(agent);
}

void cluster_books::remove_agent(agent_index a) {
  for (auto& use : std::vector(agents[a].uses))
    if (release(use.member, a, use.held))
      refresh(use.member);
  set_total(a, {});
  agents.erase(agent_id(agents[a].id));
}

void cluster_books::hold(member_index m, agent_index a, const resources& held) {
  if (held.empty())
    return;
  auto& agent = agents[a];
  count(agent, m, held);
  framework_changes.allocated(m, counted_.member.amounts());
  role_changes.allocated(members_[m].role, counted_.role.amounts());
  if (roles_[members_[m].role].guaranteed)
    quota_role_changes.allocated(members_[m].role, counted_.firm.amounts());
  count_use(m, held, 1);
  add_use(agent, m, held);
  recompute_free(agent);
}

bool cluster_books::release(member_index m, agent_index a, resources& returned) {
  auto& agent = agents[a];
  auto* use = find_use(agent, m);
  if (use == nullptr)
    return false;
  // All comes back: the bag that was held is mostly a copy of the agent's, at no cost.
  if (use->held == returned)
    returned = use->held;
  if (!use->held.subtract_if_contained(returned))
    return false;
  if (use->held.empty()) {
    std::swap(*use, agent.uses.back());
    agent.uses.pop_back();
    --members_[m].agents_used;
  }
  count(agent, m, returned);
  framework_changes.unallocated(m, counted_.member.amounts());
  role_changes.unallocated(members_[m].role, counted_.role.amounts());
  if (roles_[members_[m].role].guaranteed)
    quota_role_changes.unallocated(members_[m].role, counted_.firm.amounts());
  count_use(m, returned, -1);
  if (agent.overcommitted) {
    recompute_free(agent);
  } else {
    agent.free += any_shared(returned) ? returned.non_shared() : returned;
    judge_free(agent);
  }
  return true;
}

std::optional<std::string> cluster_books::convert(member_index m, agent_index a,
                                                  const resources& before, const resources& after) {
  auto& agent = agents[a];
  auto* use = find_use(agent, m);
  if (use == nullptr || !use->held.contains(before))
    return "what is converted is not allocated";
  if (!agent.total.contains(before))
    return "what is converted is not part of the agent";
  if (before.scalars() != after.scalars())
    return "a conversion changes the sum of resources";
  count_use(m, before, -1);
  count_use(m, after, 1);
  count_reserved(before, -1);
  count_reserved(after, 1);
  use->held -= before;
  use->held += after;
  agent.total -= before;
  agent.total += after;
  recompute_free(agent);
  return std::nullopt;
}

std::optional<std::string> cluster_books::convert_free(agent_index a, const resources& before,
                                                       const resources& after) {
  auto& agent = agents[a];
  // Shared resources stay free while they are used, but may not vanish then.
  bool in_use = std::any_of(agent.uses.begin(), agent.uses.end(), [&](const agent_use& use) {
    return std::any_of(before.begin(), before.end(), [&](const resource& item) {
      auto one = item;
      one.copies = 1;
      return item.shared && use.held.contains(one);
    });
  });
  if (in_use || !agent.free.contains(before))
    return "not all of " + to_text(before) + " is free: what is free is " +
           (agent.free.empty() ? "nothing" : to_text(agent.free)) +
           (in_use ? ", and a shared part of it is in use" : "");
  if (before.scalars() != after.scalars())
    return "a conversion changes the sum of resources";
  count_reserved(before, -1);
  count_reserved(after, 1);
  agent.total -= before;
  agent.total += after;
  recompute_free(agent);
  return std::nullopt;
}

const cluster_books::counted& cluster_books::hold_in_cycle(member_index m, agent_index a,
                                                           resources offered) {
  auto& agent = agents[a];
  count(agent, m, offered);
  agent.free -= any_shared(offered) ? offered.non_shared() : offered;
  add_use(agent, m, std::move(offered));
  judge_free(agent, by::cycle);
  return counted_;
}

void cluster_books::hold_all_in_cycle(member_index m, agent_index a) {
  auto& agent = agents[a];
  add_use(agent, m, std::exchange(agent.free, {}));
  agent.enough = agent.meets_minimum = false;
  agent.loose.clear();
}

void cluster_books::add_use(agent_book& agent, member_index m, resources held) {
  if (auto* use = find_use(agent, m)) {
    use->held += std::move(held);
    return;
  }
  agent.uses.push_back({m, std::move(held)});
  ++members_[m].agents_used;
}

agent_use* cluster_books::find_use(agent_book& agent, member_index m) {
  auto found = std::find_if(agent.uses.begin(), agent.uses.end(),
                            [m](const agent_use& use) { return use.member == m; });
  return found == agent.uses.end() ? nullptr : &*found;
}

void cluster_books::foresee(const std::vector<std::pair<std::uint64_t, agent_index>>& order,
                            std::size_t now) {
  constexpr std::size_t book_ahead = 12;
  constexpr std::size_t content_ahead = 6;
  if (now + book_ahead < order.size()) {
    const auto* book = reinterpret_cast<const char*>(&agents[order[now + book_ahead].second]);
    for (std::size_t line = 0; line < sizeof(agent_book); line += 64)
      __builtin_prefetch(book + line);
  }
  if (now + content_ahead < order.size()) {
    const auto& book = agents[order[now + content_ahead].second];
    __builtin_prefetch(book.loose.data());
    __builtin_prefetch(book.uses.data(), 1);
    __builtin_prefetch(book.id.value().data());
    book.free.foresee_copy();
  }
}

/// A shared resource counts once for each member and once for each role: here only when, besides
/// `items`, the member (or nobody of the role) holds it.
void cluster_books::count(const agent_book& agent, member_index m, const resources& items) {
  counted_.member.clear();
  counted_.role.clear();
  counted_.firm.clear();
  for (const auto& item : items) {
    if (!item.is_scalar())
      continue;
    auto number = number_of(item.name);
    auto milli = item.scalar().milli();
    bool held_by_member = false;
    bool held_in_role = false;
    if (item.shared) {
      auto one = item;
      one.copies = 1;
      for (const auto& use : agent.uses) {
        if (members_[use.member].role != members_[m].role || !use.held.contains(one))
          continue;
        held_in_role = true;
        held_by_member = held_by_member || use.member == m;
      }
    }
    if (!held_by_member)
      counted_.member.add(number, milli);
    if (held_in_role)
      continue;
    counted_.role.add(number, milli);
    if (!item.revocable)
      counted_.firm.add(number, milli);
  }
}

std::uint32_t cluster_books::number_of(const std::string& name) {
  auto known = names_.size();
  auto number = names_.number(name);
  if (number == known) {
    role_changes.name_resource(number, name);
    quota_role_changes.name_resource(number, name);
    framework_changes.name_resource(number, name);
  }
  return number;
}

void cluster_books::recompute_free(agent_book& agent) {
  agent.free = agent.total;
  agent.overcommitted = false;
  for (const auto& use : agent.uses)
    for (const auto& item : use.held)
      if (!item.shared && !take_what_is_there(agent.free, item))
        agent.overcommitted = true;
  judge_free(agent);
}

void cluster_books::judge_free(agent_book& agent, by whom) {
  agent.meets_minimum = minimum_.met_by(agent.free);
  agent.enough = agent.meets_minimum || (own_minimums_ > 0 && !agent.free.empty());
  agent.has_shared = any_shared(agent.free);
  agent.plain = !agent.has_shared &&
                std::none_of(agent.free.begin(), agent.free.end(), [](const resource& item) {
                  return item.is_reserved() || item.revocable;
                });
  bool counts = quota.any() && whom == by::event;
  if (counts)
    quota.change_available(agent.loose, -1);
  agent.loose = loose_part(agent.free);
  if (counts) {
    quota.change_available(agent.loose, 1);
    quota_moved = true;
  }
}

} // namespace troupe::allocator
