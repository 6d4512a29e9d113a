#include "http/entity_json.hpp"

#include "http/json_object.hpp"
#include "model/resource_text.hpp"
#include "runtime/build_info.hpp"
#include "wire/resource_convert.hpp"

#include <array>

namespace troupe::http {

namespace v1 = mesos::v1;

double seconds_of(wall_time time) {
  const auto micros =
      std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count();
  return static_cast<double>(micros) / 1e6;
}

void append_build_info(json_object& object) {
  object.text("version", served_version());
  object.text("build_date", build_date());
  object.number("build_time", build_time());
  object.text("build_user", "troupe " + std::string(version()));
}

std::string shown_name(const resource& item) {
  return item.revocable ? item.name + "_revocable" : item.name;
}

namespace {

constexpr std::array<std::string_view, 4> usual_names{"cpus", "gpus", "mem", "disk"};

/// Takes the list without parsing it; false, with nothing taken, if not all are plain scalars.
bool add_scalars(flat_resources& to, const google::protobuf::RepeatedPtrField<v1::Resource>& list) {
  for (const auto& each : list)
    if (each.type() != v1::Value::SCALAR || each.has_shared() || each.has_revocable() ||
        each.scalar().value() < 0 || !quantity::checked(each.scalar().value()))
      return false;
  for (const auto& each : list)
    to.add(each.name(), quantity::from_double(each.scalar().value()));
  return true;
}

} // namespace

void flat_resources::add(std::string_view name, quantity amount) {
  for (std::size_t i = 0; i < usual_names.size(); ++i)
    if (name == usual_names[i]) {
      usual_[i] += amount;
      return;
    }
  scalars_[std::string(name)] += amount;
}

void flat_resources::add(const resources& value) {
  for (const auto& item : value) {
    if (item.is_scalar())
      add(shown_name(item), item.scalar());
    else
      others_[shown_name(item)].add(item);
  }
}

void flat_resources::append_to(std::string& out) const {
  json_object object(out);
  for (std::size_t i = 0; i < usual_names.size(); ++i)
    object.number(usual_names[i], usual_[i].to_double());
  for (const auto& [name, amount] : scalars_)
    wire::append_json_double(object.foreign_key(name), amount.to_double());
  for (const auto& [name, items] : others_) {
    const auto& first = *items.begin();
    const auto value = std::holds_alternative<ranges>(first.value)
                           ? resource::value_type{items.get_ranges(first.name)}
                           : resource::value_type{items.get_set(first.name)};
    wire::append_json_string(object.foreign_key(name), to_text(value));
  }
  object.close();
}

void append_res(std::string& out, const resources& value) {
  flat_resources flat;
  flat.add(value);
  flat.append_to(out);
}

void append_res_of(std::string& out, const google::protobuf::RepeatedPtrField<v1::Resource>& list) {
  flat_resources flat;
  if (!add_scalars(flat, list))
    if (auto value = wire::from_proto(list))
      flat.add(*value);
  flat.append_to(out);
}

void append_full_resources(std::string& out, const resources& value) {
  append_json_array(out, wire::to_proto(value, wire::resource_format::endpoint),
                    [](std::string& to, const v1::Resource& each) { wire::append_json(to, each); });
}

void append_reservations(json_object& object, const resources& total) {
  auto& out = object.key("reserved_resources");
  json_object reserved(out);
  for (const auto& [role, share] : total.reservations())
    append_res(reserved.foreign_key(role), share);
  reserved.close();
  append_res(object.key("unreserved_resources"), total.unreserved());
}

void append_attributes(std::string& out, const v1::AgentInfo& info) {
  json_object object(out);
  auto attributes = wire::attributes_from_proto(info.attributes());
  if (attributes)
    for (const auto& each : *attributes) {
      auto& to = object.foreign_key(each.name);
      if (const auto* number = std::get_if<double>(&each.value))
        wire::append_json_double(to, *number);
      else
        wire::append_json_string(to, to_text(each.value));
    }
  object.close();
}

void append_labels(std::string& out, const v1::Labels& labels) {
  append_json_array(out, labels.labels(), [](std::string& to, const v1::Label& each) {
    json_object object(to);
    object.text("key", each.key());
    if (each.has_value())
      object.text("value", each.value());
    object.close();
  });
}

namespace {

void append_status(std::string& out, const v1::TaskStatus& status) {
  json_object object(out);
  object.text("state", v1::TaskState_Name(status.state()));
  object.number("timestamp", status.timestamp());
  if (status.has_labels())
    append_labels(object.key("labels"), status.labels());
  if (status.has_container_status())
    object.message("container_status", status.container_status());
  if (status.has_healthy())
    object.boolean("healthy", status.healthy());
  object.close();
}

/// The role that the resources are allocated to.
std::string allocation_role(const google::protobuf::RepeatedPtrField<v1::Resource>& list) {
  for (const auto& each : list)
    if (each.has_allocation_info())
      return each.allocation_info().role();
  return "*";
}

} // namespace

void append_task(std::string& out, const v1::Task& task) {
  json_object object(out);
  object.text("id", task.task_id().value());
  object.text("name", task.name());
  object.text("framework_id", task.framework_id().value());
  object.text("executor_id", task.executor_id().value());
  object.text("slave_id", task.agent_id().value());
  object.text("state", v1::TaskState_Name(task.state()));
  append_res_of(object.key("resources"), task.resources());
  object.text("role", allocation_role(task.resources()));
  append_json_array(object.key("statuses"), task.statuses(), append_status);
  if (task.has_user())
    object.text("user", task.user());
  if (task.has_labels())
    append_labels(object.key("labels"), task.labels());
  if (task.has_discovery())
    object.message("discovery", task.discovery());
  if (task.has_container())
    object.message("container", task.container());
  if (task.has_health_check())
    object.message("health_check", task.health_check());
  object.close();
}

void append_executor_members(json_object& object, const v1::ExecutorInfo& executor,
                             const std::string& framework) {
  object.text("executor_id", executor.executor_id().value());
  object.text("name", executor.name());
  object.text("framework_id", framework);
  json_object command(object.key("command"));
  if (executor.command().has_shell())
    command.boolean("shell", executor.command().shell());
  if (executor.command().has_value())
    command.text("value", executor.command().value());
  append_json_array(
      command.key("argv"), executor.command().arguments(),
      [](std::string& to, const std::string& each) { wire::append_json_string(to, each); });
  if (executor.command().has_environment())
    command.message("environment", executor.command().environment());
  append_json_array(command.key("uris"), executor.command().uris(),
                    [](std::string& to, const v1::CommandInfo::URI& each) {
                      json_object uri(to);
                      uri.text("value", each.value());
                      uri.boolean("executable", each.executable());
                      uri.close();
                    });
  command.close();
  append_res_of(object.key("resources"), executor.resources());
  object.text("role", allocation_role(executor.resources()));
  if (executor.has_labels())
    append_labels(object.key("labels"), executor.labels());
  if (executor.has_type())
    object.text("type", v1::ExecutorInfo::Type_Name(executor.type()));
}

void append_offer(std::string& out, const v1::Offer& offer) {
  json_object object(out);
  object.text("id", offer.id().value());
  object.text("framework_id", offer.framework_id().value());
  object.message("allocation_info", offer.allocation_info());
  object.text("slave_id", offer.agent_id().value());
  append_res_of(object.key("resources"), offer.resources());
  object.close();
}

bool has_capability(const v1::FrameworkInfo& info, v1::FrameworkInfo::Capability::Type type) {
  for (const auto& each : info.capabilities())
    if (each.type() == type)
      return true;
  return false;
}

void append_roles(json_object& object, const v1::FrameworkInfo& info) {
  if (!has_capability(info, v1::FrameworkInfo::Capability::MULTI_ROLE))
    return object.text("role", info.role());
  append_json_array(
      object.key("roles"), info.roles(),
      [](std::string& to, const std::string& each) { wire::append_json_string(to, each); });
}

} // namespace troupe::http
