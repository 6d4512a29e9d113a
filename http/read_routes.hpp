/// The endpoints of a master that are served by its state replicas.
#pragma once

#include "http/replica_actor.hpp"
#include "http/router.hpp"

#include <memory>
#include <string>

namespace troupe::http {

/// `/state`, `/state-summary`, `/frameworks`, `/slaves`, `/tasks` and their aliases.
void add_read_routes(router& r, std::shared_ptr<const replica_set> replicas,
                     const std::string& realm);

/// The query of `/tasks`; a wrong limit, offset or order counts as not given.
task_query read_task_query(const request& req);

} // namespace troupe::http
