/// `POST /api/v1/scheduler`: the v1 scheduler API at the edge.
///
/// Checks stand in the protocol's order: method, Content-Type (400/415), body (400), form (400), then for
/// SUBSCRIBE Accept (406) and a stream id that must not be there (400); what needs the master's books
/// (framework, principal, stream id) is the master's answer.
#pragma once

#include "http/router.hpp"
#include "protocol/master.hpp"

#include <chrono>

namespace troupe::http {

struct scheduler_api_config {
  std::chrono::nanoseconds heartbeat = std::chrono::seconds(15);
};

void add_scheduler_routes(router& r, caf::actor_system& system, const master_actor& master,
                          scheduler_api_config config = {});

} // namespace troupe::http
