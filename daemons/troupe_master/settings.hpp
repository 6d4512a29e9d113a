/// The master's flags as the settings of its parts.
#pragma once

#include "allocator/allocator_actor.hpp"
#include "daemons/start_up.hpp"
#include "http/master_routes.hpp"
#include "http/server.hpp"
#include "link/server.hpp"
#include "master/master_actor.hpp"
#include "master/registrar.hpp"

#include <mesos/v1/mesos.pb.h>

namespace troupe {

/// What is wrong with texts that only their part understands; one line each.
std::vector<std::string> check_settings(const master_options& options);

shared<mesos::v1::MasterInfo> master_info(const master_options& options,
                                          const daemon_address& address);

allocator::allocator_config allocator_settings(const master_options& options);
master::registrar_config registrar_settings(const master_options& options);
master::master_config master_settings(const master_options& options,
                                      shared<mesos::v1::MasterInfo> info);
http::replica_config replica_settings(const master_options& options);
link::server_config link_settings(const master_options& options, const daemon_address& address,
                                  const std::string& secret);
http::server_config server_settings(const master_options& options, const daemon_address& address);
http::master_routes_config routes_settings(const master_options& options,
                                           const daemon_address& address, std::uint16_t link_port,
                                           const verbosity_actor& verbosity);

} // namespace troupe
