#include "http/entity_json.hpp"
#include "http/json_object.hpp"
#include "http/state_model.hpp"

#include <mesos/v1/mesos.pb.h>

#include <algorithm>

namespace troupe::http {

namespace {

fragment text(std::string value) { return std::make_shared<const std::string>(std::move(value)); }

/// Joins the fragments of a framework's entities into its own.
template <class Items, class Get>
void append_joined(std::string& out, const Items& items, Get get) {
  append_json_array(out, items,
                    [&](std::string& to, const auto& each) { to += *get(each); });
}

/// Over all agents; only for showing, since ports of different agents merge.
resources sum(const std::map<agent_id, resources>& by_agent) {
  resources total;
  for (const auto& [agent, held] : by_agent)
    total += held;
  return total;
}

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
  append_json_array(object.key("capabilities"), view.capabilities,
                    [](std::string& to, const std::string& each) {
                      wire::append_json_string(to, each);
                    });
}

void append_framework_head(json_object& object, const framework_view& view, const resources& used,
                           const resources& offered) {
  const auto& info = *view.info;
  object.text("id", view.id.value());
  object.text("name", info.name());
  append_res(object.key("used_resources"), used);
  append_res(object.key("offered_resources"), offered);
  append_json_array(object.key("capabilities"), info.capabilities(),
                    [](std::string& to, const auto& each) {
                      wire::append_json_string(
                        to, mesos::v1::FrameworkInfo::Capability::Type_Name(each.type()));
                    });
  object.text("hostname", info.hostname());
  object.text("webui_url", info.webui_url());
  object.boolean("active", view.active);
  object.boolean("connected", view.connected);
  object.boolean("recovered", view.recovered);
  object.text("user", info.user());
  object.number("failover_timeout", info.failover_timeout());
  object.boolean("checkpoint", info.checkpoint());
  object.number("registered_time", seconds_of(view.registered));
  object.number("unregistered_time", view.unregistered ? seconds_of(*view.unregistered) : 0);
  if (info.has_principal())
    object.text("principal", info.principal());
  append_res(object.key("resources"), used + offered);
  if (view.reregistered)
    object.number("reregistered_time", seconds_of(*view.reregistered));
  append_roles(object, info);
}

} // namespace

const fragment& state_model::render(framework_entry& framework) {
  if (framework.json)
    return framework.json;
  std::string out;
  json_object object(out);
  append_framework_head(object, *framework.view, sum(framework.used), sum(framework.offered));
  auto of_entry = [](const task_entry& each) { return each.json; };
  auto of_pair = [](const auto& each) { return each.second; };
  append_joined(object.key("tasks"), framework.tasks,
                [](const auto& each) { return each.second.json; });
  append_joined(object.key("unreachable_tasks"), framework.unreachable, of_entry);
  append_joined(object.key("completed_tasks"), framework.completed, of_entry);
  append_joined(object.key("offers"), framework.offers, of_pair);
  append_joined(object.key("executors"), framework.executors,
                [](const auto& each) { return each.second.json; });
  if (framework.view->info->has_labels())
    append_labels(object.key("labels"), framework.view->info->labels());
  object.close();
  return framework.json = text(std::move(out));
}

const fragment& state_model::render(agent_entry& agent) {
  if (agent.json)
    return agent.json;
  std::string out;
  json_object object(out);
  append_agent_members(object, *agent.view, agent.used, agent.offered);
  object.close();
  return agent.json = text(std::move(out));
}

const fragment& state_model::render_full(agent_entry& agent) {
  if (agent.json_full)
    return agent.json_full;
  std::string out;
  json_object object(out);
  append_agent_members(object, *agent.view, agent.used, agent.offered);
  json_object reserved(object.key("reserved_resources_full"));
  for (const auto& [role, share] : agent.view->total.reservations())
    append_full_resources(reserved.key(role), share);
  reserved.close();
  append_full_resources(object.key("unreserved_resources_full"), agent.view->total.unreserved());
  append_full_resources(object.key("used_resources_full"), agent.used);
  append_full_resources(object.key("offered_resources_full"), agent.offered);
  object.close();
  return agent.json_full = text(std::move(out));
}

template <class Fragments>
void state_model::append_list(std::vector<fragment>& out, const Fragments& items) {
  static const auto comma = text(",");
  bool first = true;
  for (const auto& each : items) {
    if (!first)
      out.push_back(comma);
    first = false;
    out.push_back(each);
  }
}

/// Everything of `/state` before the list of agents.
fragment state_model::render_head() {
  std::string out;
  json_object object(out);
  append_build_info(object);
  const bool known = master_ != nullptr;
  if (known)
    object.number("start_time", seconds_of(master_->started));
  if (known && master_->elected)
    object.number("elected_time", seconds_of(*master_->elected));
  const mesos::v1::MasterInfo info = known ? *master_->info : mesos::v1::MasterInfo{};
  object.text("id", info.id());
  object.text("pid", info.pid());
  object.text("hostname", info.hostname());
  append_json_array(object.key("capabilities"), info.capabilities(),
                    [](std::string& to, const auto& each) {
                      wire::append_json_string(
                        to, mesos::v1::MasterInfo::Capability::Type_Name(each.type()));
                    });
  const auto active = std::count_if(agents_.begin(), agents_.end(),
                                    [](const auto& each) { return each.second.view->active; });
  object.number("activated_slaves", static_cast<double>(active));
  object.number("deactivated_slaves",
                static_cast<double>(agents_.size()) - static_cast<double>(active));
  object.number("unreachable_slaves",
                known ? static_cast<double>(master_->unreachable_agents) : 0.0);
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
  if (config_.cluster)
    object.text("cluster", *config_.cluster);
  if (config_.log_dir)
    object.text("log_dir", *config_.log_dir);
  if (config_.external_log_file)
    object.text("external_log_file", *config_.external_log_file);
  json_object flags(object.key("flags"));
  for (const auto& [name, value] : config_.flags)
    flags.text(name, value);
  flags.close();
  object.key("slaves") += '[';
  return text(std::move(out));
}

namespace {

void append_recovered(std::string& out,
                      const std::map<agent_id, shared<recovered_agent_view>>& agents) {
  append_json_array(out, agents, [](std::string& to, const auto& each) {
    const auto& view = *each.second;
    json_object object(to);
    object.text("id", view.id.value());
    object.text("hostname", view.info->hostname());
    object.integer("port", view.info->port());
    append_attributes(object.key("attributes"), *view.info);
    if (view.info->has_domain())
      object.message("domain", view.info->domain());
    object.close();
  });
}

} // namespace

std::vector<fragment> state_model::state() {
  std::vector<fragment> out{render_head()};
  std::vector<fragment> items;
  for (auto& [id, agent] : agents_)
    items.push_back(render(agent));
  append_list(out, items);
  std::string recovered = "],\"recovered_slaves\":";
  append_recovered(recovered, recovered_agents_);
  out.push_back(text(std::move(recovered)));
  static const auto comma = text(",");
  out.push_back(comma);
  auto rest = frameworks(std::nullopt);
  // `/frameworks` is an object of its own; here its members go on, without the opening brace.
  rest.front() = text(rest.front()->substr(1));
  rest.back() = text("],\"orphan_tasks\":[],\"unregistered_frameworks\":[]}");
  out.insert(out.end(), rest.begin(), rest.end());
  return out;
}

std::vector<fragment> state_model::frameworks(const std::optional<std::string>& only) {
  std::vector<fragment> out{text("{\"frameworks\":[")};
  std::vector<fragment> items;
  for (auto& [id, framework] : frameworks_)
    if (framework.view && (!only || id.value() == *only))
      items.push_back(render(framework));
  append_list(out, items);
  out.push_back(text("],\"completed_frameworks\":["));
  items.clear();
  for (auto& framework : completed_frameworks_)
    if (!only || framework.view->id.value() == *only)
      items.push_back(render(framework));
  append_list(out, items);
  out.push_back(text("],\"unregistered_frameworks\":[]}"));
  return out;
}

std::vector<fragment> state_model::agents(const std::optional<std::string>& only) {
  std::vector<fragment> out{text("{\"slaves\":[")};
  std::vector<fragment> items;
  for (auto& [id, agent] : agents_)
    if (!only || id.value() == *only)
      items.push_back(render_full(agent));
  append_list(out, items);
  std::string rest = "],\"recovered_slaves\":";
  append_recovered(rest, recovered_agents_);
  out.push_back(text(rest + "}"));
  return out;
}

std::vector<fragment> state_model::tasks(const task_query& query) {
  std::vector<const task_entry*> found;
  auto take = [&](const task_entry& each) {
    if (!query.task || each.task->task_id().value() == *query.task)
      found.push_back(&each);
  };
  auto look = [&](const framework_entry& framework) {
    if (!framework.view || (query.framework && framework.view->id.value() != *query.framework))
      return;
    for (const auto& [id, each] : framework.tasks)
      take(each);
    std::for_each(framework.unreachable.begin(), framework.unreachable.end(), take);
    std::for_each(framework.completed.begin(), framework.completed.end(), take);
  };
  for (const auto& [id, framework] : frameworks_)
    look(framework);
  std::for_each(completed_frameworks_.begin(), completed_frameworks_.end(), look);
  // Tasks without a status have -1: first when ascending, last when descending, as the API wants it.
  std::stable_sort(found.begin(), found.end(), [&](const auto* a, const auto* b) {
    return query.ascending ? a->first_status < b->first_status : a->first_status > b->first_status;
  });
  const auto begin = std::min(query.offset, found.size());
  const auto count = std::min(query.limit.value_or(found.size()), found.size() - begin);
  std::vector<fragment> items;
  for (std::size_t i = begin; i < begin + count; ++i)
    items.push_back(found[i]->json);
  std::vector<fragment> out{text("{\"tasks\":[")};
  append_list(out, items);
  out.push_back(text("]}"));
  return out;
}

} // namespace troupe::http
