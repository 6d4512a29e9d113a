/// The broker that owns the sockets of links: it frames, limits, authenticates and watches over silence.
/// It parses nothing but the handshake; frames of an open link go to the link's peer actor.
///
///   socket ──bytes──▶ transport ──frame_arrived──▶ peer ──▶ master or agent
///   socket ◀─bytes── transport ◀──write_frame─── peer ◀── master or agent
///
/// Bounds: a record is refused by its length before memory is taken; at most `max_waiting` connections may
/// be in their handshake (the oldest makes room), each for `handshake_ms`; a peer that does not read has
/// `max_unsent_bytes` of room and is then dropped.
#pragma once

#include "link/frame.hpp"
#include "link/handshake.hpp"
#include "protocol/base.hpp"

#include <caf/io/all.hpp>

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <variant>

namespace troupe::link {

/// A whole record of an open link, without its header.
struct frame_arrived {
  frame bytes;
};

/// The connection is gone; the last message from the transport.
struct transport_closed {
  std::string reason;
};

/// What stands behind an open connection.
using link_peer_actor =
    caf::typed_actor<caf::reacts_to<frame_arrived>, caf::reacts_to<transport_closed>>;

struct write_frame {
  caf::io::connection_handle connection;
  frame bytes;
};

struct drop_connection {
  caf::io::connection_handle connection;
  std::string reason;
};

/// The port that the transport listens on, or why it could not.
struct get_port {};

using transport_actor = caf::typed_actor<
    caf::reacts_to<caf::io::new_connection_msg>, caf::reacts_to<caf::io::new_data_msg>,
    caf::reacts_to<caf::io::connection_closed_msg>, caf::reacts_to<caf::io::data_transferred_msg>,
    caf::reacts_to<write_frame>, caf::reacts_to<drop_connection>,
    caf::replies_to<get_port>::with<std::uint16_t>, caf::reacts_to<caf::tick_atom>>;

/// A connection whose handshake is done.
struct open_connection {
  transport_actor transport;
  caf::io::connection_handle connection;
  std::string peer; ///< "ip:port"
  std::string principal;
  link_terms terms;
};

struct transport_config {
  credentials secret;
  link_terms terms; ///< the master's offer; an agent takes what it is welcomed with
  std::string software;
  std::uint64_t max_unsent_bytes = 64u << 20;
  std::size_t max_waiting = 512;
  std::uint32_t handshake_ms = 5000;
  /// Makes the peer of a connection that was authenticated.
  std::function<link_peer_actor(caf::actor_system&, open_connection)> make_peer;
  /// An agent's connection ends with this actor, whatever state it is in; null at the master's side.
  caf::actor owner;
  /// An agent's connection that failed before it had a peer; may be empty.
  std::function<void(const std::string& reason)> on_refused;
};

struct transport_connection {
  std::variant<master_handshake, agent_handshake> handshake;
  link_terms terms;
  link_peer_actor peer; ///< null until the handshake is done
  bool in_header = true;
  std::uint64_t unsent = 0;
  std::chrono::steady_clock::time_point opened;
  std::chrono::steady_clock::time_point heard;
  std::chrono::steady_clock::time_point said;
};

struct transport_state {
  const char* name = "link transport";
  transport_config config;
  std::uint16_t port = 0; ///< listened on; 0 at the agent's side
  std::string bind_error; ///< why it could not be
  frame heartbeat;
  std::uint64_t refused = 0;  ///< connections since the last log line about them
  std::string refused_reason; ///< of the latest
  std::map<caf::io::connection_handle, transport_connection> connections;
};

using transport_pointer = transport_actor::stateful_broker_pointer<transport_state>;

/// The master's side; when the address cannot be bound, `get_port` is answered with the reason.
transport_actor::behavior_type listening_transport(transport_pointer self, transport_config config,
                                                   std::string ip, std::uint16_t port);

/// The agent's side of one connection that is already established; ends with it.
transport_actor::behavior_type connected_transport(transport_pointer self,
                                                   caf::io::connection_handle connection,
                                                   transport_config config);

} // namespace troupe::link

TROUPE_MESSAGE(troupe::link::frame_arrived)
TROUPE_MESSAGE(troupe::link::transport_closed)
TROUPE_MESSAGE(troupe::link::write_frame)
TROUPE_MESSAGE(troupe::link::drop_connection)
TROUPE_MESSAGE(troupe::link::get_port)
