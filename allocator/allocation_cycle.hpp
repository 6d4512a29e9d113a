/// One cycle: how the free resources of an agent are given away.
#pragma once

#include "protocol/allocator.hpp"

#include "allocator/allocation_policy.hpp"
#include "allocator/cluster_books.hpp"
#include "allocator/offer_filters.hpp"
#include "allocator/sorter.hpp"

#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace troupe::allocator {

/// The sorters of a cycle.
struct sorter_tables {
  sorter_table& roles;
  /// Knows the roles with a guarantee, and what counts for quotas. May be null while there is no quota.
  sorter_table* quota_roles;
  sorter_table& frameworks;
};

/// The place of an item in the random order in which items of the same name are given until a quota
/// is filled; `key` is new for each agent and cycle.
std::uint64_t filling_order(std::uint64_t key, const resource& item);

/// Serves agents one after the other by fair share, in two stages: what the guarantees of quotas
/// want of every agent, then all the rest.
class allocation_cycle {
 public:
  allocation_cycle(const allocation_policy& policy, cluster_books& books, offer_filters& filters,
                   sorter_tables sorters);

  /// About that many agents will be served.
  void expect(std::size_t agents) { offers_.reserve(agents); }

  /// Stage one; `key` is the agent's number in the cycle's random order. What is missing of a
  /// guarantee is given to the role, and with it what is reserved for the role and what it takes to
  /// use the agent: names without guarantee, as far as limits and headroom allow it.
  void guarantee(agent_index a, std::uint64_t key);

  /// When the agent could give more than it does now: by the next batch, because shared resources
  /// go to one framework a cycle and stay free, or because another order of exclusive items may fill
  /// a quota differently; once quotas have moved, because they kept something back.
  struct leftover {
    bool next_batch = false;
    bool held_back = false;
  };
  /// Stage two: frameworks get all that is there for them, unreserved resources up to the limits of
  /// their role, and only if that leaves enough for the guarantees of others.
  leftover serve(agent_index a, std::uint64_t key);

  std::vector<allocation> take_offers() { return std::exchange(offers_, {}); }

 private:
  using amounts = std::vector<scalar_amount>;

  template <class Serve>
  void each_role(sorter_table& sorter, agent_index a, Serve serve);
  template <class Serve>
  void each_member(agent_index a, role_index r, Serve serve);
  bool may_receive(const member_book& member, const agent_book& agent) const;
  bool is_for(const resource& item, const role_book& role, const framework_options& framework,
              agent_index a) const;
  resources what_is_for(member_index m, agent_index a) const;
  resources what_is_guaranteed(member_index m, agent_index a, std::uint64_t key);
  resources within_limits(role_index r, agent_index a, const resources& items, std::uint64_t key);
  resources within_headroom(role_index r, resources items);
  bool limits_leave_nothing(role_index r, agent_index a);
  bool worth_the_next_batch(agent_index a) const;
  void offer_if_wanted(member_index m, agent_index a, const resources& items);
  bool wants_all(member_index m, agent_index a);
  void offer_all(member_index m, agent_index a);
  void add_offer(member_index m, agent_index a, const resources& items);
  void offer(member_index m, agent_index a, const resources& items);

  const allocation_policy& policy_;
  cluster_books& books_;
  offer_filters& filters_;
  sorter_tables sorters_;
  std::vector<allocation> offers_;
  std::unordered_map<agent_index, resources> shared_offered_;
  std::unordered_set<agent_index> exclusive_kept_back_;
  // Of the agent being served.
  bool held_back_ = false;
  std::optional<bool> rest_is_enough_; // what is not loose is worth an offer
};

} // namespace troupe::allocator
