/// An agent's resources while their form changes.
#pragma once

#include "master/conversion.hpp"
#include "master/turn.hpp"

namespace troupe::master {

/// The change is made in the books, shown to readers, and sent to the agent to be remembered. The
/// allocator is the caller's to tell.
void convert_total(turn& t, agent_entry& agent, const conversion& change);

/// To the agent: what it has to remember.
void send_checkpointed(turn& t, const agent_entry& agent);

/// The agent's volumes, with those that are being made for operators.
resources all_volumes(const turn& t, const agent_entry& agent);

/// "agent <id> at <pid> (<hostname>)", for people.
std::string place_text(const agent_entry& agent);

/// What its tasks and executors hold, without allocation roles.
resources held_on(const turn& t, const agent_entry& agent);

/// Whether a task or an executor of the agent uses one of these volumes.
bool any_in_use(const turn& t, const agent_entry& agent, const resources& volumes);

} // namespace troupe::master
