/// Detection without ZooKeeper: the operator names the master; the master tells where its link listens.
#pragma once

#include "link/connector.hpp"

#include <string>
#include <string_view>

namespace troupe::cluster {

/// Splits `host:port`; an IPv6 address stands in brackets. An error names what is wrong with the text.
caf::expected<link::endpoint> parse_host_port(std::string_view text);

/// What `GET /link` of a master answers: `{"host":…,"port":…,"version":…}`. An empty host means: the host
/// that was asked.
std::string describe_link(const link::endpoint& listening);

/// Reads such an answer of the master at `asked`.
caf::expected<link::endpoint> read_link(std::string_view body, const std::string& asked);

/// Asks the master at `host:port` over HTTP, following redirects to the leader; each try ends after 5 s.
link::endpoint_finder ask_master(std::string host_port);

/// Always this address.
link::endpoint_finder fixed_address(link::endpoint where);

} // namespace troupe::cluster
