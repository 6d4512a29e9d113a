/// The part of the books that counts for quotas.
#include "allocator/cluster_books.hpp"

#include "model/roles.hpp"

namespace troupe::allocator {

void cluster_books::set_quota(const std::string& path, const quantities& guarantees,
                              const resource_limits& limits) {
  auto amounts_of = [this](const auto& from) {
    std::vector<scalar_amount> amounts;
    for (const auto& [name, amount] : from)
      amounts.push_back({number_of(name), amount.milli()});
    return amounts;
  };
  bool counting = quota.any();
  quota.set(path, amounts_of(guarantees), amounts_of(limits));
  if (!counting && quota.any())
    count_again();
  for (role_index r = 0; r < roles_.limit(); ++r)
    if (roles_[r].members > 0 && (roles_[r].name == path || is_ancestor(path, roles_[r].name)))
      refresh_guaranteed(r);
  quota_moved = true;
}

/// The first quota is there: until now nobody has counted.
void cluster_books::count_again() {
  quota.forget_use();
  for (role_index r = 0; r < roles_.limit(); ++r)
    if (roles_[r].members > 0)
      roles_[r].quota_node = quota.find(roles_[r].name);
  for (agent_index a = 0; a < agents.limit(); ++a) {
    const auto& agent = agents[a];
    count_reserved(details_[a].total, 1);
    quota.change_available(agent.loose, 1);
    for (const auto& use : agent.uses)
      count_use(use.member, use.all(), 1);
  }
}

const std::vector<scalar_amount>& cluster_books::loose_part(const resources& items) {
  loose_.clear();
  for (const auto& item : items)
    if (item.is_scalar() && item.is_unreserved() && !item.revocable && !item.shared)
      loose_.add(number_of(item.name), item.scalar().milli());
  return loose_.amounts();
}

void cluster_books::count_use(member_index m, const resources& items, std::int64_t sign) {
  if (!quota.any())
    return;
  quota.consume(roles_[members_[m].role].quota_node, loose_part(items), sign);
  quota_moved = true;
}

void cluster_books::count_reserved(const resources& items, std::int64_t sign) {
  if (!quota.any())
    return;
  for (const auto& item : items)
    if (item.is_scalar() && item.is_reserved() && !item.revocable)
      quota.consume(quota.find(item.reservation_role()),
                    std::vector{scalar_amount{number_of(item.name), item.scalar().milli()}}, sign);
  quota_moved = true;
}

/// The roles with a guarantee are the quota sorter's clients. Who becomes one brings what it holds
/// along, as one allocation an agent.
void cluster_books::refresh_guaranteed(role_index r) {
  auto& role = roles_[r];
  bool guaranteed = quota.any() && quota.is_guaranteed(role.quota_node);
  if (std::exchange(role.guaranteed, guaranteed) == guaranteed)
    return;
  if (!guaranteed)
    return quota_role_changes.remove_client(r);
  quota_role_changes.add_client(r, 0, role.name);
  if (role.active_members > 0)
    quota_role_changes.set_active(r, true);
  for (agent_index a = 0; a < agents.limit(); ++a) {
    resources held;
    for (const auto& use : agents[a].uses)
      if (members_[use.member].role == r)
        held += use.all();
    if (held.empty())
      continue;
    sums_.clear();
    for (const auto& item : held)
      if (item.is_scalar() && !item.revocable)
        sums_.add(number_of(item.name), item.scalar().milli());
    quota_role_changes.allocated(r, sums_.amounts());
  }
}

} // namespace troupe::allocator
