/// The link between master and agent, seen from both ends. Over TCP a broker of `link/` stands behind the
/// handles; in one process they connect the actors directly; the simulation loses, delays and doubles
/// what passes.
///
///   agent ──to_master──▶ [master_link ~~~ agent_link] ──link_received──▶ master
///   agent ◀──master_link_received── [master_link ~~~ agent_link] ◀──to_agent── master
///
/// Order is kept per direction while a link lives. A link that ends may lose what was on its way; both
/// sides then hear it once (`link_closed`, `master_link_down`) and the agent registers again on a new one.
#pragma once

#include "protocol/base.hpp"

#include <cstdint>

namespace troupe {

/// End this link now.
struct link_close {
  std::string reason;
};

/// The master's handle to one agent.
using agent_link_actor = caf::typed_actor<caf::reacts_to<to_agent_ptr>, caf::reacts_to<link_close>>;

/// The agent's handle to the master.
using master_link_actor =
    caf::typed_actor<caf::reacts_to<to_master_ptr>, caf::reacts_to<link_close>>;

/// Numbers a link within one master process; never reused.
using link_id = std::uint64_t;

/// To the master: an authenticated peer stands behind `link`.
struct link_opened {
  link_id id = 0;
  agent_link_actor link;
  std::string peer;      ///< "ip:port" of the other side, for logs
  std::string principal; ///< empty when no secret is configured
};

/// To the master: a record arrived.
struct link_received {
  link_id id = 0;
  to_master_ptr record;
};

/// To the master: the link ended; said exactly once for each `link_opened`.
struct link_closed {
  link_id id = 0;
  std::string reason;
};

/// What the master's side of a link reports to.
using agent_link_listener_actor =
    caf::typed_actor<caf::reacts_to<link_opened>, caf::reacts_to<link_received>,
                     caf::reacts_to<link_closed>>;

/// To the agent: a master accepted the connection; register now.
struct master_link_up {
  master_link_actor link;
};

/// To the agent: a record of the master arrived on the current link.
struct master_link_received {
  to_agent_ptr record;
};

/// To the agent: the link ended; the connector keeps trying and reports the next `master_link_up`.
struct master_link_down {
  std::string reason;
};

/// What the agent's side of a link reports to.
using master_link_listener_actor =
    caf::typed_actor<caf::reacts_to<master_link_up>, caf::reacts_to<master_link_received>,
                     caf::reacts_to<master_link_down>>;

} // namespace troupe

TROUPE_MESSAGE(troupe::link_close)
TROUPE_MESSAGE(troupe::link_opened)
TROUPE_MESSAGE(troupe::link_received)
TROUPE_MESSAGE(troupe::link_closed)
TROUPE_MESSAGE(troupe::master_link_up)
TROUPE_MESSAGE(troupe::master_link_received)
TROUPE_MESSAGE(troupe::master_link_down)
