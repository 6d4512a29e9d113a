#include "master/maintenance_checks.hpp"

#include "wire/json.hpp"

#include <troupe/registry.pb.h>

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace troupe::master {

using mesos::v1::MachineID;
using mesos::v1::maintenance::Schedule;

namespace {

using fault = std::optional<std::string>;

std::string key_of(std::string hostname, const std::string& ip) {
  std::transform(hostname.begin(), hostname.end(), hostname.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return hostname + '\n' + ip;
}

std::string named(const MachineID& machine) {
  return "Machine '" + wire::to_json(machine) + "'";
}

fault machine_fault(const MachineID& machine) {
  if (machine.hostname().empty() && machine.ip().empty())
    return "Both 'hostname' and 'ip' for a machine are empty";
  in_addr v4{};
  in6_addr v6{};
  if (!machine.ip().empty() && inet_pton(AF_INET, machine.ip().c_str(), &v4) != 1 &&
      inet_pton(AF_INET6, machine.ip().c_str(), &v6) != 1)
    return "Failed to parse IP: " + machine.ip();
  return std::nullopt;
}

fault list_fault(const machine_list& machines) {
  if (machines.empty())
    return "List of machines is empty";
  machine_set seen;
  for (const auto& machine : machines) {
    if (auto why = machine_fault(machine))
      return why;
    if (!seen.insert(machine))
      return named(machine) + " appears more than once in the list";
  }
  return std::nullopt;
}

fault window_fault(const mesos::v1::maintenance::Window& window, machine_set& seen) {
  if (window.machine_ids().empty())
    return "List of machines in the maintenance window is empty";
  if (window.unavailability().duration().nanoseconds() < 0)
    return "Unavailability 'duration' is negative";
  for (const auto& machine : window.machine_ids()) {
    if (auto why = machine_fault(machine))
      return why;
    if (!seen.insert(machine))
      return named(machine) + " appears more than once in the schedule";
  }
  return std::nullopt;
}

/// All must be scheduled; `is_fit` tells of each whether it is down or not as it should be.
template <class IsFit>
fault mode_fault(const machine_list& machines, const stored::Maintenance& plan, IsFit is_fit,
                 const std::string& unfit) {
  if (auto why = list_fault(machines))
    return why;
  machine_set scheduled(plan.schedule());
  machine_set down(plan.down());
  for (const auto& machine : machines) {
    if (!scheduled.contains(machine))
      return named(machine) + " is not part of a maintenance schedule";
    if (!is_fit(down.contains(machine)))
      return named(machine) + unfit;
  }
  return std::nullopt;
}

} // namespace

std::string machine_key(const MachineID& machine) {
  return key_of(machine.hostname(), machine.ip());
}

std::array<std::string, 3> machine_keys(const std::string& hostname, const std::string& ip) {
  return {key_of(hostname, ip), key_of(hostname, ""), key_of("", ip)};
}

machine_set::machine_set(const machine_list& machines) {
  for (const auto& machine : machines)
    insert(machine);
}

machine_set::machine_set(const Schedule& schedule) {
  for (const auto& window : schedule.windows())
    for (const auto& machine : window.machine_ids())
      insert(machine);
}

bool machine_set::insert(const MachineID& machine) {
  return keys_.insert(machine_key(machine)).second;
}

bool machine_set::contains(const MachineID& machine) const {
  return keys_.contains(machine_key(machine));
}

machine_index::machine_index(shared<stored::Maintenance> plan)
    : plan_(std::move(plan)) {
  for (const auto& window : plan_->schedule().windows())
    for (const auto& machine : window.machine_ids())
      absences_.emplace(machine_key(machine), &window.unavailability());
  for (const auto& machine : plan_->down())
    down_.insert(machine_key(machine));
}

const mesos::v1::Unavailability* machine_index::absence(const std::string& hostname,
                                                        const std::string& ip) const {
  for (const auto& key : machine_keys(hostname, ip))
    if (auto found = absences_.find(key); found != absences_.end())
      return found->second;
  return nullptr;
}

bool machine_index::is_down(const std::string& hostname, const std::string& ip) const {
  auto keys = machine_keys(hostname, ip);
  return std::any_of(keys.begin(), keys.end(),
                     [&](const auto& key) { return down_.contains(key); });
}

fault schedule_fault(const Schedule& wanted, const machine_list& down) {
  machine_set seen;
  for (const auto& window : wanted.windows())
    if (auto why = window_fault(window, seen))
      return why;
  for (const auto& machine : down)
    if (!seen.contains(machine))
      return named(machine) + " is deactivated and cannot be removed from the schedule";
  return std::nullopt;
}

fault down_fault(const machine_list& machines, const stored::Maintenance& plan) {
  return mode_fault(
      machines, plan, [](bool is_down) { return !is_down; },
      " is not in DRAINING mode and cannot be brought down");
}

fault up_fault(const machine_list& machines, const stored::Maintenance& plan) {
  return mode_fault(
      machines, plan, [](bool is_down) { return is_down; },
      " is not in DOWN mode and cannot be brought up");
}

void erase_machines(machine_list& list, const machine_list& gone) {
  machine_set out(gone);
  machine_list rest;
  for (auto& machine : list)
    if (!out.contains(machine))
      rest.Add(std::move(machine));
  list.Swap(&rest);
}

} // namespace troupe::master
