#include "master/agents.hpp"

#include "master/agent_steps.hpp"
#include "master/operator_settings.hpp"
#include "master/tasks.hpp"

#include <mesos/v1/mesos.pb.h>
#include <troupe/link.pb.h>

#include <cmath>

namespace troupe::master {

using link::ToMaster;

namespace {

bool is_registration(const ToMaster& record) {
  return record.has_register_() || record.has_reregister();
}

/// The agent that speaks over a link; one that is not registered is told so.
agent_entry* speaker(turn& t, link_id id, const link_entry& link, const ToMaster& spoken) {
  if (auto* agent = t.book.find(link.agent)) {
    agent->heard = true;
    return agent;
  }
  if (spoken.has_pong())
    return nullptr; // perhaps of the very ping below
  t.warning("record of an agent that is not registered dropped",
            {{"link", id}, {"peer", link.peer}});
  link::ToAgent record;
  record.mutable_ping()->set_connected(false);
  t.tell_link(id, std::move(record));
  return nullptr;
}

void on_unregister(turn& t, const agent_entry& agent, const link::UnregisterAgent& record) {
  t.count("master/messages_unregister_slave");
  if (record.agent_id().value() != agent.id.value()) {
    t.warning("an agent can't unregister another one",
              {{"agent", agent.id.value()}, {"other", record.agent_id().value()}});
    return;
  }
  begin_loss(t, agent.id, loss_cause::unregistered, "the agent unregistered");
}

void on_agent_record(turn& t, agent_entry& agent, const ToMaster& record) {
  switch (record.kind_case()) {
  case ToMaster::kUnregister:
    on_unregister(t, agent, record.unregister());
    break;
  case ToMaster::kStatusUpdate:
    on_status_update(t, agent, record.status_update());
    break;
  case ToMaster::kExecutorExited:
    on_executor_exited(t, agent, record.executor_exited());
    break;
  case ToMaster::kExecutorMessage:
    on_executor_message(t, agent, record.executor_message());
    break;
  case ToMaster::kPong:
    break; // heard, that is all
  default:
    t.warning("record of an unknown kind ignored", {{"agent", agent.id.value()}});
  }
}

} // namespace

void begin_leading(turn& t, const registry& known) {
  t.book.leading = true;
  t.book.elected = t.now.wall;
  t.book.recovered_agents = known.admitted;
  t.book.agents_in_registry = known.admitted.size();
  t.book.gone_agents = known.gone;
  for (const auto& [id, since] : known.unreachable)
    t.book.unreachable_agents.put(id, wall_time{std::chrono::nanoseconds{since}},
                                  t.config.keep.lost_agents);
  t.info("registry loaded, leading", {{"master", t.config.id.value()},
                                      {"agents", known.admitted.size()},
                                      {"unreachable", known.unreachable.size()},
                                      {"gone", known.gone.size()}});
  t.master_changed();
  recover_settings(t, known);
  for (const auto& [id, info] : known.admitted)
    t.changed(delta::agent_recovered{
        std::make_shared<recovered_agent_view>(recovered_agent_view{id, info})});
  if (!known.admitted.empty())
    t.book.timers.arm(timer::recovery_end, "", t.now.steady + t.config.agent_return_timeout);
  std::vector<std::pair<link_id, to_master_ptr>> waiting;
  for (auto& [id, link] : t.book.links)
    if (link.waiting)
      waiting.emplace_back(id, std::exchange(link.waiting, nullptr));
  for (const auto& [id, record] : waiting)
    on_record(t, id, record);
}

void on_link_up(turn& t, link_id link, const std::string& peer, const std::string& principal) {
  t.info("agent link up", {{"link", link}, {"peer", peer}, {"principal", principal}});
  t.book.links[link] = link_entry{peer, principal, {}, {}, nullptr};
}

void on_record(turn& t, link_id id, const to_master_ptr& record) {
  auto found = t.book.links.find(id);
  if (found == t.book.links.end())
    return; // closed by us, its last records were on their way
  if (!t.book.leading) {
    t.count("master/dropped_messages", is_registration(*record) ? 0 : 1);
    if (is_registration(*record))
      found->second.waiting = record;
    return;
  }
  if (record->has_register_())
    on_register(t, id, record);
  else if (record->has_reregister())
    on_reregister(t, id, record);
  else if (auto* agent = speaker(t, id, found->second, *record))
    on_agent_record(t, *agent, *record);
}

void on_link_down(turn& t, link_id id, const std::string& reason) {
  auto node = t.book.links.extract(id);
  if (node.empty())
    return;
  t.info("agent link down", {{"link", id},
                             {"peer", node.mapped().peer},
                             {"agent", node.mapped().agent.value()},
                             {"reason", reason}});
  if (auto* agent = t.book.find(node.mapped().agent); agent != nullptr && agent->link == id)
    disconnect(t, *agent);
}

void on_stored(turn& t, store_id id) {
  if (settings_stored(t, id))
    return;
  auto node = t.book.pending.extract(id);
  if (node.empty())
    return;
  auto agent = std::visit([](const auto& step) { return step.agent; }, node.mapped());
  auto waiting = t.book.busy_agents.extract(agent);
  if (const auto* step = std::get_if<admission>(&node.mapped()))
    t.book.admissions_by_pid.erase(step->pid);
  std::visit([&](const auto& step) { finish(t, step); }, node.mapped());
  if (waiting && waiting.mapped() && t.book.links.contains(waiting.mapped()->link))
    on_reregister(t, waiting.mapped()->link, waiting.mapped()->record);
}

void ping(turn& t, const agent_id& id) {
  auto* agent = t.book.find(id);
  if (agent == nullptr || !agent->connected())
    return;
  agent->missed_pings = agent->heard ? 0 : agent->missed_pings + 1;
  if (agent->missed_pings >= t.config.max_missed_pings) {
    begin_loss(t, id, loss_cause::unhealthy, "health check timed out");
    return;
  }
  agent->heard = false;
  link::ToAgent record;
  record.mutable_ping()->set_connected(true);
  t.tell(*agent, std::move(record));
  t.book.timers.arm(timer::agent_ping, id.value(), t.now.steady + t.config.ping_interval);
}

void return_timed_out(turn& t, const agent_id& id) {
  auto* agent = t.book.find(id);
  if (agent != nullptr && !agent->connected())
    begin_loss(t, id, loss_cause::unhealthy, "it did not re-register in time");
}

void recovery_timed_out(turn& t) {
  auto missing = t.book.recovered_agents.size();
  if (missing == 0)
    return;
  auto share = static_cast<double>(missing) / static_cast<double>(t.book.agents_in_registry);
  if (share > t.config.recovery_removal_limit) {
    t.out.push_back(effect::give_up{std::to_string(missing) + " of " +
                                    std::to_string(t.book.agents_in_registry) +
                                    " agents of the registry did not come back in time, more than "
                                    "the recovery agent removal limit"});
    return;
  }
  auto agents = t.book.recovered_agents;
  for (const auto& [id, info] : agents)
    begin_loss(t, id, loss_cause::unhealthy, "it did not come back after the master's failover");
}

} // namespace troupe::master
