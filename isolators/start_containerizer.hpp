/// Puts a containerizer together from its configuration; daemons and embedders call this.
#pragma once

#include "isolators/containerizer_actor.hpp"
#include "isolators/fetcher_actor.hpp"
#include "isolators/posix_launcher_actor.hpp"
#include "model/outcome.hpp"
#include "protocol/metrics.hpp"

#include <string>
#include <vector>

namespace troupe::isolators {

struct containerizer_config {
  launcher_config launcher;           ///< its three paths absolute
  std::vector<std::string> isolation; ///< as `--isolation` names them
  fetcher_config fetcher;
  metrics_actor metrics; ///< may be null
};

/// Everything is checked before anything is spawned; the failure names every fault. One exit message to the
/// result ends all of it and leaves the containers running. `time` must outlive it.
[[nodiscard]] outcome<containerizer_actor> start_containerizer(caf::actor_system& system,
                                                               const containerizer_config& config,
                                                               const clock& time);

} // namespace troupe::isolators
