/// The bodies of the v1 API: pages of entities within the messages of the operator API.
#include "http/entity_json.hpp"
#include "http/json_object.hpp"
#include "http/state_model.hpp"
#include "http/v1_entities.hpp"
#include "http/v1_message.hpp"
#include "wire/json.hpp"
#include "wire/resource_convert.hpp"

#include <mesos/v1/master.pb.h>

#include <algorithm>
#include <cctype>

namespace troupe::http {

using mesos::v1::master::Event;
using mesos::v1::master::Response;

namespace {

std::size_t index(wire::media encoding) {
  return encoding == wire::media::json ? 0 : 1;
}

wire::resource_list to_list(const resources& items) {
  return wire::to_proto(items, wire::resource_format::endpoint);
}

/// The member of a response is named like its type.
int member_number(Response::Type what) {
  auto name = Response::Type_Name(what);
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return Response::descriptor()->FindFieldByName(name)->number();
}

void append_resource_list(std::string& out, const char* name, const resources& items) {
  if (items.empty())
    return;
  out += std::string(",\"") + name + "\":";
  append_full_resources(out, items);
}

} // namespace

shared_body_ptr state_model::v1_response(Response::Type what, wire::media encoding) {
  auto& body = v1_bodies_[{encoding, what}];
  if (!body) {
    v1_message response(encoding, Response::descriptor());
    response.enumerator(Response::kTypeFieldNumber, what);
    response.message(member_number(what), *v1_member(what, encoding));
    body = response.finish();
  }
  return body;
}

shared_body_ptr state_model::v1_subscribed(wire::media encoding, double heartbeat_interval) {
  v1_message subscribed(encoding, Event::Subscribed::descriptor());
  subscribed.message(Event::Subscribed::kGetStateFieldNumber, *v1_state(encoding));
  subscribed.real(Event::Subscribed::kHeartbeatIntervalSecondsFieldNumber, heartbeat_interval);
  v1_message event(encoding, Event::descriptor());
  event.enumerator(Event::kTypeFieldNumber, Event::SUBSCRIBED);
  event.message(Event::kSubscribedFieldNumber, *subscribed.finish());
  return event.finish();
}

shared_body_ptr state_model::v1_member(int what, wire::media encoding) {
  switch (what) {
  case Response::GET_TASKS:
    return v1_tasks(encoding);
  case Response::GET_EXECUTORS:
    return v1_executors(encoding);
  case Response::GET_FRAMEWORKS:
    return v1_frameworks(encoding);
  case Response::GET_AGENTS:
    return v1_agents(encoding);
  default:
    return v1_state(encoding);
  }
}

shared_body_ptr state_model::v1_state(wire::media encoding) {
  v1_message state(encoding, Response::GetState::descriptor());
  state.message(Response::GetState::kGetTasksFieldNumber, *v1_tasks(encoding));
  state.message(Response::GetState::kGetExecutorsFieldNumber, *v1_executors(encoding));
  state.message(Response::GetState::kGetFrameworksFieldNumber, *v1_frameworks(encoding));
  state.message(Response::GetState::kGetAgentsFieldNumber, *v1_agents(encoding));
  return state.finish();
}

shared_body_ptr state_model::v1_tasks(wire::media encoding) {
  const auto form = v1_form(encoding);
  std::vector<fragment_pages*> active;
  std::vector<fragment_pages*> unreachable;
  std::vector<fragment_pages*> completed;
  auto take = [&](framework_entry& framework) {
    active.push_back(&framework.tasks_shown.in(form));
    unreachable.push_back(&framework.unreachable.shown.in(form));
    completed.push_back(&framework.completed.shown.in(form));
  };
  for (auto& [id, framework] : frameworks_)
    take(framework);
  std::for_each(completed_frameworks_.begin(), completed_frameworks_.end(), take);
  v1_message tasks(encoding, Response::GetTasks::descriptor());
  tasks.list(v1_list::tasks, active);
  tasks.list(v1_list::unreachable_tasks, unreachable);
  tasks.list(v1_list::completed_tasks, completed);
  return tasks.finish();
}

shared_body_ptr state_model::v1_executors(wire::media encoding) {
  std::vector<fragment_pages*> pages;
  for (auto& [id, framework] : frameworks_)
    pages.push_back(&framework.executors_shown.in(v1_form(encoding)));
  v1_message executors(encoding, Response::GetExecutors::descriptor());
  executors.list(v1_list::executors, pages);
  return executors.finish();
}

shared_body_ptr state_model::v1_frameworks(wire::media encoding) {
  std::vector<shared_body_ptr> registered;
  std::vector<shared_body_ptr> completed;
  for (auto& [id, framework] : frameworks_)
    if (framework.view)
      registered.push_back(v1_text(framework, encoding));
  for (auto& framework : completed_frameworks_)
    completed.push_back(v1_text(framework, encoding));
  v1_message frameworks(encoding, Response::GetFrameworks::descriptor());
  frameworks.list(Response::GetFrameworks::kFrameworksFieldNumber, registered);
  frameworks.list(Response::GetFrameworks::kCompletedFrameworksFieldNumber, completed);
  return frameworks.finish();
}

/// The generic codec's text of `v1_whole`, with the offers as pages.
const shared_body_ptr& state_model::v1_text(framework_entry& framework, wire::media encoding) {
  auto& text = framework.v1[index(encoding)];
  if (text)
    return text;
  auto head = v1_framework(*framework.view);
  for (const auto& [id, offer] : framework.inverse_offers)
    *head.add_inverse_offers() = *offer;
  auto& offers = framework.offers_shown.in(v1_form(encoding));
  body_builder out;
  if (encoding == wire::media::json) {
    auto json = wire::to_json(head);
    json.pop_back(); // the brace
    out.add(json);
    if (!offers.empty()) {
      out.add(",\"offers\":[");
      offers.append_to(out);
      out.add("]");
    }
    std::string rest;
    append_resource_list(rest, "allocated_resources", framework.used.total());
    append_resource_list(rest, "offered_resources", framework.offered.total());
    out.add(rest + "}");
  } else {
    *head.mutable_allocated_resources() = to_list(framework.used.total());
    *head.mutable_offered_resources() = to_list(framework.offered.total());
    out.add(head.SerializePartialAsString());
    offers.append_to(out);
  }
  return text = out.finish();
}

shared_body_ptr state_model::v1_agents(wire::media encoding) {
  auto& recovered = recovered_v1_[index(encoding)];
  if (!recovered) {
    entity_pages pages(Response::GetAgents::kRecoveredAgentsFieldNumber);
    for (const auto& [id, view] : recovered_agents_) {
      entity_pages::place place;
      pages.put(place, encoding, v1_agent_info(id, *view->info));
    }
    body_builder out;
    pages.in(v1_form(encoding)).append_to(out);
    recovered = out.finish();
  }
  const bool json = encoding == wire::media::json;
  body_builder out;
  out.add(json ? "{\"agents\":[" : "");
  agents_json_[agent_form_of(encoding)].append_to(out);
  out.add(json ? "],\"recovered_agents\":[" : "");
  out.add(*recovered);
  out.add(json ? "]}" : "");
  return out.finish();
}

const packed_task* state_model::find_task(const framework_id& framework,
                                          const task_id& task) const {
  const auto owner = frameworks_.find(framework);
  if (owner == frameworks_.end())
    return nullptr;
  const auto found = owner->second.tasks.find(task);
  return found != owner->second.tasks.end() ? found->second.task.get() : nullptr;
}

const framework_view* state_model::find_framework(const framework_id& id) const {
  const auto found = frameworks_.find(id);
  return found != frameworks_.end() ? found->second.view.get() : nullptr;
}

Response::GetFrameworks::Framework state_model::v1_whole(const framework_id& id) const {
  const auto& framework = frameworks_.at(id);
  auto result = v1_framework(*framework.view);
  for (const auto& offer : framework.offers)
    *result.add_offers() = *offers_.at(offer).offer;
  for (const auto& [id, offer] : framework.inverse_offers)
    *result.add_inverse_offers() = *offer;
  *result.mutable_allocated_resources() = to_list(framework.used.total());
  *result.mutable_offered_resources() = to_list(framework.offered.total());
  return result;
}

Response::GetAgents::Agent state_model::v1_whole(const agent_id& id) const {
  const auto& agent = agents_.at(id);
  return v1_agent(*agent.view, agent.used, agent.offered);
}

} // namespace troupe::http
