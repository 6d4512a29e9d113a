/// The records that the allocator keeps, all by dense numbers.
#pragma once

#include "protocol/allocator.hpp"
#include "protocol/sorter.hpp"

#include "allocator/allocation_policy.hpp"
#include "allocator/shelf.hpp"

#include <cstdint>
#include <optional>
#include <string>
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
};

/// When an agent has to be looked at again.
enum class attention : std::uint8_t { none, next_batch, next_cycle };

/// Invariant: `free` is what of `total` nobody holds, shared resources always being free. What a
/// cycle looks at comes first, so that a visit touches few cache lines.
struct agent_book {
  bool known = false;
  bool activated = true;
  bool whitelisted = true;
  bool away = false; ///< will be, for maintenance

  // Derived.
  bool has_gpus = false;
  bool overcommitted = false; ///< more is held than there is: oversubscription went back
  bool enough = false;        ///< `free` may be worth an offer
  bool meets_minimum = false; ///< `free` reaches the operator's minimum
  bool plain = true;          ///< `free` has nothing reserved, revocable or shared
  bool has_shared = false;    ///< `free` has shared resources
  bool held_back = false;     ///< quotas kept something of it back since they last moved
  attention pending = attention::none;

  resources free;
  /// Scalars of `free` that are neither reserved nor revocable nor shared.
  std::vector<scalar_amount> loose;
  std::vector<agent_use> uses;
  agent_id id;
  agent_traits options;
  resources total;
  std::uint64_t visiting_key = 0; ///< from the id
};

} // namespace troupe::allocator
