#include "http/master_json.hpp"

#include "http/entity_json.hpp"

#include <mesos/v1/mesos.pb.h>

namespace troupe::http {

namespace v1 = mesos::v1;

namespace {

void append_sum(std::string& out, const resource_sum& first, const resource_sum* second = nullptr) {
  flat_resources flat;
  first.add_to(flat);
  if (second != nullptr)
    second->add_to(flat);
  flat.append_to(out);
}

} // namespace

void append_agent_members(json_object& object, const agent_view& view, const resources& used,
                          const resources& offered) {
  object.text("id", view.id.value());
  object.text("hostname", view.info->hostname());
  object.integer("port", view.info->port());
  append_attributes(object.key("attributes"), *view.info);
  if (view.info->has_domain())
    object.message("domain", view.info->domain());
  object.text("pid", view.pid);
  object.number("registered_time", seconds_of(view.registered));
  if (view.reregistered)
    object.number("reregistered_time", seconds_of(*view.reregistered));
  append_res(object.key("resources"), view.total);
  append_res(object.key("used_resources"), used);
  append_res(object.key("offered_resources"), offered);
  append_reservations(object, view.total);
  object.boolean("active", view.active);
  object.text("version", view.version);
  append_json_array(
      object.key("capabilities"), view.capabilities,
      [](std::string& to, const std::string& each) { wire::append_json_string(to, each); });
}

void append_full_members(json_object& object, const agent_view& view, const resources& used,
                         const resources& offered) {
  json_object reserved(object.key("reserved_resources_full"));
  for (const auto& [role, share] : view.total.reservations())
    append_full_resources(reserved.foreign_key(role), share);
  reserved.close();
  append_full_resources(object.key("unreserved_resources_full"), view.total.unreserved());
  append_full_resources(object.key("used_resources_full"), used);
  append_full_resources(object.key("offered_resources_full"), offered);
}

void append_framework_summary(json_object& object, const framework_view& view,
                              const resource_sum& used, const resource_sum& offered) {
  const auto& info = *view.info;
  object.text("id", view.id.value());
  object.text("name", info.name());
  append_sum(object.key("used_resources"), used);
  append_sum(object.key("offered_resources"), offered);
  append_json_array(
      object.key("capabilities"), info.capabilities(), [](std::string& to, const auto& each) {
        wire::append_json_string(to, v1::FrameworkInfo::Capability::Type_Name(each.type()));
      });
  object.text("hostname", info.hostname());
  object.text("webui_url", info.webui_url());
  object.boolean("active", view.active);
  object.boolean("connected", view.connected);
  object.boolean("recovered", view.recovered);
}

void append_framework_rest(json_object& object, const framework_view& view,
                           const resource_sum& used, const resource_sum& offered) {
  const auto& info = *view.info;
  object.text("user", info.user());
  object.number("failover_timeout", info.failover_timeout());
  object.boolean("checkpoint", info.checkpoint());
  object.number("registered_time", seconds_of(view.registered));
  object.number("unregistered_time", view.unregistered ? seconds_of(*view.unregistered) : 0);
  if (info.has_principal())
    object.text("principal", info.principal());
  append_sum(object.key("resources"), used, &offered);
  if (view.reregistered)
    object.number("reregistered_time", seconds_of(*view.reregistered));
  append_roles(object, info);
  if (info.has_labels())
    append_labels(object.key("labels"), info.labels());
}

void append_recovered_agent(std::string& out, const recovered_agent_view& view) {
  json_object object(out);
  object.text("id", view.id.value());
  object.text("hostname", view.info->hostname());
  object.integer("port", view.info->port());
  append_attributes(object.key("attributes"), *view.info);
  if (view.info->has_domain())
    object.message("domain", view.info->domain());
  object.close();
}

void append_master_members(json_object& object, const master_view& master, std::size_t agents,
                           std::size_t active) {
  const auto& info = *master.info;
  object.number("start_time", seconds_of(master.started));
  if (master.elected)
    object.number("elected_time", seconds_of(*master.elected));
  object.text("id", info.id());
  object.text("pid", info.pid());
  object.text("hostname", info.hostname());
  append_json_array(
      object.key("capabilities"), info.capabilities(), [](std::string& to, const auto& each) {
        wire::append_json_string(to, v1::MasterInfo::Capability::Type_Name(each.type()));
      });
  object.number("activated_slaves", static_cast<double>(active));
  object.number("deactivated_slaves", static_cast<double>(agents - active));
  object.number("unreachable_slaves", static_cast<double>(master.unreachable_agents));
  if (info.has_domain())
    object.message("domain", info.domain());
  object.text("leader", info.pid());
  json_object leader(object.key("leader_info"));
  leader.text("id", info.id());
  leader.text("pid", info.pid());
  leader.integer("port", info.port());
  leader.text("hostname", info.hostname());
  if (info.has_domain())
    leader.message("domain", info.domain());
  leader.close();
}

} // namespace troupe::http
