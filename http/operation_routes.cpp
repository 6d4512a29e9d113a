#include "http/operation_routes.hpp"

#include "http/ask.hpp"
#include "wire/json.hpp"

#include <nlohmann/json.hpp>
#include <troupe/link.pb.h>

namespace troupe::http {

namespace {

using mesos::v1::Offer_Operation;
using resource_messages = google::protobuf::RepeatedPtrField<mesos::v1::Resource>;

/// One of the four endpoints.
struct operation_kind {
  const char* path;
  const char* parameter; ///< of the form, beside `slaveId`
  Offer_Operation::Type type;
};

constexpr operation_kind kinds[] = {{"/reserve", "resources", Offer_Operation::RESERVE},
                                    {"/unreserve", "resources", Offer_Operation::UNRESERVE},
                                    {"/create-volumes", "volumes", Offer_Operation::CREATE},
                                    {"/destroy-volumes", "volumes", Offer_Operation::DESTROY}};

void perform(caf::actor_system& system, const master_actor& master, const operation_kind& kind,
             const request& req, const responder& respond) {
  const auto form = req.form();
  const auto missing = [&](const std::string& name) {
    respond(error(400, "Missing '" + name + "' query parameter in the request body"));
  };
  const auto agent = form.find("slaveId");
  if (agent == form.end())
    return missing("slaveId");
  const auto text = form.find(kind.parameter);
  if (text == form.end())
    return missing(kind.parameter);
  auto items = read_resource_array(text->second);
  if (!items) {
    respond(error(400, "Error parsing '" + std::string(kind.parameter) +
                           "' query parameter in the request body: " + items.error()));
    return;
  }
  auto operation =
      std::make_shared<const Offer_Operation>(make_operation(kind.type, *std::move(items)));
  ask<api_answer>(
      system, master, convert_resources{agent_id{agent->second}, operation, req.principal},
      [respond](const api_answer& answer) { respond(to_response(answer, wire::media::json)); },
      [respond, &system](const caf::error& problem) {
        respond(error(503, "The master did not answer: " + system.render(problem)));
      });
}

} // namespace

Offer_Operation make_operation(Offer_Operation::Type type, resource_messages items) {
  Offer_Operation operation;
  operation.set_type(type);
  if (type == Offer_Operation::RESERVE)
    *operation.mutable_reserve()->mutable_resources() = std::move(items);
  else if (type == Offer_Operation::UNRESERVE)
    *operation.mutable_unreserve()->mutable_resources() = std::move(items);
  else if (type == Offer_Operation::CREATE)
    *operation.mutable_create()->mutable_volumes() = std::move(items);
  else
    *operation.mutable_destroy()->mutable_volumes() = std::move(items);
  return operation;
}

outcome<resource_messages> read_resource_array(const std::string& text) {
  // Accepting keeps no tree, so that no depth of brackets hurts; the codec has a limit of its own.
  if (!nlohmann::json::accept(text))
    return failure{"it is not JSON"};
  if (const auto first = text.find_first_not_of(" \t\r\n"); text[first] != '[')
    return failure{"Unexpected JSON type parsed: an array is needed"};
  link::CheckpointResources list;
  if (auto read = wire::from_json("{\"resources\":" + text + "}", list); !read)
    return failure{read.error()};
  return std::move(*list.mutable_resources());
}

void add_operation_routes(router& r, caf::actor_system& system, const master_actor& master,
                          const std::string& realm) {
  for (const auto& kind : kinds)
    r.add({.actor = "master",
           .path = kind.path,
           .methods = {"POST"},
           .handle = [&system, master,
                      &kind](const request_ptr& req,
                             responder respond) { perform(system, master, kind, *req, respond); },
           .jsonp = false,
           .realm = realm});
}

} // namespace troupe::http
