/// The containerizer runs commands in containers: one actor per container, isolators beside it, one
/// `troupe-init` process per container and no other.
///
///   executor ──launch_container──▶ containerizer ─▶ container ─▶ isolators, fetcher, launcher
///   executor ◀──container_exited── container
#pragma once

#include "protocol/base.hpp"

#include "model/resources.hpp"

#include <map>
#include <optional>
#include <sys/types.h>
#include <vector>

namespace troupe {

/// Everything that a container needs to know, fixed at launch.
struct container_spec {
  container_id id;
  agent_id agent;
  framework_id framework;
  executor_id executor;
  std::string directory;                      ///< sandbox, absolute; created by the containerizer
  std::string user;                           ///< empty: the agent's own
  shared<mesos::v1::CommandInfo> command;     ///< what to run; its URIs are fetched first
  shared<mesos::v1::ContainerInfo> container; ///< may be null
  std::map<std::string, std::string>
      environment; ///< complete but for MESOS_SANDBOX and PATH's default
  resources limits;
  bool checkpoint = false; ///< survives the agent: recorded under the runtime directory
};
using container_spec_ptr = shared<container_spec>;

/// The process runs; said after the executable was started for certain.
struct container_started {
  container_id id;
  pid_t pid = 0;
};

enum class container_end {
  exited,        ///< by itself; `status` is its wait status
  destroyed,     ///< by destroy_container
  limited,       ///< a limit was exceeded; `reason` says which
  launch_failed, ///< never ran: fetch, isolation or exec failed; `message` says why
  lost           ///< ended while the agent was away and left no status
};

/// The container is gone, its processes with it, and cleaned up. Said exactly once for each launch.
struct container_exited {
  container_id id;
  container_end end = container_end::exited;
  std::optional<int> status; ///< raw wait status of the command
  std::string message;       ///< one line for a human
  int reason = 0;            ///< TaskStatus.Reason of a limit, else 0
};

/// Who launched, hears.
using container_listener_actor =
    caf::typed_actor<caf::reacts_to<container_started>, caf::reacts_to<container_exited>>;

struct launch_container {
  container_spec_ptr spec;
  container_listener_actor listener;
};

/// Send a signal to every process of the container.
struct signal_container {
  container_id id;
  int signal = 0;
};

/// Kill everything in it, undo isolation. The listener hears `container_exited`. Unknown ids are ignored.
struct destroy_container {
  container_id id;
};

/// New limits, after tasks came or went.
struct update_container {
  container_id id;
  resources limits;
};

enum class container_kind {
  executor,
  nested,    ///< in another one, whose id its own begins with
  standalone ///< of no executor: an operator launched it
};

/// What one container uses, read now.
struct container_usage {
  container_id id;
  container_kind kind = container_kind::executor;
  shared<mesos::v1::ResourceStatistics> statistics;
  shared<mesos::v1::ContainerStatus> status;
};

/// Usage of all containers in one pass.
struct get_usage {};
using usage_list = std::vector<container_usage>;

/// After an agent restart: take over these containers; destroy every other that the runtime directory
/// knows. Listeners hear `container_started` again, or `container_exited` for those that ended meanwhile.
struct recover_containers {
  std::vector<launch_container> known;
};

struct containers_recovered {
  std::vector<container_id> orphans_destroyed;
};

using containerizer_actor =
    caf::typed_actor<caf::reacts_to<launch_container>, caf::reacts_to<signal_container>,
                     caf::reacts_to<destroy_container>, caf::reacts_to<update_container>,
                     caf::replies_to<get_usage>::with<shared<usage_list>>,
                     caf::replies_to<recover_containers>::with<containers_recovered>>;

/// What an isolator adds to a launch.
struct isolation {
  std::map<std::string, std::string> environment;
};

struct prepare_isolation {
  container_spec_ptr spec;
};
/// The process exists and waits for the go-ahead.
struct isolate_process {
  container_id id;
  pid_t pid = 0;
};
struct update_isolation {
  container_id id;
  resources limits;
};
struct cleanup_isolation {
  container_id id;
};
struct isolation_done {};

/// One per isolation (`--isolation` name). Errors end the launch with `launch_failed`.
using isolator_actor = caf::typed_actor<caf::replies_to<prepare_isolation>::with<isolation>,
                                        caf::replies_to<isolate_process>::with<isolation_done>,
                                        caf::replies_to<update_isolation>::with<isolation_done>,
                                        caf::replies_to<cleanup_isolation>::with<isolation_done>>;

} // namespace troupe

TROUPE_MESSAGE(troupe::container_started)
TROUPE_MESSAGE(troupe::container_exited)
TROUPE_MESSAGE(troupe::launch_container)
TROUPE_MESSAGE(troupe::signal_container)
TROUPE_MESSAGE(troupe::destroy_container)
TROUPE_MESSAGE(troupe::update_container)
TROUPE_MESSAGE(troupe::get_usage)
TROUPE_MESSAGE(troupe::recover_containers)
TROUPE_MESSAGE(troupe::containers_recovered)
TROUPE_MESSAGE(troupe::isolation)
TROUPE_MESSAGE(troupe::prepare_isolation)
TROUPE_MESSAGE(troupe::isolate_process)
TROUPE_MESSAGE(troupe::update_isolation)
TROUPE_MESSAGE(troupe::cleanup_isolation)
TROUPE_MESSAGE(troupe::isolation_done)
