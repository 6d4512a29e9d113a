/// The posix launcher as an actor; see container_protocol.hpp for its conversation. All process handling
/// happens here, on one thread: vfork-like starts of a fraction of a millisecond each.
#pragma once

#include "isolators/container_protocol.hpp"
#include "isolators/posix_launcher.hpp"
#include "isolators/reaper.hpp"
#include "protocol/metrics.hpp"

#include <chrono>
#include <map>
#include <memory>
#include <string>

namespace troupe::isolators {

struct launcher_config {
  std::string work_dir;    ///< sandboxes lie below it
  std::string runtime_dir; ///< records lie below it
  std::string init_binary; ///< troupe-init
  /// An init that has not ended so long after it was asked to is killed with all below it.
  std::chrono::nanoseconds kill_patience = std::chrono::seconds{5};
  /// How long the record of a forgotten container stays.
  std::chrono::nanoseconds record_retention = std::chrono::seconds{10};
};

struct launcher_state {
  static inline const char* name = "posix_launcher";

  /// One container, from its creation or adoption until its end was told.
  struct entry {
    launched_process process;
    shared<launch_spec> spec; ///< null for an adopted one
    std::string directory;    ///< its runtime directory
    process_watcher_actor watcher;
    std::uint64_t token = 0; ///< of `process`; the report's is the next one
    bool told_start = false;
    bool counted_as_stuck = false;
  };

  std::shared_ptr<descriptor_set> descriptors;
  std::map<container_id, entry> entries;
  std::map<std::uint64_t, container_id> tokens;
  std::map<container_id, recovered_container> recovered; ///< neither adopted nor forgotten yet
  std::uint64_t next_token = 2;
  metrics_actor metrics; ///< may be null

  ~launcher_state();
};

/// Spawn detached. Its end leaves all containers as they are. Counts containers that do not go away;
/// `metrics` may be null.
launcher_actor::behavior_type posix_launcher(launcher_actor::stateful_pointer<launcher_state> self,
                                             launcher_config config, metrics_actor metrics);

} // namespace troupe::isolators
