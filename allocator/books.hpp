/// The records that the allocator keeps, all by dense numbers.
#pragma once

#include "protocol/allocator.hpp"
#include "protocol/sorter.hpp"

#include "allocator/allocation_policy.hpp"
#include "allocator/shelf.hpp"
#include "allocator/small_vector.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace troupe::allocator {

using agent_index = std::uint32_t;
using framework_index = std::uint32_t;
using role_index = std::uint32_t; ///< also the role's client in the role sorter and its group below
using member_index = std::uint32_t; ///< also the member's client in the framework sorter

struct framework_book {
  framework_id id;
  framework_options options;
  bool known = false; ///< added; before that, agents may have named it as the owner of resources
  bool active = false;
  std::vector<member_index> members;
};

/// A role is tracked as long as it has members.
struct role_book {
  std::string name;
  bool nested = false;
  std::uint32_t members = 0;
  std::uint32_t active_members = 0;
  std::uint32_t quota_node = no_index; ///< while there are quotas
  bool guaranteed = false; ///< it or a role above has a guarantee: a client of the quota sorter
};

/// A framework in one of its roles. Tracked while the framework subscribes to the role or still has
/// something allocated under it.
struct member_book {
  framework_index framework = no_index;
  role_index role = no_index;
  std::uint32_t agents_used = 0;
  bool subscribed = false;
  bool suppressed = false;
  bool active = false; ///< as the sorters were told
  // Of the framework's options, copied because a cycle asks every member.
  bool multi_role = false;
  bool gpu_resources = false;
  bool region_aware = false;
  /// The least worth an offer, where the framework has its own idea of it.
  std::optional<minimum_allocatable> minimum;
};

/// What one member has been allocated of an agent; never empty. Carries no allocation role.
struct agent_use {
  member_index member;
  resources held;
  /// More of it: what the last cycle gave. Apart from the rest because it mostly comes back as it is.
  resources offered;

  resources all() const { return held + offered; }
  bool holds(const resource& item) const { return held.contains(item) || offered.contains(item); }
  void merge() {
    if (!offered.empty())
      held += std::exchange(offered, {});
  }
};

/// When an agent has to be looked at again.
enum class attention : std::uint8_t { none, next_batch, next_cycle };

/// What a visit looks at: two cache lines. Visits come in random order, and large clusters do not fit
/// into the caches. Invariant: `free` is what of the total nobody holds, shared resources always
/// being free.
struct alignas(64) agent_book {
  bool known = false;
  bool activated = true;
  bool whitelisted = true;
  bool away = false;      ///< will be, for maintenance
  bool held_back = false; ///< quotas kept something of it back since they last moved
  attention pending = attention::none;

  // Derived.
  bool has_gpus : 1 = false;
  bool overcommitted : 1 = false; ///< more is held than there is: oversubscription went back
  bool enough : 1 = false;        ///< `free` may be worth an offer
  bool meets_minimum : 1 = false; ///< `free` reaches the operator's minimum
  bool plain : 1 = true;          ///< `free` has nothing reserved, revocable or shared
  bool has_shared : 1 = false;    ///< `free` has shared resources
  bool multi_role : 1 = true;
  bool hierarchical_role : 1 = true;
  bool remote : 1 = false; ///< in another region than the master

  resources free;
  std::uint64_t visiting_key = 0; ///< from the id
  small_vector<agent_use, 1> uses;
  /// Scalars of `free` that are neither reserved nor revocable nor shared.
  small_vector<scalar_amount, 3> loose;
};
static_assert(sizeof(agent_book) == 128);

/// What else there is to know of an agent.
struct alignas(64) agent_details {
  agent_id id;
  resources total;
  agent_traits options;
};

} // namespace troupe::allocator
