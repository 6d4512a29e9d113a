/// What the parts of this library say to each other; the outside knows `protocol/containerizer.hpp` only.
///
///   container ──prepare_sandbox──▶ launcher        container ──fetch_uris──▶ fetcher
///   container ──create_process───▶ launcher ─▶ init waits
///   container ──release_process──▶ launcher ──process_started | process_failed──▶ container
///   container ──kill_process─────▶ launcher ──process_ended──────────────────────▶ container
///   container ──forget_process───▶ launcher        containerizer ──measure_usage──▶ usage
///   container ──container_running, container_gone──▶ containerizer
#pragma once

#include "isolators/fetcher.hpp"
#include "isolators/launch_spec.hpp"
#include "isolators/process_tree.hpp"
#include "protocol/containerizer.hpp"

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace troupe::isolators {

/// The command is executed for certain.
struct process_started {
  pid_t pid = 0; ///< of init, the container's root
};

/// It could not be started; process_ended follows.
struct process_failed {
  std::string message;
};

/// No process of the container is left. Without a status nobody saw the end.
struct process_ended {
  std::optional<int> status;
};

/// Who is told about one process.
using process_watcher_actor =
    caf::typed_actor<caf::reacts_to<process_started>, caf::reacts_to<process_failed>,
                     caf::reacts_to<process_ended>>;

/// Look the user up and make the sandbox. The error says which failed.
struct prepare_sandbox {
  std::string directory;
  std::string user; ///< empty: the agent's own
};

struct sandbox_prepared {
  user_identity user;
};

/// Start init, which then waits. The watcher hears everything else.
struct create_process {
  container_id id;
  shared<launch_spec> spec;
  process_watcher_actor watcher;
};

struct process_created {
  pid_t pid = 0;
};

/// The go-ahead.
struct release_process {
  container_id id;
};

/// To every process of the container.
struct signal_process {
  container_id id;
  int signal = 0;
};

/// Kill all of the container's processes, however hard it is. process_ended follows.
struct kill_process {
  container_id id;
};

/// The end has been told to everybody: remove the record, a little later, so that an agent that restarts
/// right now still finds it.
struct forget_process {
  container_id id;
};

/// What a former agent left. Each has to be adopted or forgotten.
struct recover_processes {};

struct recovered_process {
  container_id id;
  pid_t pid = 0;
  bool running = false;
  std::optional<int> status; ///< of one that has ended
};

struct recovered_processes {
  std::vector<recovered_process> items;
};

/// Watch a recovered process that runs.
struct adopt_process {
  container_id id;
  process_watcher_actor watcher;
};

/// From the reaper thread.
struct descriptors_ready {
  std::vector<std::uint64_t> tokens;
};

/// The launcher's own timer: look after one container once more.
struct check_process {
  container_id id;
  std::uint64_t token = 0; ///< tells a container from a later one of the same id
};

/// The launcher's own timer: a record's time is over.
struct drop_record {
  container_id id;
};

/// Each launcher (posix; namespaces and cgroups later) is one actor, detached because it blocks.
using launcher_actor = caf::typed_actor<
    caf::replies_to<prepare_sandbox>::with<sandbox_prepared>,
    caf::replies_to<create_process>::with<process_created>, caf::reacts_to<release_process>,
    caf::reacts_to<signal_process>, caf::reacts_to<kill_process>, caf::reacts_to<forget_process>,
    caf::replies_to<recover_processes>::with<recovered_processes>, caf::reacts_to<adopt_process>,
    caf::reacts_to<descriptors_ready>, caf::reacts_to<check_process>, caf::reacts_to<drop_record>>;

/// Fetch all of a command's URIs into its sandbox. The error names the URI.
struct fetch_uris {
  std::vector<fetch_item> items;
  std::string sandbox;
  user_identity user;
  std::stop_token stop; ///< breaks it off
};

struct uris_fetched {};

using fetcher_actor = caf::typed_actor<caf::replies_to<fetch_uris>::with<uris_fetched>>;

/// What the containers with these init processes use, in one pass over all processes.
struct measure_usage {
  std::vector<pid_t> roots;
};

struct usage_measured {
  std::vector<tree_usage> usage; ///< one a root, in order
};

using usage_actor = caf::typed_actor<caf::replies_to<measure_usage>::with<usage_measured>>;

/// From a container to the containerizer, which passes it on to the listener: who hears of a start finds
/// the container in `get_usage`, and who hears of an end may use the id again.
struct container_running {
  container_started start;
  container_listener_actor listener; ///< null for an orphan
};
struct container_gone {
  container_exited exit;
  container_listener_actor listener; ///< null for an orphan
};

using container_owner_actor =
    caf::typed_actor<caf::reacts_to<container_running>, caf::reacts_to<container_gone>>;

/// One container.
using container_actor = process_watcher_actor::extend<caf::reacts_to<signal_container>,
                                                      caf::reacts_to<destroy_container>,
                                                      caf::reacts_to<update_container>>;

} // namespace troupe::isolators

TROUPE_MESSAGE(troupe::isolators::process_started)
TROUPE_MESSAGE(troupe::isolators::process_failed)
TROUPE_MESSAGE(troupe::isolators::process_ended)
TROUPE_MESSAGE(troupe::isolators::prepare_sandbox)
TROUPE_MESSAGE(troupe::isolators::sandbox_prepared)
TROUPE_MESSAGE(troupe::isolators::create_process)
TROUPE_MESSAGE(troupe::isolators::process_created)
TROUPE_MESSAGE(troupe::isolators::release_process)
TROUPE_MESSAGE(troupe::isolators::signal_process)
TROUPE_MESSAGE(troupe::isolators::kill_process)
TROUPE_MESSAGE(troupe::isolators::forget_process)
TROUPE_MESSAGE(troupe::isolators::recover_processes)
TROUPE_MESSAGE(troupe::isolators::recovered_processes)
TROUPE_MESSAGE(troupe::isolators::adopt_process)
TROUPE_MESSAGE(troupe::isolators::descriptors_ready)
TROUPE_MESSAGE(troupe::isolators::check_process)
TROUPE_MESSAGE(troupe::isolators::drop_record)
TROUPE_MESSAGE(troupe::isolators::fetch_uris)
TROUPE_MESSAGE(troupe::isolators::uris_fetched)
TROUPE_MESSAGE(troupe::isolators::measure_usage)
TROUPE_MESSAGE(troupe::isolators::usage_measured)
TROUPE_MESSAGE(troupe::isolators::container_running)
TROUPE_MESSAGE(troupe::isolators::container_gone)
