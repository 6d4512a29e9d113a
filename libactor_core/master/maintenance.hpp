/// Maintenance: operators plan when machines will be away.
///
///   UP ──scheduled──▶ DRAINING ──START_MAINTENANCE──▶ DOWN ──STOP_MAINTENANCE──▶ UP
///    ▲─────────not scheduled any more────┘
///
/// Offers of a scheduled machine's agents say when it will be away, and inverse offers ask those who use them
/// to leave (`inverse_offers.hpp`). A machine that is down has no agents:
/// those it has are removed and shut down, and none may register.
#pragma once

#include "master/maintenance_checks.hpp"
#include "master/turn.hpp"

namespace troupe::link {
class RegisterAgent;
}

namespace troupe::master {

// Each gives nothing when the answer follows once the change is stored.

std::optional<api_answer> update_schedule(turn& t, const mesos::v1::maintenance::Schedule& wanted,
                                          request_id request);
std::optional<api_answer> start_maintenance(turn& t, const machine_list& machines,
                                            request_id request);
std::optional<api_answer> stop_maintenance(turn& t, const machine_list& machines,
                                           request_id request);

/// It is stored: offers and inverse offers whose machine's time has changed are withdrawn, answers forgotten,
/// agents on machines that are down removed.
void put_maintenance_in_force(turn& t, const registry_op::change_maintenance& change);

/// The plan counts from now on; null is none.
void use_plan(books& book, const shared<stored::Maintenance>& plan);

/// The allocator has just been told of the agent, and hears that it will be away, if it will be.
void plan_absence_of(turn& t, const agent_entry& agent);

/// When the agent's machine will be away; null when it is not scheduled.
const mesos::v1::Unavailability* planned_absence(const books& book, const agent_entry& agent);

/// An agent of a machine that is down may not come in: it is told to shut down. False when it may.
bool turn_away(turn& t, link_id link, const link::RegisterAgent& registration,
               const std::string& pid);
/// The machine went down while the agent was on its way in.
void remove_if_down(turn& t, const agent_entry& agent);

} // namespace troupe::master
