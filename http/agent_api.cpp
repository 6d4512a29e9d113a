#include "http/agent_api.hpp"

#include "http/agent_answers.hpp"
#include "http/agent_call.hpp"
#include "http/operator_call.hpp"

namespace troupe::http {

using mesos::v1::agent::Call;
using mesos::v1::agent::Response;

namespace {

void get_containers(const agent_api_parts& parts, const agent_exchange& exchange) {
  parts.reads.with_usage(
      exchange.respond, [exchange](const agent_state_view& view, const usage_list& usage) {
        exchange.answer(containers_response(view, usage, exchange.call->get_containers()));
      });
}

void dispatch(const agent_api_parts& parts, const agent_exchange& exchange) {
  const auto type = exchange.call->type();
  if (auto local = agent_local_calls().find(type); local != agent_local_calls().end())
    return local->second(parts, exchange);
  if (auto viewed = agent_viewed_calls().find(type); viewed != agent_viewed_calls().end())
    return parts.reads.with_state(exchange.respond,
                                  [exchange, make = viewed->second](const agent_view_ptr& view) {
                                    exchange.answer(make(*view));
                                  });
  if (type == Call::GET_CONTAINERS)
    return get_containers(parts, exchange);
  exchange.respond(not_served(*exchange.call));
}

void handle(const agent_api_parts& parts, const request_ptr& req, const responder& respond) {
  auto call = std::make_shared<Call>();
  if (auto refusal = read_agent_call(*req, *call)) {
    respond(std::move(*refusal));
    return;
  }
  agent_exchange exchange{call, wire::media::json, req->principal, respond};
  if (auto refusal = negotiate_agent_answer(*req, *call, exchange.accepted)) {
    respond(std::move(*refusal));
    return;
  }
  dispatch(parts, exchange);
}

} // namespace

void agent_exchange::answer(const Response& response) const {
  auto body = accepted == wire::media::json ? agent_answer_json(response)
                                            : wire::encode(accepted, response);
  respond(content(std::move(body), std::string(wire::media_name(accepted))));
}

const std::map<agent_call_type, agent_viewed_call>& agent_viewed_calls() {
  static const std::map<agent_call_type, agent_viewed_call> table{
      {Call::GET_STATE, state_response},
      {Call::GET_FRAMEWORKS, frameworks_response},
      {Call::GET_EXECUTORS, executors_response},
      {Call::GET_TASKS, tasks_response},
      {Call::GET_AGENT, agent_info_response},
      {Call::GET_OPERATIONS, operations_response},
      {Call::GET_RESOURCE_PROVIDERS, resource_providers_response},
  };
  return table;
}

void add_agent_api(router& r, const agent_api_parts& parts) {
  r.add({.actor = parts.daemon.actor,
         .path = "/api/v1",
         .methods = {"POST"},
         .handle = [parts](const request_ptr& req,
                           const responder& respond) { handle(parts, req, respond); },
         .jsonp = false,
         .realm = parts.daemon.readwrite_realm});
}

} // namespace troupe::http
