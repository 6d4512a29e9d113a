/// The keeper of sandboxes does the blocking file work of their garbage collection, in an own
/// thread.
///
///   agent ──list_sandboxes──▶ keeper ──▶ all runs below the work directory with their last change
///   agent ──delete_sandbox──▶ keeper         agent ──get_disk_usage──▶ keeper
#pragma once

#include "protocol/base.hpp"
#include "runtime/clock.hpp"

#include <string>
#include <vector>

namespace troupe::agent {

struct found_sandbox {
  std::string path; ///< absolute
  wall_time changed{};
};

/// All `slaves/*/frameworks/*/executors/*/runs/*` below the work directory; empty folders of
/// executors, frameworks and agents are removed on the way. To be asked before executors are
/// launched.
struct list_sandboxes {};

/// Delete a run's folder, and its executor's when that becomes empty. Answers false, after a log
/// line with the reason, when it could not.
struct delete_sandbox {
  std::string path;
};

/// Used part of the file system of the work directory, 0 to 1.
struct get_disk_usage {};

using sandbox_keeper_actor =
    caf::typed_actor<caf::replies_to<list_sandboxes>::with<shared<std::vector<found_sandbox>>>,
                     caf::replies_to<delete_sandbox>::with<bool>,
                     caf::replies_to<get_disk_usage>::with<double>>;

/// Spawn detached: `sys.spawn<caf::detached>(sandbox_keeper, work_dir)`.
sandbox_keeper_actor::behavior_type sandbox_keeper(sandbox_keeper_actor::pointer self,
                                                   std::string work_dir);

} // namespace troupe::agent

TROUPE_MESSAGE(troupe::agent::list_sandboxes)
TROUPE_MESSAGE(troupe::agent::delete_sandbox)
TROUPE_MESSAGE(troupe::agent::get_disk_usage)
