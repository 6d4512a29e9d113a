#include "http/executor_routes.hpp"

#include "agent/call_validation.hpp"
#include "http/ask.hpp"
#include "http/media_type.hpp"
#include "http/stream_endpoint.hpp"
#include "http/v1_call.hpp"

#include <mesos/v1/executor.pb.h>

namespace troupe::http {

namespace {

using mesos::v1::executor::Call;

struct executor_api {
  caf::actor_system& system;
  agent_actor agent;

  void subscribe(const executor_call_ptr& call, const request_ptr& req,
                 const responder& respond) const {
    const auto accepted = negotiate(*req);
    if (!accepted) {
      respond(not_acceptable());
      return;
    }
    const auto stream = std::make_shared<event_stream>();
    auto endpoint =
        system.spawn(executor_endpoint, stream_endpoint_config{stream, encoding_of(*accepted)});
    ask<api_answer>(
        system, agent, subscribe_executor{call, endpoint},
        [=](const api_answer& answer) {
          if (answer.status == 200) {
            respond(streaming(stream, std::string(to_string(*accepted))));
            return;
          }
          caf::anon_send(endpoint, endpoint_close{answer.text});
          respond(to_response(answer, encoding_of(*accepted)));
        },
        [=, &sys = system](const caf::error& problem) {
          caf::anon_send(endpoint, endpoint_close{"the agent did not answer"});
          respond(error(503, "The agent did not answer: " + sys.render(problem)));
        });
  }

  void operator()(const request_ptr& req, const responder& respond) const {
    auto call = std::make_shared<Call>();
    if (auto refusal = read_call(*req, *call)) {
      respond(std::move(*refusal));
      return;
    }
    if (auto complaint = agent::check_call(*call)) {
      respond(error(400, "Failed to validate Executor::Call: " + *complaint));
      return;
    }
    if (call->type() == Call::SUBSCRIBE)
      return subscribe(call, req, respond);
    ask<api_answer>(
        system, agent, executor_request{call},
        [respond](const api_answer& answer) { respond(to_response(answer, wire::media::json)); },
        [respond, &sys = system](const caf::error& problem) {
          respond(error(503, "The agent did not answer: " + sys.render(problem)));
        });
  }
};

} // namespace

void add_executor_routes(router& r, caf::actor_system& system, const agent_actor& agent) {
  r.add({.actor = "slave(1)",
         .path = "/api/v1/executor",
         .methods = {"POST"},
         .handle = executor_api{system, agent},
         .jsonp = false,
         .realm = "mesos-agent-executor"});
}

} // namespace troupe::http
