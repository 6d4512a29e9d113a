#include "http/maintenance_json.hpp"

#include "master/maintenance_checks.hpp"

#include <troupe/registry.pb.h>

#include <map>

namespace troupe::http {

using mesos::v1::maintenance::ClusterStatus;
using mesos::v1::maintenance::Schedule;
using mesos::v1::master::Response;

namespace {

using agent_answers = delta::inverse_answers_changed;

/// By the keys of all machines that an agent may be on.
std::multimap<std::string, const agent_answers*> by_machine(const maintenance_model& model) {
  std::multimap<std::string, const agent_answers*> result;
  for (const auto& [id, each] : model.answers())
    for (auto& key : master::machine_keys(each.hostname, each.ip))
      result.emplace(std::move(key), &each);
  return result;
}

} // namespace

Schedule schedule_of(const maintenance_model& model) {
  return model.plan() ? model.plan()->schedule() : Schedule{};
}

ClusterStatus maintenance_status_of(const maintenance_model& model) {
  ClusterStatus status;
  if (!model.plan())
    return status;
  const auto answers = by_machine(model);
  const master::machine_set down(model.plan()->down());
  for (const auto& window : model.plan()->schedule().windows())
    for (const auto& machine : window.machine_ids()) {
      if (down.contains(machine))
        continue;
      auto& draining = *status.add_draining_machines();
      *draining.mutable_id() = machine;
      auto [first, last] = answers.equal_range(master::machine_key(machine));
      for (auto each = first; each != last; ++each)
        for (const auto& answer : each->second->answers)
          *draining.add_statuses() = *answer;
    }
  *status.mutable_down_machines() = model.plan()->down();
  return status;
}

Response schedule_response(const maintenance_model& model) {
  Response response;
  response.set_type(Response::GET_MAINTENANCE_SCHEDULE);
  *response.mutable_get_maintenance_schedule()->mutable_schedule() = schedule_of(model);
  return response;
}

Response maintenance_status_response(const maintenance_model& model) {
  Response response;
  response.set_type(Response::GET_MAINTENANCE_STATUS);
  *response.mutable_get_maintenance_status()->mutable_status() = maintenance_status_of(model);
  return response;
}

} // namespace troupe::http
