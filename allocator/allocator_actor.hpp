/// The allocator as an actor: a thin shell around `allocator_core`. It decides when a cycle runs,
/// borrows the sorters' tables for it, and sends what was decided to the master.
#pragma once

#include "protocol/allocator.hpp"
#include "protocol/metrics.hpp"
#include "protocol/sorter.hpp"

#include "allocator/allocation_policy.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>

namespace troupe::allocator {

/// Makes a sorter; the allocator links itself to it. An embedder's own sorter comes in here,
/// usually as `spawn_sorter(system, std::make_shared<my_table>())` (see sorter_actor.hpp).
using sorter_factory = std::function<sorter_actor(caf::actor_system&)>;

enum class sorter_kind {
  drf,    ///< lowest dominant share first
  random, ///< weighted random
};

struct allocator_config {
  allocation_policy policy;
  /// Least time from a cycle to the next that events start (new agent, recovered resources, revive, ...); after a
  /// cycle that took longer, as long as that one.
  std::chrono::nanoseconds event_gap = std::chrono::microseconds{250};
  sorter_kind role_sorter = sorter_kind::drf;
  sorter_kind framework_sorter = sorter_kind::drf;
  /// Used instead of the kinds above when set.
  sorter_factory make_role_sorter;
  sorter_factory make_framework_sorter;
  /// Weights of roles by their full path; 1 when absent.
  std::map<std::string, double> weights;
  /// Resource names that do not count for fair shares.
  std::set<std::string> fair_sharing_excluded;
  /// Hears of cycles, and asks for gauges. None: nobody.
  metrics_actor metrics;
};

/// What the allocator is to the metrics, too: a source of gauges.
using metered_allocator_actor =
    allocator_actor::extend<caf::replies_to<get_gauges>::with<gauge_values>>;

class allocator_shell;

/// State of the actor; its inside stands in the source file.
struct allocator_state {
  static constexpr const char* name = "allocator";

  allocator_state();
  ~allocator_state();

  std::unique_ptr<allocator_shell> shell;
};

/// The behaviour. Spawns its sorters and links to them. Nothing is offered before
/// `start_allocator`.
metered_allocator_actor::behavior_type
hierarchical_allocator(metered_allocator_actor::stateful_pointer<allocator_state> self,
                       allocator_config config);

} // namespace troupe::allocator
