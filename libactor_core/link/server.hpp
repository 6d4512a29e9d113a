/// The master's end of all links: one listening broker.
#pragma once

#include "link/peers.hpp"

#include <caf/expected.hpp>

namespace troupe::link {

struct server_config {
  std::string ip = "127.0.0.1";
  std::uint16_t port = 0; ///< 0 takes a free one
  credentials secret;
  link_terms terms;
  std::size_t max_waiting = 512;     ///< connections in their handshake
  std::uint32_t handshake_ms = 5000; ///< time for it
};

struct server {
  transport_actor transport;
  std::uint16_t port = 0;
};

/// Listens for agents and reports their links to `master`. Fails when the address cannot be bound, and when
/// it is not loopback although no secret is set and `open` is false.
caf::expected<server> listen(caf::actor_system& system, server_config config,
                             agent_link_listener_actor master, bool open = false);

} // namespace troupe::link
