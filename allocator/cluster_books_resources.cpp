/// The part of the books that adds and subtracts.
#include "allocator/cluster_books.hpp"

#include "allocator/prefetch.hpp"
#include "model/contract.hpp"

#include <algorithm>

namespace troupe::allocator {

namespace {

bool any_shared(const resources& items) {
  return std::any_of(items.begin(), items.end(), [](const resource& item) { return item.shared; });
}

/// Whether `returned` are the same items in the same order, allocated to the role. It need not find
/// out about every bag that equals.
bool is_offer(const resources& offered, const resources& returned, const std::string& role) {
  return std::equal(offered.begin(), offered.end(), returned.begin(), returned.end(),
                    [&](const resource& x, const resource& y) {
                      return y.allocation_role == role && x.name == y.name && x.value == y.value &&
                             x.copies == y.copies && x.revocable == y.revocable &&
                             x.shared == y.shared && x.reservations == y.reservations &&
                             x.disk == y.disk && x.provider_id == y.provider_id;
                    });
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
  auto& known = details_[a].total;
  sums_.clear();
  scalar_sums firm;
  for (const auto* side : {&known, &total})
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
  count_reserved(known, -1);
  count_reserved(total, 1);
  known = std::move(total);
  agents[a].has_gpus = !known.gpus().is_zero();
  recompute_free(a);
}

void cluster_books::remove_agent(agent_index a) {
  while (!agents[a].uses.empty()) {
    auto m = agents[a].uses.back().member;
    auto all = agents[a].uses.back().all();
    expects(release(m, a, all), "what an agent's user holds is not all there");
    refresh(m);
  }
  set_total(a, {});
  agents.erase(std::exchange(details_[a], {}).id);
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
  use_of(agent, m).held += held;
  recompute_free(a);
}

bool cluster_books::release(member_index m, agent_index a, const resources& returned) {
  auto* use = find_use(agents[a], m);
  if (use == nullptr)
    return false;
  use->merge();
  if (!use->held.subtract_if_contained(returned))
    return false;
  book_release(use, a, returned);
  return true;
}

resources cluster_books::release_offer(member_index m, agent_index a, const resources& returned) {
  auto* use = find_use(agents[a], m);
  if (use == nullptr || !is_offer(use->offered, returned, roles_[members_[m].role].name))
    return {};
  auto offered = std::exchange(use->offered, {});
  book_release(use, a, offered);
  return offered;
}

/// The part of a release that follows once the use is less by it.
void cluster_books::book_release(agent_use* use, agent_index a, const resources& returned) {
  auto& agent = agents[a];
  const auto m = use->member;
  if (use->held.empty() && use->offered.empty()) {
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
    recompute_free(a);
  } else {
    agent.free += any_shared(returned) ? returned.non_shared() : returned;
    judge_free(agent);
  }
}

const cluster_books::counted& cluster_books::hold_in_cycle(member_index m, agent_index a,
                                                           resources offered) {
  auto& agent = agents[a];
  count(agent, m, offered);
  agent.free -= any_shared(offered) ? offered.non_shared() : offered;
  auto& use = use_of(agent, m);
  use.merge();
  use.offered = std::move(offered);
  judge_free(agent, by::cycle);
  return counted_;
}

void cluster_books::hold_all_in_cycle(member_index m, agent_index a) {
  auto& agent = agents[a];
  auto& use = use_of(agent, m);
  use.merge();
  use.offered = std::exchange(agent.free, {});
  agent.enough = agent.meets_minimum = false;
  agent.loose.clear();
}

/// The record of what the member holds; a new one is to be filled.
agent_use& cluster_books::use_of(agent_book& agent, member_index m) {
  if (auto* use = find_use(agent, m))
    return *use;
  agent.uses.push_back({m, {}, {}});
  ++members_[m].agents_used;
  return agent.uses.back();
}

agent_use* cluster_books::find_use(agent_book& agent, member_index m) {
  auto found = std::find_if(agent.uses.begin(), agent.uses.end(),
                            [m](const agent_use& use) { return use.member == m; });
  return found == agent.uses.end() ? nullptr : &*found;
}

void cluster_books::foresee_details(agent_index a) const {
  __builtin_prefetch(&agents[a].loose, 1);
  __builtin_prefetch(&details_[a].id);
  keep_prefetches();
}

void cluster_books::foresee_content(agent_index a) const {
  const auto& book = agents[a];
  const auto& id = details_[a].id.value();
  prefetch(id.data(), id.data() + id.size());
  book.free.foresee_copy();
  prefetch(book.uses.begin(), book.uses.end());
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
        if (members_[use.member].role != members_[m].role || !use.holds(one))
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

void cluster_books::recompute_free(agent_index a) {
  auto& agent = agents[a];
  agent.free = details_[a].total;
  agent.overcommitted = false;
  for (const auto& use : agent.uses)
    for (const auto* part : {&use.held, &use.offered})
      for (const auto& item : *part)
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
  agent.loose.assign(loose_part(agent.free));
  if (counts) {
    quota.change_available(agent.loose, 1);
    quota_moved = true;
  }
}

} // namespace troupe::allocator
