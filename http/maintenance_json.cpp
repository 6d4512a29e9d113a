#include "http/maintenance_json.hpp"

#include "master/maintenance_checks.hpp"

#include <troupe/registry.pb.h>

namespace troupe::http {

using mesos::v1::maintenance::ClusterStatus;
using mesos::v1::maintenance::Schedule;
using mesos::v1::master::Response;

Schedule schedule_of(const stored::Maintenance* plan) {
  return plan != nullptr ? plan->schedule() : Schedule{};
}

ClusterStatus maintenance_status_of(const stored::Maintenance* plan) {
  ClusterStatus status;
  if (plan == nullptr)
    return status;
  const master::machine_set down(plan->down());
  for (const auto& window : plan->schedule().windows())
    for (const auto& machine : window.machine_ids())
      if (!down.contains(machine))
        *status.add_draining_machines()->mutable_id() = machine;
  *status.mutable_down_machines() = plan->down();
  return status;
}

Response schedule_response(const stored::Maintenance* plan) {
  Response response;
  response.set_type(Response::GET_MAINTENANCE_SCHEDULE);
  *response.mutable_get_maintenance_schedule()->mutable_schedule() = schedule_of(plan);
  return response;
}

Response maintenance_status_response(const stored::Maintenance* plan) {
  Response response;
  response.set_type(Response::GET_MAINTENANCE_STATUS);
  *response.mutable_get_maintenance_status()->mutable_status() = maintenance_status_of(plan);
  return response;
}

} // namespace troupe::http
