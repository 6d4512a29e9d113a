/// Roles, quotas and weights as the v0 endpoints and the operator API show them: pure rendering.
#pragma once

#include "http/roles_model.hpp"

#include <mesos/v1/master.pb.h>

namespace troupe::http {

/// Bodies of `/roles`, `/quota` and `/weights`.
std::string roles_json(const std::vector<role_row>& roles);
std::string quota_json(const roles_model& model);
std::string weights_json(const roles_model& model);

/// Answers of GET_ROLES, GET_QUOTA and GET_WEIGHTS.
mesos::v1::master::Response roles_response(const std::vector<role_row>& roles);
mesos::v1::master::Response quota_response(const roles_model& model);
mesos::v1::master::Response weights_response(const roles_model& model);

} // namespace troupe::http
