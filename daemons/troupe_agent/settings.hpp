/// The agent's flags as the settings of its parts.
#pragma once

#include "agent/agent_config.hpp"
#include "daemons/start_up.hpp"
#include "http/agent_routes.hpp"
#include "http/server.hpp"
#include "isolators/start_containerizer.hpp"
#include "link/connector.hpp"
#include "model/outcome.hpp"

namespace troupe {

/// `--resources`, completed with what this machine has. The error names the flag's bad piece.
outcome<resources> agent_resources(const agent_options& options);

/// Everything that the agent actor is told; the error names the flag.
outcome<agent::agent_config> agent_settings(const agent_options& options,
                                            const daemon_address& address);

/// `config` tells the work directory in its absolute form.
isolators::containerizer_config containerizer_settings(const agent_options& options,
                                                       const agent::agent_config& config);

/// How the agent finds and opens its link; the error names the flag.
outcome<link::connector_config> connector_settings(const agent_options& options,
                                                   const std::string& secret);

http::server_config server_settings(const agent_options& options, const daemon_address& address);
http::agent_routes_config routes_settings(const agent_options& options,
                                          const agent::agent_config& agent,
                                          const verbosity_actor& verbosity);

} // namespace troupe
