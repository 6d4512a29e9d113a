/// Agents come, come back, fall silent and go.
///
///   link up ──register──▶ (being stored) ──▶ connected ◀──reregister── disconnected
///                                            │   └──────link ends──────▲   │
///                       five pings unanswered└──────────┐   ┌──────────────┘ not back in 10 min
///                                                       ▼   ▼
///   registry at start ──▶ recovered ──not back──▶ unreachable ──reregister──▶ connected
///
/// Every step into or out of the registry waits until the registrar has stored it (`on_stored`);
/// records of an agent that has such a step under way wait too.
#pragma once

#include "master/turn.hpp"

namespace troupe::master {

/// The registry is there: its agents are expected back, links that waited are served.
void begin_leading(turn& t, const registry& known);

void on_link_up(turn& t, link_id link, const std::string& peer, const std::string& principal);
void on_record(turn& t, link_id link, const to_master_ptr& record);
void on_link_down(turn& t, link_id link, const std::string& reason);

void on_stored(turn& t, store_id id);

/// What is due for an agent.
void ping(turn& t, const agent_id& id);
void return_timed_out(turn& t, const agent_id& id);
void recovery_timed_out(turn& t);

} // namespace troupe::master
