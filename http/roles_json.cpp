#include "http/roles_json.hpp"

#include "http/entity_json.hpp"
#include "http/json_object.hpp"
#include "wire/resource_convert.hpp"

namespace troupe::http {

using mesos::v1::master::Response;
using mesos::v1::quota::QuotaStatus;

namespace {

resources as_resources(const quantities& amounts) {
  resources result;
  for (const auto& [name, amount] : amounts)
    result.add(make_scalar(name, amount.to_double()));
  return result;
}

/// A plain resource, without role.
void write(wire::resource_list& list, const std::string& name, quantity amount) {
  auto& item = *list.Add();
  item.set_name(name);
  item.set_type(mesos::v1::Value::SCALAR);
  item.mutable_scalar()->set_value(amount.to_double());
}

void write(wire::resource_list& list, const quantities& amounts) {
  for (const auto& [name, amount] : amounts)
    write(list, name, amount);
}

/// Where guarantee and limit are one, what is forbidden has a guarantee of 0.
void write_guarantee(wire::resource_list& list, const role_quota& quota) {
  write(list, quota.guarantees);
  for (const auto& [name, limit] : quota.limits)
    if (limit.is_zero())
      write(list, name, limit);
}

void append_limits(std::string& out, const resource_limits& limits) {
  json_object object(out);
  for (const auto& [name, limit] : limits)
    wire::append_json_double(object.foreign_key(name), limit.to_double());
  object.close();
}

void append_quota(json_object& object, const role_row& role) {
  json_object quota(object.key("quota"));
  quota.text("role", role.name);
  append_res(quota.key("guarantee"), as_resources(role.quota->guarantees));
  append_limits(quota.key("limit"), role.quota->limits);
  append_res(quota.key("consumed"), as_resources(role.consumed));
  if (role.quota->principal)
    quota.text("principal", *role.quota->principal);
  quota.close();
}

void append_role(std::string& out, const role_row& role) {
  json_object object(out);
  append_json_array(
      object.key("frameworks"), role.frameworks,
      [](std::string& to, const framework_id& id) { wire::append_json_string(to, id.value()); });
  object.text("name", role.name);
  if (role.quota)
    append_quota(object, role);
  append_res(object.key("resources"), role.allocated + role.offered);
  append_res(object.key("allocated"), role.allocated);
  append_res(object.key("offered"), role.offered);
  append_res(object.key("reserved"), as_resources(role.reserved));
  object.number("weight", role.weight);
  object.close();
}

QuotaStatus status_of(const roles_model& model) {
  QuotaStatus status;
  for (const auto& [role, quota] : model.quotas()) {
    auto& info = *status.add_infos();
    info.set_role(role);
    if (quota->principal)
      info.set_principal(*quota->principal);
    write_guarantee(*info.mutable_guarantee(), *quota);
    auto& config = *status.add_configs();
    config.set_role(role);
    *config.mutable_guarantees() = wire::quantities_to_proto(quota->guarantees);
    *config.mutable_limits() = wire::limits_to_proto(quota->limits);
  }
  return status;
}

} // namespace

std::string roles_json(const std::vector<role_row>& roles) {
  std::string out;
  json_object object(out);
  append_json_array(object.key("roles"), roles, append_role);
  object.close();
  return out;
}

std::string quota_json(const roles_model& model) {
  return wire::to_json(status_of(model));
}

std::string weights_json(const roles_model& model) {
  std::string out;
  append_json_array(out, model.weights(), [](std::string& to, const auto& each) {
    json_object object(to);
    object.text("role", each.first);
    object.number("weight", each.second);
    object.close();
  });
  return out;
}

Response roles_response(const std::vector<role_row>& roles) {
  Response response;
  response.set_type(Response::GET_ROLES);
  auto& list = *response.mutable_get_roles()->mutable_roles();
  for (const auto& each : roles) {
    auto& role = *list.Add();
    role.set_name(each.name);
    role.set_weight(each.weight);
    for (const auto& id : each.frameworks)
      role.add_frameworks()->set_value(id.value());
    write(*role.mutable_resources(), (each.allocated + each.offered).scalars());
  }
  return response;
}

Response quota_response(const roles_model& model) {
  Response response;
  response.set_type(Response::GET_QUOTA);
  *response.mutable_get_quota()->mutable_status() = status_of(model);
  return response;
}

Response weights_response(const roles_model& model) {
  Response response;
  response.set_type(Response::GET_WEIGHTS);
  for (const auto& [role, weight] : model.weights()) {
    auto& info = *response.mutable_get_weights()->add_weight_infos();
    info.set_role(role);
    info.set_weight(weight);
  }
  return response;
}

} // namespace troupe::http
