#pragma once

#include "http/unique_fd.hpp"

#include <caf/expected.hpp>

#include <cstdint>
#include <string>
#include <sys/socket.h>

namespace troupe::http {

/// A non-blocking, close-on-exec listening socket on a numeric address. SO_REUSEADDR only: a second
/// process on the same port must fail, not share it. The error names address, port and reason.
caf::expected<unique_fd> listen_on(const std::string& address, uint16_t port, int backlog);

/// The port a socket is bound to.
uint16_t bound_port(int socket);

struct peer_address {
  std::string host;
  uint16_t port = 0;
};

peer_address to_peer(const sockaddr_storage& address);

} // namespace troupe::http
