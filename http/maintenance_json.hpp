/// Maintenance as the v0 endpoints and the operator API show it: pure rendering. A null plan is an empty
/// one.
#pragma once

#include "protocol/state_delta.hpp"

#include <mesos/v1/master.pb.h>

namespace troupe::http {

/// What is planned.
mesos::v1::maintenance::Schedule schedule_of(const stored::Maintenance* plan);
/// Which machines are draining (planned and not down), and which are down.
mesos::v1::maintenance::ClusterStatus maintenance_status_of(const stored::Maintenance* plan);

/// Answers of GET_MAINTENANCE_SCHEDULE and GET_MAINTENANCE_STATUS.
mesos::v1::master::Response schedule_response(const stored::Maintenance* plan);
mesos::v1::master::Response maintenance_status_response(const stored::Maintenance* plan);

} // namespace troupe::http
