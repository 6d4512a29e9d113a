/// `/roles`, `/quota` and `/weights`: JSON of replicas, and calls of the operator API in older clothes.
#include "http/operator_api.hpp"
#include "http/roles_json.hpp"

#include <nlohmann/json.hpp>

namespace troupe::http {

using mesos::v1::master::Call;

namespace {

/// So much of a wrong body comes back in the error.
constexpr std::size_t longest_quote = 200;

std::string quoted(const std::string& body) {
  return "'" + (body.size() <= longest_quote ? body : body.substr(0, longest_quote) + "...") + "'";
}

using view_function = std::string (*)(const state_model&);

void view(const operator_parts& parts, const responder& respond, view_function make) {
  parts.replicas->read({[make](const state_model& model) { return json(make(model)); }, respond});
}

std::string all_roles(const state_model& x) {
  return roles_json(x.roles().rows(x.shown_roles()));
}
std::string all_quotas(const state_model& x) {
  return quota_json(x.roles());
}
std::string all_weights(const state_model& x) {
  return weights_json(x.roles());
}

void send(const operator_parts& parts, std::shared_ptr<Call> call, Call::Type type,
          const request& req, const responder& respond, const std::string& prefix = "") {
  call->set_type(type);
  ask_master(parts, {std::move(call), wire::media::json, req.principal, respond}, prefix);
}

void set_quota(const operator_parts& parts, const request& req, const responder& respond) {
  auto call = std::make_shared<Call>();
  auto read = wire::decode(wire::media::json, req.body,
                           *call->mutable_set_quota()->mutable_quota_request());
  if (!read) {
    respond(error(400, "Failed to parse set quota request JSON " + quoted(req.body) + ": " +
                           read.error()));
    return;
  }
  send(parts, std::move(call), Call::SET_QUOTA, req, respond);
}

void remove_quota(const operator_parts& parts, const request& req, const responder& respond) {
  const auto refused = "Failed to remove quota for path '/master" + req.path + "': ";
  if (req.rest.size() < 2) {
    respond(error(400, refused + "expecting the role behind '/quota/'"));
    return;
  }
  auto call = std::make_shared<Call>();
  call->mutable_remove_quota()->set_role(req.rest.substr(1));
  send(parts, std::move(call), Call::REMOVE_QUOTA, req, respond, refused);
}

void quota(const operator_parts& parts, const request_ptr& req, const responder& respond) {
  if (req->method == "POST")
    set_quota(parts, *req, respond);
  else if (req->method == "DELETE")
    remove_quota(parts, *req, respond);
  else
    view(parts, respond, all_quotas);
}

void update_weights(const operator_parts& parts, const request& req, const responder& respond) {
  if (!nlohmann::json::accept(req.body) ||
      req.body.find_first_not_of(" \t\r\n") != req.body.find('[')) {
    respond(error(400, "Failed to parse update weights request JSON " + quoted(req.body) +
                           ": expecting a JSON array"));
    return;
  }
  auto call = std::make_shared<Call>();
  auto read = wire::decode(wire::media::json, "{\"weight_infos\":" + req.body + "}",
                           *call->mutable_update_weights());
  if (!read) {
    respond(error(400, "Failed to convert weights JSON array to protobuf " + quoted(req.body) +
                           ": " + read.error()));
    return;
  }
  send(parts, std::move(call), Call::UPDATE_WEIGHTS, req, respond);
}

void weights(const operator_parts& parts, const request_ptr& req, const responder& respond) {
  if (req->method == "PUT")
    update_weights(parts, *req, respond);
  else
    view(parts, respond, all_weights);
}

} // namespace

void add_role_routes(router& r, const operator_parts& parts) {
  r.add({.actor = "master",
         .path = "/roles",
         .methods = {},
         .handle = [parts](const request_ptr&,
                           const responder& respond) { view(parts, respond, all_roles); },
         .realm = parts.daemon.readonly_realm});
  r.alias("master", "/roles.json", "/roles");
  r.add({.actor = "master",
         .path = "/quota",
         .methods = {"GET", "POST", "DELETE"},
         .handle = [parts](const request_ptr& req,
                           const responder& respond) { quota(parts, req, respond); },
         .realm = parts.daemon.readwrite_realm});
  r.add({.actor = "master",
         .path = "/weights",
         .methods = {"GET", "PUT"},
         .handle = [parts](const request_ptr& req,
                           const responder& respond) { weights(parts, req, respond); },
         .realm = parts.daemon.readwrite_realm});
}

} // namespace troupe::http
