/// What the core wants done. The shell carries effects out in order; all but `urgent` ones wait
/// until every file operation before them is confirmed, so nothing is said that a crash could take
/// back.
#pragma once

#include "agent/keys.hpp"
#include "protocol/checkpoint.hpp"
#include "protocol/containerizer.hpp"
#include "protocol/executor.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace troupe::agent {

/// What the built-in executor of one command task is started with.
struct command_run {
  executor_key key;
  container_spec_ptr spec;
  bool may_send_killing = false; ///< the framework has TASK_KILLING_STATE
  std::uint64_t seed = 0;        ///< of the UUIDs of its updates

  /// Set when the agent was restarted under a task that is not terminal.
  struct resumption {
    task_info_ptr task;
    int last_state = 6;          ///< TaskState; TASK_STAGING: nothing sent yet
    bool kill_requested = false; ///< continue killing
    std::optional<std::chrono::nanoseconds> kill_grace; ///< of that kill, if it had its own
    std::optional<double> running_since; ///< wall time of the first TASK_RUNNING, seconds
  };
  std::optional<resumption> resumed;
};

namespace effect {

// File operations below the meta directory, in order.
struct write_file {
  std::string path;
  std::string bytes;
};
struct append_file {
  std::string path;
  std::string bytes;
};
struct remove_file {
  std::string path;
};

/// Persistent volumes come and go; in order with the file operations, and one of them.
struct change_volumes {
  troupe::change_volumes volumes;
};

/// To the master, if there is a link. Urgent ones do not wait for the disk.
struct tell_master {
  to_master_ptr record;
  bool urgent = false;
};
/// Drop the link; the connector makes a new one.
struct end_link {
  std::string reason;
};

struct tell_executor {
  endpoint_id endpoint = 0;
  executor_event_ptr event;
};
struct close_endpoint {
  endpoint_id endpoint = 0;
  std::string reason;
};
/// Answer a call; exactly once for each.
struct answer_call {
  request_id request = 0;
  api_answer answer;
};

/// Launch an executor's container; the agent itself listens.
struct launch_executor {
  container_spec_ptr spec;
};
/// Start the built-in executor of a command task.
struct run_command {
  shared<command_run> run;
};
struct destroy {
  container_id container;
};
struct resize {
  container_id container;
  resources limits;
};
/// Take these containers over; those with `run` get a built-in executor first.
struct take_over {
  struct item {
    container_spec_ptr spec;
    shared<command_run> run;
  };
  std::vector<item> containers;
};

/// Delete a sandbox, with everything in it.
struct remove_sandbox {
  std::string path;
};

/// Find out how full the disk is.
struct look_at_disk {};

/// The agent's work is done, or cannot go on.
struct stop {
  bool failed = false;
  std::string reason;
};

} // namespace effect

using any_effect =
    std::variant<effect::write_file, effect::append_file, effect::remove_file,
                 effect::change_volumes, effect::tell_master, effect::end_link,
                 effect::tell_executor, effect::close_endpoint, effect::answer_call,
                 effect::launch_executor, effect::run_command, effect::destroy, effect::resize,
                 effect::take_over, effect::remove_sandbox, effect::look_at_disk, effect::stop>;
using effects = std::vector<any_effect>;

} // namespace troupe::agent
