/// The supervisor knows the component actors of a process. One that dies unexpectedly is started
/// again if it has a restart policy; otherwise it takes the process down, because a cluster
/// recovers from a dead daemon and not from a half-dead one. At the end it stops all of them in
/// order.
///
///   main ──supervise_component──▶ supervisor     in the order of start
///   main ──stop_components──────▶ supervisor ──exit──▶ components, the last started first
///   main ◀──components_stopped─── supervisor
#pragma once

#include "protocol/base.hpp"

#include <caf/actor.hpp>
#include <caf/atom.hpp>
#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace troupe {

/// Start a dead component again, at most `limit` times within `window`.
struct restart_policy {
  std::size_t limit = 0; ///< 0: never
  std::chrono::nanoseconds window{std::chrono::minutes{1}};
  /// Spawns the successor and makes it known to those who need it.
  std::function<caf::actor()> start;
};

/// Watch `component` from now on.
struct supervise_component {
  std::string name; ///< for the log
  caf::actor component;
  restart_policy restart;
};

/// Stop all, one after the other; those that take longer than `patience` altogether are killed.
struct stop_components {
  std::chrono::nanoseconds patience{std::chrono::seconds{10}};
};

/// All components are gone, or have been told to go without saying goodbye in time.
struct components_stopped {
  std::vector<std::string> killed; ///< names of those that had to be killed
};

using supervisor_actor =
    caf::typed_actor<caf::reacts_to<supervise_component>,
                     caf::replies_to<stop_components>::with<components_stopped>,
                     caf::reacts_to<caf::tick_atom>>; ///< the tick is its own: patience is over

} // namespace troupe

TROUPE_MESSAGE(troupe::supervise_component)
TROUPE_MESSAGE(troupe::stop_components)
TROUPE_MESSAGE(troupe::components_stopped)
