/// What the master is told at its start.
#pragma once

#include "model/ids.hpp"
#include "runtime/clock.hpp"
#include "wire/fwd.hpp"

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>

namespace troupe::master {

/// One moment on both clocks: `steady` for deadlines, `wall` for what people and agents see.
struct instant {
  steady_time steady{};
  wall_time wall{};
};

/// How much history the books keep; the oldest entries go first.
struct limits {
  std::size_t completed_frameworks = 50;
  std::size_t completed_tasks_per_framework = 1000;
  std::size_t unreachable_tasks_per_framework = 1000;
  std::size_t lost_agents = 100000; ///< remembered unreachable agents
  std::size_t statuses_per_task = 100;
};

struct core_config {
  master_id id;                       ///< a new one at every start; prefix of all ids given out
  shared<mesos::v1::MasterInfo> info; ///< as frameworks and agents are told
  limits keep;
  std::chrono::nanoseconds ping_interval = std::chrono::seconds{15};
  unsigned max_missed_pings = 5; ///< so many in a row: unreachable
  std::chrono::nanoseconds agent_return_timeout = std::chrono::minutes{10};
  std::optional<std::chrono::nanoseconds> offer_timeout; ///< nothing: offers stay for ever
  std::chrono::nanoseconds heartbeat_interval = std::chrono::seconds{15};
  bool root_submissions = true; ///< frameworks may run as root
  std::optional<std::set<std::string>> role_whitelist;
  std::map<std::string, double> weights; ///< of roles, as long as the registry has none
  double recovery_removal_limit = 1.0;   ///< fraction of agents that may stay away after a failover
  bool require_agent_domain = false;
};

} // namespace troupe::master
