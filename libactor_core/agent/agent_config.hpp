/// What an agent is told at start, complete and checked: daemons fill it from flags, embedders and
/// the simulation by hand.
#pragma once

#include "model/resources.hpp"
#include "runtime/agent_flags.hpp"
#include "wire/fwd.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace troupe::agent {

struct agent_config {
  /// Hostname, port, resources (post-refinement format), attributes, domain; `id` unset.
  agent_info_ptr info;
  /// `info`'s resources as a bag.
  resources total;
  /// `AgentInfo.Capability.Type` values that are announced.
  std::vector<int> capabilities{1, 2, 3, 5};
  /// The version of Mesos whose protocol is spoken: digits and dots.
  std::string version = "1.7.3";
  /// The address that executors and masters are told.
  std::string ip = "127.0.0.1";
  /// Absolute, without a slash at the end; sandboxes lie below it.
  std::string work_dir;
  /// The kernel's boot id; another one than checkpointed means that no process survived.
  std::string boot_id;

  /// Run containers as the framework's or the command's user; else as the agent's own.
  bool switch_user = true;
  std::map<std::string, std::string> executor_environment; ///< --executor_environment_variables
  std::map<std::string, std::string> task_environment;     ///< of command tasks

  std::chrono::nanoseconds registration_backoff = std::chrono::seconds{1};
  std::chrono::nanoseconds executor_registration_timeout = std::chrono::minutes{1};
  std::chrono::nanoseconds executor_reregistration_timeout = std::chrono::seconds{2};
  std::chrono::nanoseconds executor_shutdown_grace = std::chrono::seconds{5};
  std::chrono::nanoseconds recovery_timeout = std::chrono::minutes{15};
  recover_mode recover = recover_mode::reconnect;
  reconfiguration_policy reconfiguration = reconfiguration_policy::equal;
  /// Damaged checkpoints end the start; else they are skipped and counted.
  bool strict = true;

  std::chrono::nanoseconds gc_delay = std::chrono::hours{24 * 7};
  double gc_disk_headroom = 0.1;
  std::chrono::nanoseconds disk_watch_interval = std::chrono::minutes{1};

  /// Bounds of what `/state` remembers.
  std::size_t max_completed_frameworks = 50;
  std::size_t max_completed_executors = 150; ///< per framework
  std::size_t max_completed_tasks = 200;     ///< per executor
  /// Unacknowledged updates of one task that an executor may have; more are answered 503.
  std::size_t max_pending_updates = 1000;

  /// All randomness of the agent: UUIDs and back-offs. Daemons draw it from the kernel.
  std::uint64_t seed = 1;
};

/// "slave(1)@ip:port".
std::string agent_pid(const agent_config& config);

} // namespace troupe::agent
