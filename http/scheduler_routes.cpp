#include "http/scheduler_routes.hpp"

#include "http/ask.hpp"
#include "http/media_type.hpp"
#include "http/stream_endpoint.hpp"
#include "http/v1_call.hpp"
#include "master/validation.hpp"
#include "wire/arena_message.hpp"
#include "wire/uuid.hpp"

#include <mesos/v1/scheduler.pb.h>

namespace troupe::http {

namespace {

using mesos::v1::scheduler::Call;

struct scheduler_api {
  caf::actor_system& system;
  master_actor master;
  scheduler_api_config config;

  void subscribe(const scheduler_call_ptr& call, const request_ptr& req,
                 const responder& respond) const {
    const auto accepted = negotiate(*req);
    if (!accepted) {
      respond(not_acceptable());
      return;
    }
    if (req->headers.find("Mesos-Stream-Id") != nullptr) {
      respond(error(400, "Subscribe calls should not include the 'Mesos-Stream-Id' header"));
      return;
    }
    const auto stream = std::make_shared<event_stream>();
    const auto stream_id = wire::random_uuid_text();
    auto endpoint =
        system.spawn(framework_endpoint,
                     stream_endpoint_config{stream, encoding_of(*accepted), config.heartbeat});
    subscribe_framework question{call, endpoint, stream_id, req->principal};
    ask<api_answer>(
        system, master, question,
        [=](const api_answer& answer) {
          if (answer.status != 200) {
            caf::anon_send(endpoint, endpoint_close{answer.text});
            respond(to_response(answer, encoding_of(*accepted)));
            return;
          }
          header_list headers;
          headers.set("Mesos-Stream-Id", stream_id);
          respond(streaming(stream, std::string(to_string(*accepted)), headers));
        },
        [=, &sys = system](const caf::error& problem) {
          caf::anon_send(endpoint, endpoint_close{"the master did not answer"});
          respond(error(503, "The master did not answer: " + sys.render(problem)));
        });
  }

  void forward(const scheduler_call_ptr& call, const request_ptr& req,
               const responder& respond) const {
    auto accepted = wire::media::json;
    if (call->type() == Call::RECONCILE_OPERATIONS) {
      const auto wanted = negotiate(*req);
      if (!wanted) {
        respond(not_acceptable());
        return;
      }
      accepted = encoding_of(*wanted);
    }
    const auto* stream_id = req->headers.find("Mesos-Stream-Id");
    scheduler_request question{call, stream_id != nullptr ? *stream_id : "", req->principal};
    ask<api_answer>(
        system, master, question,
        [=](const api_answer& answer) { respond(to_response(answer, accepted)); },
        [=, &sys = system](const caf::error& problem) {
          respond(error(503, "The master did not answer: " + sys.render(problem)));
        });
  }

  void operator()(const request_ptr& req, const responder& respond) const {
    auto call = wire::make_arena_message<Call>();
    if (auto refusal = read_call(*req, *call)) {
      respond(std::move(*refusal));
      return;
    }
    if (auto complaint = master::validate(*call)) {
      respond(error(400, *complaint));
      return;
    }
    if (call->type() == Call::SUBSCRIBE)
      subscribe(call, req, respond);
    else
      forward(call, req, respond);
  }
};

} // namespace

void add_scheduler_routes(router& r, caf::actor_system& system, const master_actor& master,
                          scheduler_api_config config) {
  r.add({.actor = "master",
         .path = "/api/v1/scheduler",
         .methods = {"POST"},
         .handle = scheduler_api{system, master, config},
         .jsonp = false,
         .realm = "mesos-master-scheduler"});
}

} // namespace troupe::http
