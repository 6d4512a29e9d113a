/// `/maintenance/schedule`, `/maintenance/status`, `/machine/down` and `/machine/up`: JSON of replicas, and
/// calls of the operator API in older clothes.
#include "http/maintenance_json.hpp"
#include "http/operator_api.hpp"
#include "wire/json.hpp"

#include <nlohmann/json.hpp>

namespace troupe::http {

using mesos::v1::master::Call;

namespace {

using view_function = std::string (*)(const state_model&);

void view(const operator_parts& parts, const responder& respond, view_function make) {
  parts.replicas->read({[make](const state_model& model) { return json(make(model)); }, respond});
}

void send(const operator_parts& parts, std::shared_ptr<Call> call, Call::Type type,
          const request& req, const responder& respond) {
  call->set_type(type);
  ask_master(parts, {std::move(call), wire::media::json, req.principal, respond});
}

void schedule(const operator_parts& parts, const request_ptr& req, const responder& respond) {
  if (req->method == "GET") {
    view(parts, respond,
         [](const state_model& x) { return wire::to_json(schedule_of(x.maintenance())); });
    return;
  }
  auto call = std::make_shared<Call>();
  auto& wanted = *call->mutable_update_maintenance_schedule()->mutable_schedule();
  if (auto read = wire::from_json(req->body, wanted); !read)
    respond(error(400, read.error()));
  else
    send(parts, std::move(call), Call::UPDATE_MAINTENANCE_SCHEDULE, *req, respond);
}

/// The body is an array of machines; what is wrong with it, or nothing.
std::optional<std::string> read_machines(const std::string& body,
                                         google::protobuf::Message& request) {
  if (!nlohmann::json::accept(body))
    return "The body is no JSON: expecting an array of machines";
  if (body.find_first_not_of(" \t\r\n") != body.find('['))
    return "Unexpected JSON type parsed: expecting an array of machines";
  auto read = wire::from_json("{\"machines\":" + body + "}", request);
  return read ? std::nullopt : std::optional(read.error());
}

void machine_down(const operator_parts& parts, const request_ptr& req, const responder& respond) {
  auto call = std::make_shared<Call>();
  if (auto why = read_machines(req->body, *call->mutable_start_maintenance()))
    respond(error(400, *why));
  else
    send(parts, std::move(call), Call::START_MAINTENANCE, *req, respond);
}

void machine_up(const operator_parts& parts, const request_ptr& req, const responder& respond) {
  auto call = std::make_shared<Call>();
  if (auto why = read_machines(req->body, *call->mutable_stop_maintenance()))
    respond(error(400, *why));
  else
    send(parts, std::move(call), Call::STOP_MAINTENANCE, *req, respond);
}

void status(const operator_parts& parts, const request_ptr&, const responder& respond) {
  view(parts, respond,
       [](const state_model& x) { return wire::to_json(maintenance_status_of(x.maintenance())); });
}

} // namespace

void add_maintenance_routes(router& r, const operator_parts& parts) {
  auto add = [&](const char* path, std::vector<std::string> methods, const std::string& realm,
                 auto handle) {
    r.add({.actor = "master",
           .path = path,
           .methods = std::move(methods),
           .handle = [parts, handle](const request_ptr& req,
                                     const responder& respond) { handle(parts, req, respond); },
           .realm = realm});
  };
  add("/maintenance/schedule", {"GET", "POST"}, parts.daemon.readwrite_realm, schedule);
  add("/maintenance/status", {"GET"}, parts.daemon.readonly_realm, status);
  add("/machine/down", {"POST"}, parts.daemon.readwrite_realm, machine_down);
  add("/machine/up", {"POST"}, parts.daemon.readwrite_realm, machine_up);
}

} // namespace troupe::http
