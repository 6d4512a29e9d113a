#include "master/maintenance.hpp"

#include "master/agent_steps.hpp"
#include "master/inverse_offers.hpp"
#include "master/offers.hpp"
#include "master/operator_settings.hpp"

#include <troupe/link.pb.h>
#include <troupe/registry.pb.h>

namespace troupe::master {

using mesos::v1::Unavailability;
using mesos::v1::maintenance::Schedule;

namespace {

constexpr const char* machine_down = "Operator initiated 'Machine DOWN'";

/// What will be when all that waits for the store is stored.
stored::Maintenance plan_to_come(const books& book) {
  return book.maintenance_to_come ? *book.maintenance_to_come : stored::Maintenance{};
}

void store(turn& t, stored::Maintenance plan, request_id request) {
  store_settings(
      t,
      registry_op::change_maintenance{std::make_shared<const stored::Maintenance>(std::move(plan))},
      request);
}

api_answer refused(const std::string& why) {
  return {400, why, nullptr};
}

bool is_down(const books& book, const std::string& hostname, const std::string& ip) {
  return book.machines && book.machines->is_down(hostname, ip);
}

void tell_to_shut_down(turn& t, link_id link) {
  link::ToAgent record;
  record.mutable_shutdown()->set_reason(machine_down);
  t.tell_link(link, std::move(record));
}

/// Nobody was asked for the new time yet, and what is offered must tell of it.
void change_absence(turn& t, agent_entry& agent) {
  rescind_all(t, agent);
  rescind_inverse_offers(t, agent);
  forget_answers(t, agent);
  t.tell_allocator(plan_absence{agent.id, planned_absence(t.book, agent) != nullptr});
}

std::string absence_text(const books& book, const agent_entry& agent) {
  const auto* absence = planned_absence(book, agent);
  return absence == nullptr ? "" : "scheduled " + absence->SerializeAsString();
}

} // namespace

std::optional<api_answer> update_schedule(turn& t, const Schedule& wanted, request_id request) {
  auto plan = plan_to_come(t.book);
  if (auto why = schedule_fault(wanted, plan.down()))
    return refused(*why);
  *plan.mutable_schedule() = wanted;
  store(t, std::move(plan), request);
  return std::nullopt;
}

std::optional<api_answer> start_maintenance(turn& t, const machine_list& machines,
                                            request_id request) {
  auto plan = plan_to_come(t.book);
  if (auto why = down_fault(machines, plan))
    return refused(*why);
  plan.mutable_down()->MergeFrom(machines);
  store(t, std::move(plan), request);
  return std::nullopt;
}

std::optional<api_answer> stop_maintenance(turn& t, const machine_list& machines,
                                           request_id request) {
  auto plan = plan_to_come(t.book);
  if (auto why = up_fault(machines, plan))
    return refused(*why);
  erase_machines(*plan.mutable_down(), machines);
  auto& windows = *plan.mutable_schedule()->mutable_windows();
  for (int i = windows.size(); i-- > 0;) {
    erase_machines(*windows[i].mutable_machine_ids(), machines);
    if (windows[i].machine_ids().empty())
      windows.DeleteSubrange(i, 1);
  }
  store(t, std::move(plan), request);
  return std::nullopt;
}

void use_plan(books& book, const shared<stored::Maintenance>& plan) {
  book.maintenance = plan;
  book.machines = plan ? std::make_shared<const machine_index>(plan) : nullptr;
}

void put_maintenance_in_force(turn& t, const registry_op::change_maintenance& change) {
  std::map<agent_id, std::string> before;
  for (const auto& [id, agent] : t.book.agents)
    before[id] = absence_text(t.book, agent);
  use_plan(t.book, change.plan);
  t.changed(delta::maintenance_changed{change.plan});
  t.info("maintenance changed",
         {{"windows", change.plan->schedule().windows_size()}, {"down", change.plan->down_size()}});
  for (auto& [id, agent] : t.book.agents) {
    if (before[id] != absence_text(t.book, agent))
      change_absence(t, agent);
    remove_if_down(t, agent);
  }
}

void plan_absence_of(turn& t, const agent_entry& agent) {
  if (planned_absence(t.book, agent) != nullptr)
    t.tell_allocator(plan_absence{agent.id, true});
}

const Unavailability* planned_absence(const books& book, const agent_entry& agent) {
  return book.machines ? book.machines->absence(agent.info->hostname(), agent.address.ip) : nullptr;
}

bool turn_away(turn& t, link_id link, const link::RegisterAgent& registration,
               const std::string& pid) {
  const auto& hostname = registration.agent().hostname();
  if (!is_down(t.book, hostname, parse_pid(pid)->ip))
    return false;
  t.warning("agent told to shut down",
            {{"link", link}, {"hostname", hostname}, {"reason", "its machine is down"}});
  tell_to_shut_down(t, link);
  return true;
}

void remove_if_down(turn& t, const agent_entry& agent) {
  if (!is_down(t.book, agent.info->hostname(), agent.address.ip) ||
      t.book.busy_agents.contains(agent.id))
    return;
  if (agent.connected())
    tell_to_shut_down(t, agent.link);
  begin_loss(t, agent.id, loss_cause::machine_down, machine_down);
}

} // namespace troupe::master
