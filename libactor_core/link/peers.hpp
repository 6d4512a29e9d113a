/// The two ends of an open link: each turns frames into the records of `protocol/agent_link.hpp` and back,
/// off the broker's thread, and keeps the agent from running ahead of the master.
///
/// Backpressure: an agent may send `terms.credit` records; the master's end grants more as the master has
/// handled them. Records beyond the credit wait at the agent, at most `max_waiting_records`; an agent
/// that sends without credit breaks the protocol and is dropped.
#pragma once

#include "link/transport.hpp"
#include "protocol/agent_link.hpp"

#include <deque>

namespace troupe::link {

/// At the master: stands for one agent.
using agent_side_actor =
    caf::typed_actor<caf::reacts_to<to_agent_ptr>, caf::reacts_to<link_close>,
                     caf::reacts_to<frame_arrived>, caf::reacts_to<transport_closed>>;

struct agent_side_state {
  const char* name = "agent link";
  open_connection wire;
  agent_link_listener_actor master;
  link_id id = 0;
  std::uint32_t credit_left = 0;
  std::uint32_t handled = 0; ///< since credit was last granted
  bool closed = false;
};

agent_side_actor::behavior_type
agent_side(agent_side_actor::stateful_pointer<agent_side_state> self, open_connection wire,
           agent_link_listener_actor master, link_id id);

/// At the agent: stands for the master.
using master_side_actor =
    caf::typed_actor<caf::reacts_to<to_master_ptr>, caf::reacts_to<link_close>,
                     caf::reacts_to<frame_arrived>, caf::reacts_to<transport_closed>>;

struct master_side_state {
  static constexpr std::size_t max_waiting_records = 100'000;
  const char* name = "master link";
  open_connection wire;
  master_link_listener_actor agent;
  std::function<void(const std::string&)> on_closed;
  std::uint32_t credit = 0;
  std::deque<frame> waiting;
};

master_side_actor::behavior_type
master_side(master_side_actor::stateful_pointer<master_side_state> self, open_connection wire,
            master_link_listener_actor agent, std::function<void(const std::string&)> on_closed);

} // namespace troupe::link
