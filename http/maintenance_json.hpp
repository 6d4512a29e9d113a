/// Maintenance as the v0 endpoints and the operator API show it: pure rendering.
#pragma once

#include "http/maintenance_model.hpp"

#include <mesos/v1/master.pb.h>

namespace troupe::http {

/// What is planned.
mesos::v1::maintenance::Schedule schedule_of(const maintenance_model& model);
/// Which machines are draining (planned and not down), with what frameworks say to it, and which are down.
mesos::v1::maintenance::ClusterStatus maintenance_status_of(const maintenance_model& model);

/// Answers of GET_MAINTENANCE_SCHEDULE and GET_MAINTENANCE_STATUS.
mesos::v1::master::Response schedule_response(const maintenance_model& model);
mesos::v1::master::Response maintenance_status_response(const maintenance_model& model);

} // namespace troupe::http
