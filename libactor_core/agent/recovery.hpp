/// From checkpoint files back to what the agent knew.
#pragma once

#include "agent/books.hpp"
#include "agent/checkpoint_layout.hpp"
#include "model/outcome.hpp"
#include "protocol/checkpoint.hpp"
#include "runtime/agent_flags.hpp"

#include <mesos/v1/mesos.pb.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace troupe::agent {

struct recovered_task {
  task_info_ptr info;
  std::vector<task_status_ptr> updates; ///< all that were checkpointed, in order
  std::size_t acknowledged = 0;         ///< so many of them, from the first
  std::optional<mesos::v1::KillPolicy> kill;
  /// The file's end was torn: its good part, to be written back before anything is appended.
  std::optional<std::string> repaired;
};

/// One executor that was not forgotten: its latest run.
struct recovered_executor {
  executor_info_ptr info;
  container_id run;
  bool ended = false;      ///< has the sentinel
  bool subscribed = false; ///< has the marker
  std::map<task_id, recovered_task> tasks;
};

struct recovered_framework {
  framework_info_ptr info;
  std::map<executor_id, recovered_executor> executors;
};

struct recovered_agent {
  std::string boot_id;  ///< empty: never started here
  agent_info_ptr info;  ///< null: never registered
  resources remembered; ///< reservations and volumes
  /// As they were to be, when the change was not finished.
  std::optional<resources> wanted;
  std::map<framework_id, recovered_framework> frameworks;
  /// Files that could not be understood, one line each; what depends on them is left out.
  std::vector<std::string> damage;
  /// What was not recorded to the end, such as an executor without its description: to be removed.
  std::vector<std::string> leftovers;
};

/// Reads all files; pure.
recovered_agent read_recovered(const checkpoint_files& files);

/// Why an agent that was `before` may not go on as `after`; nothing when it may.
///
/// `equal`: all the same (resources as bags). `additive`: hostname and port fixed; a domain may be
/// added; every old resource is still there with its type, scalars not smaller, ranges and sets
/// extended; new ones are allowed; attributes by the same rule, texts equal.
std::optional<std::string> incompatibility(const mesos::v1::AgentInfo& before,
                                           const mesos::v1::AgentInfo& after,
                                           reconfiguration_policy policy);

} // namespace troupe::agent
