/// The rules of maintenance: which machines a schedule names, and what may become of them. Pure.
#pragma once

#include "wire/fwd.hpp"

#include <google/protobuf/repeated_ptr_field.h>

#include <array>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>

namespace mesos::v1 {
class MachineID;
class Unavailability;
namespace maintenance {
class Schedule;
}
} // namespace mesos::v1

namespace troupe::stored {
class Maintenance;
}

namespace troupe::master {

using machine_list = google::protobuf::RepeatedPtrField<mesos::v1::MachineID>;

/// A text for a machine by which it is told from others; host names compare without case.
std::string machine_key(const mesos::v1::MachineID& machine);
/// The keys of all machine ids that are true of an agent at this place.
std::array<std::string, 3> machine_keys(const std::string& hostname, const std::string& ip);

/// Machines to look up; host names compare without case.
class machine_set {
 public:
  machine_set() = default;
  explicit machine_set(const machine_list& machines);
  explicit machine_set(const mesos::v1::maintenance::Schedule& schedule);

  /// False when it is there already.
  bool insert(const mesos::v1::MachineID& machine);
  bool contains(const mesos::v1::MachineID& machine) const;

 private:
  std::unordered_set<std::string> keys_;
};

/// What a plan means for agents. An agent is on a machine when all that the machine's id says, host name,
/// address or both, is true of it.
class machine_index {
 public:
  explicit machine_index(shared<stored::Maintenance> plan);

  /// When the agent's machine will be away; null when it is not scheduled.
  const mesos::v1::Unavailability* absence(const std::string& hostname,
                                           const std::string& ip) const;
  bool is_down(const std::string& hostname, const std::string& ip) const;

 private:
  shared<stored::Maintenance> plan_;
  std::unordered_map<std::string, const mesos::v1::Unavailability*> absences_;
  std::unordered_set<std::string> down_;
};

/// Why this can't become the schedule: its form, or that it drops a machine that is down.
std::optional<std::string> schedule_fault(const mesos::v1::maintenance::Schedule& wanted,
                                          const machine_list& down);
/// Why these can't go down: all must be scheduled and not down.
std::optional<std::string> down_fault(const machine_list& machines,
                                      const stored::Maintenance& plan);
/// Why these can't come up: all must be down.
std::optional<std::string> up_fault(const machine_list& machines, const stored::Maintenance& plan);

/// Takes the machines out of the list.
void erase_machines(machine_list& list, const machine_list& gone);

} // namespace troupe::master
