#include "allocator/allocation_cycle.hpp"

#include "model/contract.hpp"

namespace troupe::allocator {

allocation_cycle::allocation_cycle(const allocation_policy& policy, cluster_books& books,
                                   const offer_filters& filters, sorter_table& roles,
                                   sorter_table& frameworks)
    : policy_(policy)
    , books_(books)
    , filters_(filters)
    , roles_(roles)
    , frameworks_(frameworks) {}

allocation_cycle::leaves allocation_cycle::serve(agent_index a) {
  shared_offered_ = {};
  const auto& agent = books_.agents[a];
  roles_.begin(0);
  while (agent.enough) {
    auto r = roles_.next();
    if (r == no_client)
      break;
    expects(r < books_.role_limit() && books_.role(r).active_members > 0,
            "a role sorter named a role that takes no offers");
    if (!books_.role(r).nested || agent.options.hierarchical_role)
      serve_role(a, r);
  }
  return shared_offered_.empty() ? leaves::nothing_new : leaves::shared_resources;
}

void allocation_cycle::serve_role(agent_index a, role_index r) {
  const auto& agent = books_.agents[a];
  frameworks_.begin(r);
  while (agent.enough) {
    auto m = frameworks_.next();
    if (m == no_client)
      return;
    expects(m < books_.member_limit() && books_.member(m).active && books_.member(m).role == r,
            "a framework sorter named a framework that takes no offers");
    const auto& framework = books_.frameworks[books_.member(m).framework];
    if (!may_receive(framework.options, agent))
      continue;
    if (agent.plain) {
      if (!filters_.refuses(m, a, agent.free))
        offer(m, a, agent.free);
      continue;
    }
    auto items = what_is_for(books_.role(r), framework.options, agent);
    if (!items.empty() && policy_.minimum.met_by(items) && !filters_.refuses(m, a, items))
      offer(m, a, items);
  }
}

bool allocation_cycle::may_receive(const framework_options& framework,
                                   const agent_book& agent) const {
  const auto& options = agent.options;
  if (framework.multi_role && !options.multi_role)
    return false;
  if (policy_.filter_gpu_resources && agent.has_gpus && !framework.gpu_resources)
    return false;
  bool remote = policy_.region && options.region && *policy_.region != *options.region;
  return !remote || framework.region_aware;
}

resources allocation_cycle::what_is_for(const role_book& role, const framework_options& framework,
                                        const agent_book& agent) const {
  return agent.free.filter([&](const resource& item) {
    if (!item.allocatable_to(role.name) || (item.revocable && !framework.revocable_resources) ||
        (item.has_refined_reservations() && !framework.reservation_refinement))
      return false;
    return !item.shared || (framework.shared_resources && !shared_offered_.contains(item));
  });
}

void allocation_cycle::offer(member_index m, agent_index a, const resources& items) {
  const auto& agent = books_.agents[a];
  const auto& member = books_.member(m);
  const auto& role = books_.role(member.role).name;
  offers_.push_back(
      {books_.frameworks[member.framework].id, role, agent.id, items.allocated_to_role(role)});
  if (&items == &agent.free) {
    tell_sorters(m, books_.hold_all_in_cycle(m, a));
    return;
  }
  if (agent.has_shared)
    shared_offered_ += items.shared();
  tell_sorters(m, books_.hold_in_cycle(m, a, items));
}

void allocation_cycle::tell_sorters(member_index m, const cluster_books::counted& amounts) {
  frameworks_.allocated(m, amounts.member.amounts());
  roles_.allocated(books_.member(m).role, amounts.role.amounts());
}

} // namespace troupe::allocator
