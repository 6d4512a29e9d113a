/// All endpoints of a master.
#pragma once

#include "http/common_routes.hpp"
#include "http/file_table.hpp"
#include "http/replica_actor.hpp"
#include "http/scheduler_routes.hpp"

#include <memory>

namespace troupe::http {

struct master_routes_config {
  daemon_identity daemon;
  std::string leader; ///< "//host:port" of this, the leading master
  std::string link;   ///< body of `/link`: where the agent link listens
  scheduler_api_config scheduler;
};

router make_master_router(caf::actor_system& system, master_routes_config config,
                          const master_actor& master, std::shared_ptr<const replica_set> replicas,
                          std::shared_ptr<const file_table> files, const metrics_actor& metrics);

} // namespace troupe::http
