#include "http/operator_api.hpp"

#include "http/ask.hpp"
#include "http/entity_json.hpp"
#include "http/maintenance_json.hpp"
#include "http/media_type.hpp"
#include "http/operator_call.hpp"
#include "http/roles_json.hpp"
#include "http/v1_call.hpp"

namespace troupe::http {

using mesos::v1::master::Call;
using mesos::v1::master::Response;

namespace {

/// The operations that operators and frameworks start are done when they are answered: there are
/// none on their way.
Response operations_response(const state_model&) {
  Response response;
  response.set_type(Response::GET_OPERATIONS);
  response.mutable_get_operations();
  return response;
}

Response master_response(const state_model& model) {
  Response response;
  response.set_type(Response::GET_MASTER);
  auto& body = *response.mutable_get_master();
  const auto& view = *model.master();
  *body.mutable_master_info() = *view.info;
  body.set_start_time(seconds_of(view.started));
  if (view.elected)
    body.set_elected_time(seconds_of(*view.elected));
  return response;
}

void view(const operator_parts& parts, const operator_exchange& exchange, viewed_call make) {
  parts.replicas->read({[make, accepted = exchange.accepted](const state_model& model) {
                          return content(wire::encode(accepted, make(model)),
                                         std::string(wire::media_name(accepted)));
                        },
                        exchange.respond});
}

void dispatch(const operator_parts& parts, const operator_exchange& exchange) {
  const auto type = exchange.call->type();
  if (auto local = local_calls().find(type); local != local_calls().end())
    return local->second(parts, exchange);
  if (auto viewed = viewed_calls().find(type); viewed != viewed_calls().end())
    return view(parts, exchange, viewed->second);
  if (auto state = state_calls().find(type); state != state_calls().end())
    return parts.replicas->read({state->second, exchange.accepted, exchange.respond});
  if (type == Call::SUBSCRIBE)
    return parts.replicas->subscribe({exchange.accepted, exchange.respond});
  if (master_calls().contains(type))
    return ask_master(parts, exchange);
  if (!convert_by_call(parts, exchange))
    exchange.respond(not_served(*exchange.call));
}

void handle(const operator_parts& parts, const request_ptr& req, const responder& respond) {
  auto call = std::make_shared<Call>();
  if (auto refusal = read_call(*req, *call)) {
    respond(std::move(*refusal));
    return;
  }
  if (auto why = check_operator_call(*call)) {
    respond(error(400, "Failed to validate master::Call: " + *why));
    return;
  }
  const auto accepted = negotiate(*req);
  if (!accepted) {
    respond(not_acceptable());
    return;
  }
  dispatch(parts, {call, encoding_of(*accepted), req->principal, respond});
}

} // namespace

void operator_exchange::answer(const Response& response) const {
  respond(content(wire::encode(accepted, response), std::string(wire::media_name(accepted))));
}

const std::map<operator_call_type, viewed_call>& viewed_calls() {
  static const std::map<operator_call_type, viewed_call> table{
      {Call::GET_MASTER, master_response},
      {Call::GET_OPERATIONS, operations_response},
      {Call::GET_ROLES,
       [](const state_model& x) { return roles_response(x.roles().rows(x.shown_roles())); }},
      {Call::GET_QUOTA, [](const state_model& x) { return quota_response(x.roles()); }},
      {Call::GET_MAINTENANCE_SCHEDULE,
       [](const state_model& x) { return schedule_response(x.maintenance()); }},
      {Call::GET_MAINTENANCE_STATUS,
       [](const state_model& x) { return maintenance_status_response(x.maintenance()); }},
      {Call::GET_WEIGHTS, [](const state_model& x) { return weights_response(x.roles()); }},
  };
  return table;
}

const std::map<operator_call_type, Response::Type>& state_calls() {
  static const std::map<operator_call_type, Response::Type> table{
      {Call::GET_STATE, Response::GET_STATE},
      {Call::GET_TASKS, Response::GET_TASKS},
      {Call::GET_EXECUTORS, Response::GET_EXECUTORS},
      {Call::GET_FRAMEWORKS, Response::GET_FRAMEWORKS},
      {Call::GET_AGENTS, Response::GET_AGENTS},
  };
  return table;
}

const std::set<operator_call_type>& master_calls() {
  static const std::set<operator_call_type> table{
      Call::SET_QUOTA,
      Call::REMOVE_QUOTA,
      Call::UPDATE_QUOTA,
      Call::UPDATE_WEIGHTS,
      Call::UPDATE_MAINTENANCE_SCHEDULE,
      Call::START_MAINTENANCE,
      Call::STOP_MAINTENANCE,
      Call::TEARDOWN,
      Call::MARK_AGENT_GONE,
  };
  return table;
}

void ask_master(const operator_parts& parts, const operator_exchange& exchange,
                const std::string& prefix) {
  ask<api_answer>(
      parts.system, parts.master, operator_request{exchange.call, exchange.principal},
      [exchange, prefix](api_answer answer) {
        if (answer.status >= 400)
          answer.text = prefix + answer.text;
        exchange.respond(to_response(answer, exchange.accepted));
      },
      [exchange, &system = parts.system](const caf::error& problem) {
        exchange.respond(error(503, "The master did not answer: " + system.render(problem)));
      });
}

void add_operator_api(router& r, const operator_parts& parts) {
  r.add({.actor = "master",
         .path = "/api/v1",
         .methods = {"POST"},
         .handle = [parts](const request_ptr& req,
                           const responder& respond) { handle(parts, req, respond); },
         .jsonp = false,
         .realm = parts.daemon.readwrite_realm});
}

} // namespace troupe::http
