#include "allocator/allocation_cycle.hpp"

#include "model/contract.hpp"

namespace troupe::allocator {

allocation_cycle::allocation_cycle(const allocation_policy& policy, cluster_books& books,
                                   offer_filters& filters, sorter_tables sorters)
    : policy_(policy)
    , books_(books)
    , filters_(filters)
    , sorters_(sorters) {}

void allocation_cycle::guarantee(agent_index a, std::uint64_t key) {
  if (!books_.quota.needs_anything() && books_.agents[a].plain)
    return;
  filters_.visit(a, books_.agents[a].free);
  each_role(*sorters_.quota_roles, a, [&](role_index r) {
    each_member(a, r,
                [&](member_index m) { offer_if_wanted(m, a, what_is_guaranteed(m, a, key)); });
  });
}

allocation_cycle::leftover allocation_cycle::serve(agent_index a, std::uint64_t key) {
  held_back_ = false;
  rest_is_enough_.reset();
  const auto& agent = books_.agents[a];
  // Often nobody wants anything of it, which is seen at a glance.
  if (books_.active_members().is_subset_of(filters_.visit(a, agent.free)))
    return {worth_the_next_batch(a), false};
  const bool quotas = books_.quota.any();
  each_role(sorters_.roles, a, [&](role_index r) {
    if (quotas && limits_leave_nothing(r, a)) {
      held_back_ = true;
      return;
    }
    each_member(a, r, [&](member_index m) {
      if (quotas)
        offer_if_wanted(m, a, within_headroom(r, within_limits(r, a, what_is_for(m, a), key)));
      else if (!agent.plain)
        offer_if_wanted(m, a, what_is_for(m, a));
      else if (wants_all(m, a))
        offer_all(m, a);
    });
  });
  return {worth_the_next_batch(a), held_back_};
}

bool allocation_cycle::worth_the_next_batch(agent_index a) const {
  return shared_offered_.contains(a) || exclusive_kept_back_.contains(a);
}

template <class Serve>
void allocation_cycle::each_role(sorter_table& sorter, agent_index a, Serve serve) {
  const auto& agent = books_.agents[a];
  if (!agent.enough)
    return;
  sorter.begin(0);
  while (agent.enough) {
    auto r = sorter.next();
    if (r == no_client)
      return;
    expects(r < books_.role_limit() && books_.role(r).active_members > 0,
            "a role sorter named a role that takes no offers");
    if (!books_.role(r).nested || agent.hierarchical_role)
      serve(r);
  }
}

template <class Serve>
void allocation_cycle::each_member(agent_index a, role_index r, Serve serve) {
  const auto& agent = books_.agents[a];
  sorters_.frameworks.begin(r);
  while (agent.enough) {
    auto m = sorters_.frameworks.next();
    if (m == no_client)
      return;
    expects(m < books_.member_limit() && books_.member(m).active && books_.member(m).role == r,
            "a framework sorter named a framework that takes no offers");
    if (may_receive(books_.member(m), agent))
      serve(m);
  }
}

bool allocation_cycle::may_receive(const member_book& member, const agent_book& agent) const {
  if (member.multi_role && !agent.multi_role)
    return false;
  if (policy_.filter_gpu_resources && agent.has_gpus && !member.gpu_resources)
    return false;
  return !agent.remote || member.region_aware;
}

bool allocation_cycle::is_for(const resource& item, const role_book& role,
                              const framework_options& framework, agent_index a) const {
  if (!item.allocatable_to(role.name) || (item.revocable && !framework.revocable_resources) ||
      (item.has_refined_reservations() && !framework.reservation_refinement))
    return false;
  if (!item.shared)
    return true;
  auto offered = shared_offered_.find(a);
  return framework.shared_resources &&
         (offered == shared_offered_.end() || !offered->second.contains(item));
}

resources allocation_cycle::what_is_for(member_index m, agent_index a) const {
  const auto& member = books_.member(m);
  const auto& role = books_.role(member.role);
  const auto& framework = books_.frameworks[member.framework].options;
  return books_.agents[a].free.filter(
      [&](const resource& item) { return is_for(item, role, framework, a); });
}

void allocation_cycle::offer_if_wanted(member_index m, agent_index a, const resources& items) {
  if (!items.empty() && books_.minimum_of(m).met_by(items) && !filters_.refuses(m, a, items))
    offer(m, a, items);
}

bool allocation_cycle::wants_all(member_index m, agent_index a) {
  const auto& agent = books_.agents[a];
  const auto& own = books_.member(m).minimum;
  return (own ? own->met_by(agent.free) : agent.meets_minimum) &&
         !filters_.refuses(m, a, agent.free);
}

void allocation_cycle::add_offer(member_index m, agent_index a, const resources& items) {
  const auto& member = books_.member(m);
  auto& offer = offers_.emplace_back();
  offer.framework = books_.frameworks[member.framework].id;
  offer.role = books_.role(member.role).name;
  offer.agent = books_.details(a).id;
  offer.offered = items;
}

/// The usual case, which never looks at the items: this is most of what a cycle costs.
void allocation_cycle::offer_all(member_index m, agent_index a) {
  const auto& agent = books_.agents[a];
  const auto& member = books_.member(m);
  add_offer(m, a, agent.free);
  sorters_.frameworks.allocated(m, agent.loose);
  sorters_.roles.allocated(member.role, agent.loose);
  books_.hold_all_in_cycle(m, a);
}

void allocation_cycle::offer(member_index m, agent_index a, const resources& items) {
  const auto& agent = books_.agents[a];
  const auto& member = books_.member(m);
  const auto& role = books_.role(member.role);
  add_offer(m, a, items);
  if (books_.quota.any())
    books_.quota.give(role.quota_node, books_.loose_part(items));
  if (agent.has_shared)
    if (auto shared = items.shared(); !shared.empty())
      shared_offered_[a] += shared;
  const auto& amounts = books_.hold_in_cycle(m, a, items);
  sorters_.frameworks.allocated(m, amounts.member.amounts());
  sorters_.roles.allocated(member.role, amounts.role.amounts());
  if (role.guaranteed)
    sorters_.quota_roles->allocated(member.role, amounts.firm.amounts());
}

} // namespace troupe::allocator
