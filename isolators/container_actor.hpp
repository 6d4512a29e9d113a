/// One container, from its launch or recovery until it is gone: a thin shell around container_life.hpp.
/// Entering a phase does what the phase is for; the answers are the events.
#pragma once

#include "isolators/container_life.hpp"
#include "isolators/container_protocol.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace troupe::isolators {

/// Whom containers talk to, the same for all.
struct container_neighbours {
  launcher_actor launcher;
  fetcher_actor fetcher;
  std::vector<isolator_actor> isolators; ///< in creation order
  std::string runtime_dir;
};

struct container_job {
  container_spec_ptr spec;
  container_listener_actor listener; ///< null for an orphan
  container_owner_actor owner;
  std::optional<recovered_process> recovered; ///< of a container that a former agent launched
};

struct container_state {
  static inline const char* name = "container";

  container_phase phase = container_phase::preparing;
  std::size_t step = 0;     ///< the isolator whose answer is awaited
  std::size_t prepared = 0; ///< isolators that have to clean up
  std::optional<user_identity> user;
  std::map<std::string, std::string> environment; ///< from isolators
  std::stop_source fetching;
  bool has_process = false;
  pid_t pid = 0;
  std::vector<int> signals;            ///< for when it runs
  std::optional<resources> new_limits; ///< arrived while isolators had other work

  // What container_exited will say.
  bool destroyed = false;
  bool lost = false;
  std::optional<std::string> failure;
  std::optional<int> status;
};

/// Begins at once. A recovered one begins as running, or, when nobody wants it, by being killed.
container_actor::behavior_type container(container_actor::stateful_pointer<container_state> self,
                                         container_job job,
                                         shared<container_neighbours> neighbours);

} // namespace troupe::isolators
