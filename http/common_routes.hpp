/// Endpoints that master and agent have in common.
#pragma once

#include "http/prometheus.hpp"
#include "http/router.hpp"
#include "protocol/logging.hpp"
#include "protocol/metrics.hpp"

#include <functional>
#include <map>
#include <string>

namespace troupe::http {

/// Which daemon the routes belong to.
struct daemon_identity {
  std::string actor;          ///< `master` or `slave(1)`
  std::string readonly_realm; ///< for the authentication filter
  std::string readwrite_realm;
  std::map<std::string, std::string> flags; ///< as `/flags` shows them
  verbosity_actor verbosity;                ///< behind `/logging/toggle`
  /// Who the daemon is, for every series of `/metrics`; calls its argument once. Empty: no labels.
  std::function<void(std::function<void(const series_labels&)>)> ask_labels = {};
};

/// `/health`, `/version`, `/flags`, `/metrics/snapshot`, `/logging/toggle`, `/system/stats.json`.
void add_common_routes(router& r, caf::actor_system& system, const daemon_identity& daemon,
                       const metrics_actor& metrics);

} // namespace troupe::http
