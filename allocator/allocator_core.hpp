/// The decisions of the allocator as plain code: events in, offers out.
#pragma once

#include "protocol/allocator.hpp"

#include "allocator/allocation_cycle.hpp"
#include "allocator/allocation_policy.hpp"
#include "allocator/cluster_books.hpp"
#include "allocator/inverse_offer_books.hpp"
#include "allocator/offer_filters.hpp"
#include "allocator/sorter.hpp"
#include "allocator/visiting_order.hpp"

#include <chrono>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace troupe::allocator {

/// What an event leads to.
struct reaction {
  bool wants_cycle = false; ///< a cycle now could make offers; else the next batch is early enough
  std::string complaint;    ///< why (a part of) the event was ignored; empty when all was done
};

/// Between cycles, events change the books and mark the agents that are worth another look; a cycle
/// visits only those. An agent that was visited and has something left is not visited again before
/// something happened that could change the outcome: resources came back, a filter ended, a
/// framework was added, activated, widened or revived, the agent itself changed.
///
///   on(event, now) … take_role_changes(), take_…_changes() ─▶ sorters
///   prepare(now, scope) ── true ──▶ cycle(sorter tables) ─▶ offers
///
/// A cycle visits the agents in random order (by seed), first for the guarantees of quotas, then
/// for all; for each agent, roles and then frameworks in the order of the sorters, and gives a
/// framework all that it may have of what is left. All that is given counts as allocated until
/// recovered.
class allocator_core {
 public:
  using time = std::chrono::steady_clock::time_point;

  explicit allocator_core(allocation_policy policy);

  reaction on(const add_framework& event, time now);
  reaction on(const update_framework& event, time now);
  reaction on(const remove_framework& event, time now);
  reaction on(const activate_framework& event, time now);
  reaction on(const deactivate_framework& event, time now);
  reaction on(const add_agent& event, time now);
  reaction on(const update_agent& event, time now);
  reaction on(const remove_agent& event, time now);
  reaction on(const activate_agent& event, time now);
  reaction on(const deactivate_agent& event, time now);
  reaction on(const recover_resources& event, time now);
  reaction on(const recover_together& event, time now);
  reaction on(const convert_allocation& event, time now);
  reaction on(const suppress_offers& event, time now);
  reaction on(const revive_offers& event, time now);
  reaction on(const await_agents& event, time now);
  reaction on(const set_quota& event, time now);
  reaction on(const set_weights& event, time now);
  reaction on(const set_whitelist& event, time now);
  reaction on(const plan_absence& event, time now);
  reaction on(const end_inverse_offer& event, time now);
  /// Its complaint is why the conversion was refused.
  reaction on(const convert_available& event, time now);

  /// What the sorters have to be told before the next cycle, in order.
  sorter_changes take_role_changes() { return books_.role_changes.take(); }
  sorter_changes take_quota_role_changes() { return books_.quota_role_changes.take(); }
  sorter_changes take_framework_changes() { return books_.framework_changes.take(); }

  /// `batch` is the periodic cycle, which also takes up what was refused without a filter.
  enum class scope { event, batch };
  /// Ends filters that are due. True when a cycle would have an agent to visit.
  bool prepare(time now, scope what);
  /// Whether a cycle looks at the quota roles' table.
  bool has_quotas() const { return books_.quota.any(); }
  /// Makes offers, never two of the same resources; prepare comes before. The tables must have been
  /// told all changes, and are told here what the cycle allocates.
  std::vector<allocation> cycle(sorter_tables sorters);
  /// Whom the cycle asks to leave agents that will be away: of those that it looked at, each
  /// framework that holds something there, has no such question open, and does not refuse to be
  /// asked.
  std::vector<inverse_allocation> take_inverse_offers() {
    return std::exchange(inverse_offers_, {});
  }

  // For tests, metrics and checkers.
  const cluster_books& books() const { return books_; }
  const offer_filters& filters() const { return filters_; }
  const inverse_offer_books& inverse_offers() const { return inverse_; }
  std::size_t filter_count() const { return filters_.size(); }
  std::uint64_t cycles() const { return cycles_; }

 private:
  void apply_options(framework_index f, const framework_options& options);
  void refresh_members(framework_index f);
  void clear_filters(member_index m);
  std::vector<member_index> members_in(framework_index f, const std::set<std::string>& roles,
                                       std::string& complaint) const;
  reaction take_rest(framework_index f);
  std::string hold_used(framework_index f, agent_index a, const resources& used);
  void refuse(const recover_resources& event, member_index m, agent_index a, resources returned,
              time now);
  void apply_agent(agent_index a, const agent_traits& options, const resources& total);
  bool is_whitelisted(const std::string& hostname) const;

  bool is_held_off(time now);
  void attend(agent_index a, attention when);
  void attend_all();
  visiting_list candidates();
  void foresee(const visiting_list& order, std::size_t now) const;
  void attend_all_of(const std::vector<agent_index>& agents);
  void ask_to_leave();
  static time end_of(time now, std::chrono::nanoseconds lasting);

  allocation_policy policy_;
  cluster_books books_;
  offer_filters filters_;
  std::vector<agent_index> next_cycle_;
  std::vector<agent_index> next_batch_;
  std::vector<agent_index> held_back_; ///< those whose book says so
  bool all_agents_ = false;
  inverse_offer_books inverse_;
  std::vector<agent_index> leaving_; ///< those that the cycle looks at and that will be away
  std::vector<inverse_allocation> inverse_offers_;
  /// Nothing is offered before so many agents are there, or this time has come.
  struct hold_off {
    std::size_t agents = 0;
    time until;
  };
  std::optional<hold_off> hold_off_;
  std::uint64_t cycles_ = 0;
};

} // namespace troupe::allocator
