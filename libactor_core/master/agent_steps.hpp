/// The steps of an agent's life that `agents.cpp` puts together; each is a file of its own.
#pragma once

#include "master/agent_report.hpp"
#include "master/turn.hpp"

namespace troupe::master {

// agent_admission.cpp

/// RegisterAgent: a new agent, or one that has missed the answer.
void on_register(turn& t, link_id link, const to_master_ptr& record);
void finish(turn& t, const admission& step);

/// Makes the entry of an agent that is (again) registered; other agents at its address are given
/// up.
agent_entry& enter_agent(turn& t, const agent_id& id, const link::RegisterAgent& registration,
                         const std::string& pid, resources total);
/// Ties the agent to this link if it is still open, else leaves it disconnected with the clock
/// ticking.
void bind(turn& t, agent_entry& agent, link_id link);
/// "You are registered", with the tasks that the agent did not name; then the first ping.
void greet(turn& t, agent_entry& agent, bool again,
           const std::vector<std::pair<framework_id, task_id>>& reconcile);

// agent_return.cpp

/// ReregisterAgent: an agent with an id.
void on_reregister(turn& t, link_id link, const to_master_ptr& record);
void finish(turn& t, const homecoming& step);

// agent_loss.cpp

/// The link has ended: offers are withdrawn, frameworks without checkpoints lose their tasks.
void disconnect(turn& t, agent_entry& agent);
/// Begins to remove the agent, unless a change of it is under way already.
void begin_loss(turn& t, const agent_id& agent, loss_cause cause, const std::string& reason);
/// An operator says that the agent will never come back. The answer, or nothing when it follows once
/// that is stored.
std::optional<api_answer> mark_gone(turn& t, const agent_id& agent, request_id request);
void finish(turn& t, const loss& step);

} // namespace troupe::master
