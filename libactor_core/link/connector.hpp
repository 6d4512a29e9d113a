/// The agent's end of the link: keeps one open to whoever leads, for as long as it lives.
///
///   find ──▶ connect ──▶ handshake ──▶ open ──closed──▶ wait (0.1 s, doubling to 10 s, with jitter) ──▶ find
///
/// Finding and connecting block, so a detached actor is spawned for each try. The connector itself is not detached: it
/// is linked to a broker, and a broker that gets its exit after the middleman has stopped keeps the sender's
/// memory for ever. `~actor_system` waits for the memory of detached actors (CAF 0.17.6), of others not.
#pragma once

#include "link/peers.hpp"

#include <caf/expected.hpp>

#include <functional>

namespace troupe::link {

/// Where the master's link listens.
struct endpoint {
  std::string host;
  std::uint16_t port = 0;
};

/// Finds the leading master's link; may block for some seconds. An error says what was tried.
using endpoint_finder = std::function<caf::expected<endpoint>()>;

struct connector_config {
  endpoint_finder find;
  credentials secret;
  std::string software = "troupe-agent";
  std::chrono::milliseconds first_wait{100};
  std::chrono::milliseconds longest_wait{10'000};
};

/// From the connection's actors: it ended, or was refused.
struct connection_ended {
  std::string reason;
  bool was_open = false; ///< the handshake had succeeded: the next try comes soon
};

using connector_actor =
    caf::typed_actor<caf::reacts_to<connection_ended>, caf::reacts_to<caf::tick_atom>>;

struct connector_state {
  const char* name = "link connector";
  connector_config config;
  master_link_listener_actor agent;
  std::chrono::milliseconds wait{0};
  std::string last_problem; ///< not to log the same line at every try
};

connector_actor::behavior_type connector(connector_actor::stateful_pointer<connector_state> self,
                                         connector_config config, master_link_listener_actor agent);

} // namespace troupe::link

TROUPE_MESSAGE(troupe::link::connection_ended)
