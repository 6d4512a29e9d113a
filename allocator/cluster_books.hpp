/// Who is there and who holds what: the allocator's books and their arithmetic.
#pragma once

#include "allocator/allocation_policy.hpp"
#include "allocator/books.hpp"
#include "allocator/change_recorder.hpp"
#include "allocator/dense_set.hpp"
#include "allocator/quota_books.hpp"
#include "allocator/scalar_names.hpp"

#include <optional>
#include <unordered_map>
#include <vector>

namespace troupe::allocator {

/// Resources of one allocation role, without it.
struct role_part {
  std::string role; ///< empty for items that have none
  resources items;
};
std::vector<role_part> split_by_role(const resources& items);

/// Every change of a share (clients, allocations, totals) is recorded for the sorters, except what
/// a cycle allocates: there the tables are at hand and told directly.
class cluster_books {
 public:
  explicit cluster_books(minimum_allocatable minimum)
      : minimum_(std::move(minimum)) {}

  // Agents, frameworks, roles.
  shelf<agent_id, agent_book> agents;
  agent_details& details(agent_index a) { return details_[a]; }
  const agent_details& details(agent_index a) const { return details_[a]; }
  /// Finds the agent or makes an empty record of it.
  agent_index intern_agent(const agent_id& id);
  shelf<framework_id, framework_book> frameworks;
  const role_book& role(role_index r) const { return roles_[r]; }
  const member_book& member(member_index m) const { return members_[m]; }
  std::size_t member_limit() const { return members_.size(); }
  std::size_t role_limit() const { return roles_.limit(); }
  /// `no_index` when the framework has nothing to do with the role.
  member_index find_member(framework_index f, const std::string& role) const;

  /// Finds or makes the framework's membership of the role, not subscribed at first.
  member_index join(framework_index f, const std::string& role);
  void subscribe(member_index m, bool subscribed, bool suppressed);
  void suppress(member_index m, bool suppressed);
  /// The member's own minimum; none: the operator's. An own one may be lower, so while there is
  /// any, no crumb is too small for a visit.
  void set_minimum(member_index m, std::optional<minimum_allocatable> minimum);
  const minimum_allocatable& minimum_of(member_index m) const {
    return members_[m].minimum ? *members_[m].minimum : minimum_;
  }
  bool has_own_minimums() const noexcept { return own_minimums_ > 0; }
  /// Members that take part, as bits.
  const dense_set& active_members() const { return active_members_; }
  /// Tells the sorters whether the member takes part; forgets it when nothing ties it to the role,
  /// then returns true.
  bool refresh(member_index m);

  /// Sets total (and, derived, `free`) of an agent.
  void set_total(agent_index a, resources total);
  /// The agent goes: what was held there is held no more.
  void remove_agent(agent_index a);
  /// Books `held` (without allocation role) for the member.
  void hold(member_index m, agent_index a, const resources& held);
  /// Takes `returned` (without allocation role) back. False, and nothing changed, when the member
  /// does not hold that much. The caller refreshes the member afterwards.
  [[nodiscard]] bool release(member_index m, agent_index a, const resources& returned);
  /// The same, at less cost, for what is just what the last cycle gave, with the member's role as
  /// allocation role. Returns that bag, mostly a copy of the agent's; an empty one, and nothing
  /// changed, when it is anything else.
  [[nodiscard]] resources release_offer(member_index m, agent_index a, const resources& returned);
  /// `before` becomes `after` in what the member holds and in the agent's total. Returns why not.
  [[nodiscard]] std::optional<std::string> convert(member_index m, agent_index a,
                                                   const resources& before, const resources& after);

  /// Amounts that count for a member's and its role's share: they differ only where several
  /// frameworks of a role hold the same shared resource.
  struct counted {
    scalar_sums member;
    scalar_sums role;
    scalar_sums firm; ///< the role's without revocable ones, which is what quotas look at
  };
  /// Books `offered` within a cycle. The result is for the sorters, and valid until the next call.
  const counted& hold_in_cycle(member_index m, agent_index a, resources offered);
  /// Books all that is free of an agent that is `plain`; for the sorters, that is what was `loose`.
  void hold_all_in_cycle(member_index m, agent_index a);

  /// `before`, which nobody may hold, becomes `after` in the agent's total. Returns why not.
  [[nodiscard]] std::optional<std::string> convert_free(agent_index a, const resources& before,
                                                        const resources& after);

  /// Replaces the quota of a role.
  void set_quota(const std::string& path, const quantities& guarantees,
                 const resource_limits& limits);
  /// Kept up to date while there are quotas; what a cycle gives away, the cycle books here.
  quota_books quota;
  /// Something that quotas depend on has changed outside of cycles since it was last reset.
  bool quota_moved = false;
  /// The number of a scalar resource in amounts, given out when it is new.
  std::uint32_t number_of(const std::string& name);
  const std::string& resource_name(std::uint32_t number) const { return names_.name(number); }
  /// Sums of what quotas measure: scalars that are neither reserved nor revocable nor shared.
  const std::vector<scalar_amount>& loose_part(const resources& items);

  /// Fetches what a visit soon will need; what the last call does needs the others to have arrived.
  void foresee(agent_index a) const { __builtin_prefetch(&agents[a], 1); }
  void foresee_details(agent_index a) const;
  void foresee_content(agent_index a) const;

  /// The changes recorded since the last time.
  change_recorder role_changes;
  change_recorder quota_role_changes; ///< of the roles that have a guarantee
  change_recorder framework_changes;

 private:
  void drop(member_index m);
  agent_use& use_of(agent_book& agent, member_index m);
  void book_release(agent_use* use, agent_index a, const resources& returned);
  agent_use* find_use(agent_book& agent, member_index m);
  void count(const agent_book& agent, member_index m, const resources& items);
  void recompute_free(agent_index a);
  enum class by { event, cycle };
  void judge_free(agent_book& agent, by whom = by::event);
  void count_again();
  void count_use(member_index m, const resources& items, std::int64_t sign);
  void count_reserved(const resources& items, std::int64_t sign);
  void refresh_guaranteed(role_index r);

  minimum_allocatable minimum_;
  std::vector<agent_details> details_; // by agent
  shelf<std::string, role_book> roles_;
  std::vector<member_book> members_;
  std::vector<member_index> unused_members_;
  dense_set active_members_;
  std::unordered_map<std::uint64_t, member_index> member_of_; // by framework and role
  scalar_names names_;
  scalar_sums sums_;
  scalar_sums loose_;
  std::size_t own_minimums_ = 0;
  counted counted_;
};

} // namespace troupe::allocator
