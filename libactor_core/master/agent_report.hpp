/// What an agent says of itself when it registers, checked and read into the model.
#pragma once

#include "master/books.hpp"
#include "model/outcome.hpp"

#include <troupe/link.pb.h>

#include <optional>
#include <string>
#include <vector>

namespace troupe::master {

/// Of a record, and read while that is there.
struct reported_task {
  const mesos::v1::Task* task;
  resources used; ///< with allocation role
};

struct reported_executor {
  framework_id framework;
  const mesos::v1::ExecutorInfo* info;
  resources used; ///< with allocation role
};

/// The agent's claims, consistent in themselves: what its tasks and executors use fits its total.
struct agent_report {
  to_master_ptr record;
  resources total;
  std::vector<reported_task> tasks;
  std::vector<reported_executor> executors;
};

/// Why the agent is not admitted: its version, domain, address or resources.
std::optional<std::string> registration_fault(const core_config& config,
                                              const link::RegisterAgent& agent,
                                              const std::string& pid);

/// Configured resources with the checkpointed reservations and volumes in place of what they are
/// made of.
outcome<resources> total_of(const link::RegisterAgent& agent);

/// `known`: what the master has of the agent, if anything. Its reservations and volumes count then:
/// the agent may have missed a change when its link broke. After a failover the agent's own count.
/// `record` is a re-registration.
outcome<agent_report> read_report(const to_master_ptr& record, const agent_entry* known);

/// The agent's pid; made from the link's peer when the agent does not name one.
std::string pid_of(const link::RegisterAgent& agent, const std::string& peer);

} // namespace troupe::master
