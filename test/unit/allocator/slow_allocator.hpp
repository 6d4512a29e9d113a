/// The allocator's rules as a person would write them down: everything is computed anew from the
/// facts, no agent is ever skipped, nothing is kept but the facts. The order of agents is given,
/// all else is decided.
#pragma once

#include "protocol/allocator.hpp"

#include "allocator/allocation_policy.hpp"
#include "allocator/allocator_core.hpp"
#include "allocator/random_source.hpp"
#include "slow_sorter.hpp"

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace troupe::allocator {

class slow_allocator {
 public:
  using time = allocator_core::time;

  struct agent_facts {
    agent_traits options;
    resources total;
    bool activated = true;
    bool away = false;                                              ///< will be, for maintenance
    std::map<std::pair<framework_id, std::string>, resources> held; ///< without allocation role
  };
  struct framework_facts {
    framework_options options; ///< suppressed_roles as they are now
    bool active = true;
  };
  struct filter_facts {
    framework_id framework;
    std::string role;
    agent_id agent;
    resources refused;
    time until;
  };

  /// A framework that has been asked to leave an agent (then `until` is nothing), or does not want to be.
  struct inverse_facts {
    framework_id framework;
    agent_id agent;
    std::optional<time> until;
  };

  struct quota_facts {
    quantities guarantees;
    resource_limits limits;
  };

  allocation_policy policy;
  std::map<std::string, quota_facts> quotas;
  std::map<std::string, double> weights;
  std::map<agent_id, agent_facts> agents;
  std::map<framework_id, framework_facts> frameworks;
  std::vector<filter_facts> filters;
  std::vector<inverse_facts> inverse;

  void on(const add_framework& e);
  void on(const update_framework& e);
  void on(const remove_framework& e);
  void on(const activate_framework& e);
  void on(const deactivate_framework& e);
  void on(const add_agent& e);
  void on(const update_agent& e);
  void on(const remove_agent& e);
  void on(const activate_agent& e) { agents[e.agent].activated = true; }
  void on(const deactivate_agent& e) { agents[e.agent].activated = false; }
  void on(const recover_resources& e, time now);
  void on(const convert_allocation& e);
  void on(const suppress_offers& e);
  void on(const revive_offers& e);
  void on(const plan_absence& e);
  void on(const end_inverse_offer& e, time now);
  void on(const set_quota& e);
  void on(const set_weights& e) {
    for (const auto& [path, weight] : e.weights)
      weights[path] = weight;
  }
  /// Whether it was done.
  bool on(const convert_available& e);

  /// The offers of the cycle with this number.
  std::vector<allocation> cycle(std::uint64_t number, time now);
  /// Whom the cycle that has just been asks to leave.
  std::set<inverse_allocation> inverse_offers(time now);

  /// What nobody holds of an agent; shared resources are always free.
  resources free_of(const agent_facts& agent) const;

  // Amounts of one resource, in thousandths.
  std::int64_t consumed(const std::string& role, const std::string& name) const;
  std::int64_t need(const std::string& role, const std::string& name) const;
  std::int64_t required(const std::string& name) const;
  std::int64_t available(const std::string& name) const;

 private:
  using member = std::pair<framework_id, std::string>;

  void hold(agent_facts& agent, const member& who, const resources& items);
  void hold_used(agent_facts& agent, const framework_id& framework, const resources& used);
  void forget_gone_members();
  bool is_active(const member& who) const;
  std::set<member> members() const;
  std::vector<std::string> role_order() const;
  std::vector<std::string> quota_order() const;
  std::vector<std::string> order_of(const std::set<std::string>& roles,
                                    const std::map<std::string, std::uint64_t>& counts,
                                    bool revocable_too) const;
  std::vector<std::string> framework_order(const std::string& role) const;
  std::map<std::string, std::int64_t> total(bool revocable_too = true) const;
  resources for_member(const member& who, const agent_id& id, const resources& items) const;
  void offer(const member& who, const agent_id& id, const resources& items);

  // slow_quota.cpp
  std::vector<std::string> path_of(const std::string& role) const;
  std::int64_t room(const std::string& role, const std::string& name) const;
  std::int64_t wanted(const std::string& role, const std::string& name) const;
  bool is_guaranteed(const std::string& role) const;
  bool is_guaranteed(const std::string& role, const std::string& name) const;
  std::set<std::string> guaranteed_roles() const;
  resources guaranteed_part(const member& who, const agent_id& id, std::uint64_t key) const;
  resources within_quotas(const std::string& role, const resources& items, std::uint64_t key);
  bool may_have(const framework_options& framework, const std::string& role,
                const agent_facts& agent) const;
  bool refused(const member& who, const agent_id& agent, const resources& items) const;

  std::map<member, std::uint64_t> member_count_;
  std::map<std::string, std::uint64_t> role_count_;
  std::map<std::string, std::uint64_t> quota_count_;
  // Of the cycle that runs.
  std::vector<allocation> offers_;
  std::map<agent_id, resources> shared_given_;
};

} // namespace troupe::allocator
