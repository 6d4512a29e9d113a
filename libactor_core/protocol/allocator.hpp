/// The allocator decides which framework is offered which resources of which agent.
///
///   master ──add/update/recover/suppress…──▶ allocator ──lend──▶ role sorter, framework sorters
///   master ◀──────────offers_made────────── allocator ◀─table─┘   (one conversation per cycle)
///
/// It is a pure function of what the master told it; its books are the master's, one step behind. Resources
/// in these messages carry their allocation role where they are allocated, except in `allocation`.
#pragma once

#include "protocol/base.hpp"

#include "model/quantity.hpp"
#include "model/resource_limits.hpp"
#include "model/resources.hpp"

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <vector>

namespace troupe {

/// One offer to be made: everything of one agent for one framework under one role.
struct allocation {
  framework_id framework;
  std::string role;
  agent_id agent;
  resources
      offered; ///< without allocation role, so that it is a copy of the agent's bag at no cost
};

/// One inverse offer to be made: a framework that holds resources of an agent that will be away is
/// asked to leave it.
struct inverse_allocation {
  framework_id framework;
  agent_id agent;

  auto operator<=>(const inverse_allocation&) const = default;
};

/// The result of a cycle, never empty.
struct offers_made {
  std::vector<allocation> offers;
  std::vector<inverse_allocation> inverse_offers;
};

/// The master's ear for the allocator.
using offer_sink_actor = caf::typed_actor<caf::reacts_to<offers_made>>;

/// What a framework can be given.
struct framework_options {
  std::set<std::string> roles;
  std::set<std::string> suppressed_roles;
  bool revocable_resources = false;
  bool gpu_resources = false;
  bool shared_resources = false;
  bool multi_role = false;
  bool reservation_refinement = false;
  bool region_aware = false;
  /// By role: offers below every one of these sets are not wanted. A role that is absent follows the
  /// master's minimum; no sets means that anything is wanted.
  std::map<std::string, std::vector<quantities>> minimum;

  bool operator==(const framework_options&) const = default;
};

/// What decides who may be given an agent.
struct agent_traits {
  std::string hostname;
  bool multi_role = true;
  bool hierarchical_role = true;
  bool reservation_refinement = true;
  std::optional<std::string> region;

  bool operator==(const agent_traits&) const = default;
};

/// Start allocating; offers go to `sink`. Sent once, first.
struct start_allocator {
  offer_sink_actor sink;
};

struct add_framework {
  framework_id framework;
  framework_options options;
  bool active = true;
  std::map<agent_id, resources> used; ///< already allocated to it
};

struct update_framework {
  framework_id framework;
  framework_options options;
};

/// Its allocations must have been recovered before.
struct remove_framework {
  framework_id framework;
};

/// Connected (again): may be offered resources; filters start empty.
struct activate_framework {
  framework_id framework;
};

/// Disconnected: no offers, its filters are forgotten.
struct deactivate_framework {
  framework_id framework;
};

struct add_agent {
  agent_id agent;
  agent_traits options;
  resources total;
  std::map<framework_id, resources> used;
};

struct update_agent {
  agent_id agent;
  agent_traits options;
  resources total;
};

struct remove_agent {
  agent_id agent;
};

struct activate_agent {
  agent_id agent;
};

struct deactivate_agent {
  agent_id agent;
};

/// Resources come back from a framework. With `filter`, what came back is not offered to the framework
/// again (same role, same agent) for that long; zero or absent means no filter.
struct recover_resources {
  framework_id framework;
  agent_id agent;
  resources returned;
  std::optional<std::chrono::nanoseconds> filter;
};

/// All that one event at the master gives back: no cycle falls between the parts, so that what was declined
/// together is offered together, and no filter comes too late.
struct recover_together {
  std::vector<recover_resources> parts;
};

/// Allocated resources change their form (reserve, unreserve, create, destroy): `before` becomes `after`
/// in the framework's allocation and in the agent's total. Scalar sums are equal.
struct convert_allocation {
  framework_id framework;
  agent_id agent;
  resources before;
  resources after;
};

/// After a failover, with a quota set: allocate only when most of the agents in the registry are back, or
/// a timeout has passed. Sent before the first agent.
struct await_agents {
  std::size_t expected = 0;
};

/// What a role and its sub-roles are guaranteed, and at most get, of unreserved resources, replacing what
/// was set before. A name without a limit is unlimited. Both empty: the role has no quota.
struct set_quota {
  std::string role;
  quantities guarantees;
  resource_limits limits;
};

/// Weights by full role path; roles that are not named keep theirs.
struct set_weights {
  std::map<std::string, double> weights;
};

/// Host names of the agents that may be offered; nothing: all of them.
struct set_whitelist {
  std::optional<std::set<std::string>> hostnames;
};

/// The agent will be away for maintenance, at a (new) time, or it will not any more. Either way nobody has been
/// asked to leave it yet. Agents that are added are here to stay.
struct plan_absence {
  agent_id agent;
  bool away = false;
};

/// The framework has answered the inverse offer, or that was withdrawn. With `filter`, it is not asked to leave
/// this agent again for that long; else it is in the next batch.
struct end_inverse_offer {
  framework_id framework;
  agent_id agent;
  std::optional<std::chrono::nanoseconds> filter;
};

/// An operator changes the form of resources that nobody holds (reserve, unreserve, create, destroy):
/// `before` becomes `after` in the agent's total. Refused, and nothing changed, when not all of `before` is
/// free: it may be on its way to a framework.
struct convert_available {
  agent_id agent;
  resources before;
  resources after;
};
struct conversion_outcome {
  std::string refused; ///< why, with what is free; empty when done
};

/// No offers for these roles; empty means all of the framework's.
struct suppress_offers {
  framework_id framework;
  std::set<std::string> roles;
};

/// Filters of these roles are forgotten, suppression ends; empty means all of the framework's. It may be
/// asked to leave agents again, too.
struct revive_offers {
  framework_id framework;
  std::set<std::string> roles;
};

using allocator_actor = caf::typed_actor<
    caf::reacts_to<start_allocator>, caf::reacts_to<add_framework>,
    caf::reacts_to<update_framework>, caf::reacts_to<remove_framework>,
    caf::reacts_to<activate_framework>, caf::reacts_to<deactivate_framework>,
    caf::reacts_to<add_agent>, caf::reacts_to<update_agent>, caf::reacts_to<remove_agent>,
    caf::reacts_to<activate_agent>, caf::reacts_to<deactivate_agent>,
    caf::reacts_to<recover_together>, caf::reacts_to<convert_allocation>,
    caf::reacts_to<suppress_offers>, caf::reacts_to<revive_offers>, caf::reacts_to<await_agents>,
    caf::reacts_to<set_quota>, caf::reacts_to<set_weights>, caf::reacts_to<set_whitelist>,
    caf::reacts_to<plan_absence>, caf::reacts_to<end_inverse_offer>,
    caf::replies_to<convert_available>::with<conversion_outcome>, caf::reacts_to<caf::tick_atom>>;

} // namespace troupe

TROUPE_MESSAGE(troupe::offers_made)
TROUPE_MESSAGE(troupe::start_allocator)
TROUPE_MESSAGE(troupe::add_framework)
TROUPE_MESSAGE(troupe::update_framework)
TROUPE_MESSAGE(troupe::remove_framework)
TROUPE_MESSAGE(troupe::activate_framework)
TROUPE_MESSAGE(troupe::deactivate_framework)
TROUPE_MESSAGE(troupe::add_agent)
TROUPE_MESSAGE(troupe::update_agent)
TROUPE_MESSAGE(troupe::remove_agent)
TROUPE_MESSAGE(troupe::activate_agent)
TROUPE_MESSAGE(troupe::deactivate_agent)
TROUPE_MESSAGE(troupe::recover_together)
TROUPE_MESSAGE(troupe::convert_allocation)
TROUPE_MESSAGE(troupe::suppress_offers)
TROUPE_MESSAGE(troupe::revive_offers)
TROUPE_MESSAGE(troupe::await_agents)
TROUPE_MESSAGE(troupe::set_quota)
TROUPE_MESSAGE(troupe::set_weights)
TROUPE_MESSAGE(troupe::set_whitelist)
TROUPE_MESSAGE(troupe::plan_absence)
TROUPE_MESSAGE(troupe::end_inverse_offer)
TROUPE_MESSAGE(troupe::convert_available)
TROUPE_MESSAGE(troupe::conversion_outcome)
